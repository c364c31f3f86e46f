"""A comparison and a grid speak the page's words."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import gradio as gr
import pytest
from gradio.utils import diff

from backend.adapters.fake import FakeBackend
from backend.experiments.grid import AT_ONCE
from backend.library.shipped import load_presets
from backend.playground import Playground
from tests.ui.serving.test_caller import request_of
from ui.experiments.comparison import Comparing
from ui.form.library import Library
from ui.form.reading import MARK
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served

VALUES: dict[str, Any] = {
    "mode": "text_to_image",
    "backend": "fake",
    "prompt": "a fox",
    "width": 128,
    "height": 128,
    "negative_prompt": "blur",
}


class Guided(FakeBackend):
    """A fake that does ControlNet alone."""

    name = "guided"
    label = "Guided"
    capabilities = replace(FakeBackend.capabilities, modes=("controlnet",))


class Plain(FakeBackend):
    """A fake without a negative prompt."""

    name = "plain"
    label = "Plain"
    capabilities = replace(FakeBackend.capabilities, reasons={"negative_prompt": "isn't known here."})


@pytest.fixture
def comparing(playground: Playground) -> Comparing:
    files = playground.files
    backends = {"fake": playground.backends["fake"], "plain": Plain(files), "guided": Guided(files)}
    playground = replace(playground, backends=backends)
    with gr.Blocks():
        outputs = Outputs(gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.HTML(), gr.Button(), gr.HTML())
    return Comparing(
        Runner(playground, Library(playground, load_presets()), Served(files, playground.holders), outputs)
    )


def last(comparing: Comparing, updates: Any) -> str:
    """Return what stood on the stage at the end."""
    stage = comparing.runner.outputs.stage
    return ["".join(update[stage]) for update in updates if isinstance(update.get(stage), list)][-1]


def test_who_is_not_in_a_comparison_and_what_is_left_out_is_said_in_the_pages_words(comparing: Comparing) -> None:
    said = last(comparing, comparing.compare(request_of(), **VALUES))
    assert "Guided isn&#39;t in it: Text to image isn&#39;t offered by this backend, which does ControlNet." in said
    assert "<li>Negative prompt: isn&#39;t known here.</li>" in said
    assert "<code>" not in said


def test_a_grids_rows_and_columns_are_named_as_the_fields_are(comparing: Comparing) -> None:
    axes = {"across": "negative_prompt", "across_values": "fog", "down": "steps", "down_values": "4"}
    said = last(comparing, comparing.grid(request_of(), **VALUES, **axes))
    assert "<th scope='col'><span>Negative prompt</span> " in said
    assert "<th scope='row'><span>Steps</span> " in said
    assert "negative_prompt fog" not in said


def test_a_change_of_a_grid_sends_the_page_only_the_cells_that_changed(comparing: Comparing) -> None:
    axes = {"across": "steps", "across_values": "1-4", "down": "seed", "down_values": "1-4"}
    stage, slow = comparing.runner.outputs.stage, {f"fake{MARK}seconds": 0.2}
    told = [each.get(stage) for each in comparing.grid(request_of(), **VALUES, **axes, **slow)]
    shown = [pieces for pieces in told if isinstance(pieces, list)]
    edits = [diff(before, after) for before, after in pairwise(shown[:-1])]
    # The line above the grid, the cells that are drawn, and those that end meanwhile.
    assert max(map(len, edits)) <= 1 + 2 * AT_ONCE
    assert len(json.dumps(edits)) < len(edits) * 0.15 * len("".join(shown[-1]))


def grid_of(comparing: Comparing, axes: dict[str, str], **values: Any) -> list[str]:
    """Run a grid and return its cells' prompts and negative prompts, in order."""
    last(comparing, comparing.grid(request_of(), **VALUES | values, **axes))
    with comparing.runner.playground.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT request FROM runs").scalars()
        requests = [json.loads(row) for row in rows]
    return sorted(f"{one['prompt']} - {one['negative_prompt']}" for one in requests)


@pytest.mark.parametrize(
    ("axes", "drawn"),
    [
        (
            {"across": "prompt", "across_values": "one {{animal}}\ntwo {{animal}}s"},
            ["one {a|b} - no {a|b}", "two {a|b}s - no {a|b}"],
        ),
        (
            {"across": "negative_prompt", "across_values": "{{animal}} tail"},
            ["a {a|b} - {a|b} tail"],
        ),
        (
            {"across": "words", "across_values": "{{animal}}, hen, {{animal}} cub"},
            ["a hen - no {a|b}", "a {a|b} - no {a|b}", "a {a|b} cub - no {a|b}"],
        ),
    ],
)
def test_the_words_of_a_grid_are_filled_as_the_prompt_is(
    comparing: Comparing, axes: dict[str, str], drawn: list[str]
) -> None:
    given = {"prompt": "a {{animal}}", "negative_prompt": "no {{animal}}", "variables": {"animal": "{a|b}"}}
    assert grid_of(comparing, axes, **given) == drawn


def test_a_variable_of_a_grid_that_is_not_filled_is_refused_by_its_name_and_priced_all_the_same(
    comparing: Comparing,
) -> None:
    axes = {"across": "prompt", "across_values": "one {{animal}}\ntwo {{animal}}s"}
    assert grid_of(comparing, axes) == []
    said = last(comparing, comparing.grid(request_of(), **VALUES, **axes))
    assert "{{animal}}, which is not filled in" in said
    assert "2 images" in comparing.grid_price(request_of(), **VALUES, **axes)
