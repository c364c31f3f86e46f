import inspect
import pickle

import pytest

from backend.domain import errors
from backend.domain.errors import Billed, Cancelled, InvalidRequest, PlaygroundError, Problem, ProviderTimeout, together


def test_the_tree_in_the_docstring_names_every_class() -> None:
    classes = {name for name, each in vars(errors).items() if inspect.isclass(each) and issubclass(each, BaseException)}
    documented = {line.split("- ")[1].split(":")[0] for line in (errors.__doc__ or "").splitlines() if "- " in line}
    classes -= {"ValidationError"}
    assert {name.split(" ")[0] for name in documented} == classes


def test_errors_cross_processes_whole() -> None:
    sent = InvalidRequest([Problem("steps", "is 0; the least is 1.")])
    got = pickle.loads(pickle.dumps(sent))
    assert (str(got), got.problems) == ("`steps`: is 0; the least is 1.", sent.problems)
    late = pickle.loads(pickle.dumps(PlaygroundError("x", billed="unknown", details={"code": 1})))
    assert (str(late), late.billed, late.details) == ("x", "unknown", {"code": 1})


def test_a_time_out_may_be_billed_and_other_errors_are_not_unless_they_say_so() -> None:
    assert ProviderTimeout("x").billed == "unknown"
    assert PlaygroundError("x").billed == "no"


def test_no_library_swallows_a_cancellation() -> None:
    assert not issubclass(Cancelled, Exception)


@pytest.mark.parametrize(
    ("billed", "gravest"),
    [(["no", "yes"], 1), (["yes", "unknown", "no"], 1), (["no", "no"], 0), (["unknown", "yes"], 0)],
)
def test_of_several_errors_the_one_that_leaves_most_open_decides(billed: list[Billed], gravest: int) -> None:
    errors = [PlaygroundError(f"Number {number} failed.", billed=each) for number, each in enumerate(billed)]
    error = together(errors)
    assert error is errors[gravest]
    assert str(error).startswith(f"Number {gravest} failed.")
    assert all(f"Number {number} failed." in str(error) for number in range(len(billed)))


def test_many_errors_of_one_kind_are_told_once_and_few_of_many() -> None:
    assert str(together([PlaygroundError("It is gone.") for _ in range(20)])) == "It is gone."
    assert str(together([PlaygroundError(f"{number} is gone.") for number in range(20)])).count("gone") == 3


def test_what_two_have_found_is_said_once() -> None:
    twice = InvalidRequest([Problem("steps", "is 0."), Problem("seed", "is -5."), Problem("steps", "is 0.")])
    assert twice.problems == (Problem("steps", "is 0."), Problem("seed", "is -5."))
    assert str(twice) == "`steps`: is 0.\n`seed`: is -5."
