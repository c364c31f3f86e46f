import inspect
import pickle

from backend import errors
from backend.errors import Cancelled, InvalidRequest, PlaygroundError, Problem, ProviderTimeout


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
