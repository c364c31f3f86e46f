"""The sheet among the page's other controls."""

from html import unescape
from typing import Any

import gradio as gr
import pytest
from markupsafe import Markup

from ui.inputs.cells import select
from ui.inputs.panel import begun, fold, is_sheet, lay, one_each, sheet, spread


@pytest.fixture
def controls() -> dict[str, Any]:
    with gr.Blocks():
        cells = [select(name, name, "", {"1": "one"}, at=name) for name in ("a", "b")]
        made = sheet([fold("Both", (each.html for each in cells))], cells)
        return {"a": made, "b": made, "c": gr.Number(5)}


def test_changes_of_cells_are_one_update_and_the_others_their_own(controls: dict[str, Any]) -> None:
    updates = lay(controls, {"a": {"value": "1"}, "c": {"maximum": 9}, "b": {"visible": False}, "d": {"value": 1}})
    assert updates.pop(controls["c"]) == gr.update(maximum=9)
    ((place, update),) = updates.items()
    assert is_sheet(place)
    assert update["changes"]["cells"] == {"a": {"value": "1"}, "b": {"visible": False}}


def test_the_same_change_made_again_is_another(controls: dict[str, Any]) -> None:
    first, second = (lay(controls, {"a": {"value": "1"}})[controls["a"]] for _ in range(2))
    assert first["changes"]["turn"] != second["changes"]["turn"]


def test_an_event_is_handed_the_sheet_once(controls: dict[str, Any]) -> None:
    assert one_each(controls) == {"sheet": controls["a"], "c": controls["c"]}


def test_cells_stand_beside_the_other_values_and_in_place_of_none() -> None:
    assert spread({"c": 5, "sheet": {"a": "1", "c": 6}}) == {"a": "1", "c": 5}


@pytest.mark.parametrize("sent", [None, 7, "a", ["a"]])
def test_whatever_a_browser_sends_as_the_sheet_is_read(sent: Any) -> None:
    assert spread({"c": 5, "sheet": sent}) == {"c": 5}
    assert spread({"c": 5}) == {"c": 5}


def test_each_control_tells_what_it_began_with(controls: dict[str, Any]) -> None:
    assert {name: begun(control, name) for name, control in controls.items()} == {"a": "1", "b": "1", "c": 5}


def test_signs_that_a_template_runs_are_words_on_the_sheet() -> None:
    words = r"`${alert(1)}` {{this}} \n"
    with gr.Blocks():
        template = str(sheet([Markup.escape(words)], []).html_template)
    assert not set("$`{\\") & set(template)
    assert unescape(template) == words


def test_a_backends_fold_is_there_while_it_is_chosen() -> None:
    assert fold("Only <x>", [Markup("<i></i>")], backend="x", shown=False) == (
        '<details class="fold" data-of="x" hidden><summary>Only &lt;x&gt;</summary>'
        '<div class="fold-body"><i></i></div></details>'
    )
