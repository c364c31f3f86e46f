"""Prompts from a file of lines."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest
from backend.domain.events import Failed, Finished
from backend.domain.requests import Request, parse_request
from backend.experiments.batch import (
    MOST_BYTES,
    MOST_LINES,
    Batch,
    paid,
    plan_batch,
    read_lines,
    run_batch,
    unknown_costs,
)
from backend.generation.prepared import Asked
from backend.playground import Playground

BASE = parse_request({"mode": "text_to_image", "prompt": "any", "width": 128, "height": 128, "steps": 2})


def planned(playground: Playground, caller: Caller, text: str, base: Request = BASE, **values: str) -> Batch:
    return plan_batch(playground, caller, Asked(playground.choose("fake"), base), read_lines(text), values)


def test_lines_are_read_without_blanks_notes_and_marks_of_editors() -> None:
    lines = read_lines("\ufeffa fox\r\n\r\n# a note\r\n  一只狐狸  \rlast")
    assert [(line.number, line.prompt) for line in lines] == [(1, "a fox"), (4, "一只狐狸"), (5, "last")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n# only a note\n", "have no prompt"),
        ("a fox\n" * (MOST_LINES + 1), f"have {MOST_LINES + 1} prompts"),
        ("狐" * (MOST_BYTES // 3 + 1), f"at most {MOST_BYTES}"),
    ],
)
def test_too_little_and_too_much_is_refused_with_the_figure(text: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        read_lines(text)


def test_lines_keep_seed_and_count_and_fill_variables_and_choices(playground: Playground, caller: Caller) -> None:
    base = BASE.model_copy(update={"seed": 7, "count": 2})
    batch = planned(playground, caller, "a {{animal}}\na {red|red} kite", base, animal="fox")
    assert [(cell.request.prompt, cell.request.seed, cell.request.count) for cell in batch.cells] == [
        ("a fox", 7, 2),
        ("a red kite", 7, 1),
        ("a red kite", 8, 1),
    ]
    assert batch.images == 4
    drawn = planned(playground, caller, "a fox\na fox\na fox").cells
    assert len({cell.request.seed for cell in drawn}) > 1


def test_a_line_that_cant_be_is_named_and_the_others_are_priced_and_run(playground: Playground, caller: Caller) -> None:
    paying = BASE.model_copy(update={"options": {"provider": True, "cost_usd": "0.001"}})
    batch = planned(playground, caller, "a fox\na {{what}}\nan owl", paying)
    assert [bool(entry.error) for entry in batch.entries] == [False, True, False]
    assert "{{what}}" in str(batch.entries[1].error)
    assert batch.price.likely == Decimal("0.002")
    assert playground.store.runs(caller.visitor) == []
    ended = [event.run for _, event in run_batch(playground, caller, batch) if isinstance(event, Finished)]
    assert [run.request.prompt for run in ended] == ["a fox", "an owl"]
    assert paid(ended, "billed") + paid(ended, "estimated") == Decimal("0.002")
    assert unknown_costs(ended) == 0
    assert unknown_costs([replace(ended[0], cost_usd=None, cost_kind="unknown"), ended[1]]) == 1


def test_nothing_but_wrong_lines_is_refused(playground: Playground, caller: Caller) -> None:
    with pytest.raises(InvalidRequest, match="what"):
        planned(playground, caller, "a {{what}}\n{{what}} again")


def test_a_run_that_fails_leaves_the_others_be(playground: Playground, caller: Caller) -> None:
    batch = planned(playground, caller, "a fox\nan owl\na kite")
    failing = batch.entries[1].cells[0]
    broken = failing.request.model_copy(update={"options": {"fail_after": 0}})
    entry = replace(batch.entries[1], cells=(replace(failing, request=broken),))
    batch = replace(batch, entries=(batch.entries[0], entry, batch.entries[2]))
    ended = [event for _, event in run_batch(playground, caller, batch) if isinstance(event, Finished | Failed)]
    assert [type(event) for event in ended] == [Finished, Failed, Finished]


def test_whoever_leaves_stops_the_lines_that_have_not_begun(playground: Playground, caller: Caller) -> None:
    slow = BASE.model_copy(update={"options": {"seconds": 1.0}})
    events = run_batch(playground, caller, planned(playground, caller, "a fox\nan owl\na kite", slow))
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert len(playground.store.runs(caller.visitor)) == 1
