"""A recipe in the form: what it names is laid in, what it doesn't name goes back to how the page began."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from backend.domain.requests import parse_request
from backend.library.recipe_links import pack_recipe
from backend.library.shipped import load_presets
from backend.playground import Playground
from ui.form.filling import Filling
from ui.form.library import Library
from ui.inputs.panel import begun, is_sheet
from ui.layout.page_layout import lay_out
from ui.library.from_file import Restoring
from ui.library.memory import Remembering
from ui.serving.address import RECIPE
from ui.serving.served import Served


@pytest.fixture
def filling(playground: Playground) -> Iterator[Filling]:
    with gr.Blocks():
        layout = lay_out(playground, Library(playground, load_presets()), Served(playground.files, playground.holders))
        yield Filling(playground, Served(playground.files, playground.holders), layout.filled())


def filled(filling: Filling, **recipe: Any) -> dict[str, Any]:
    """Return what the form says after a recipe, by the names of its values."""
    names = {control: name for name, control in filling.controls.items() if not is_sheet(control)}
    updates = filling.from_recipe(recipe, "fake")
    cells = updates.pop(filling.controls["fake__seconds"])["changes"]["cells"]
    others = {names[control]: told["value"] for control, told in updates.items()}
    return others | {name: told["value"] for name, told in cells.items()}


def test_a_backends_options_that_a_recipe_leaves_out_are_as_at_the_start(filling: Filling) -> None:
    given = filled(filling, mode="text_to_image", prompt="a fox", options={"provider": True, "seconds": 2.0})
    assert (given["fake__provider"], given["fake__seconds"]) == (True, 2.0)
    without = filled(filling, mode="text_to_image", prompt="a fox")
    own = {name: value for name, value in without.items() if name.startswith("fake__")}
    assert own == {name: begun(filling.controls[name], name) for name in own}
    assert own.keys() == {name for name in filling.controls if name.startswith("fake__")}


def test_a_text_alone_leaves_the_picture_its_size_and_a_size_takes_it(filling: Filling) -> None:
    assert "keep_size" not in filled(filling, mode="text_to_image", prompt="a fox", width=512, height=512)
    assert filled(filling, mode="image_to_image", prompt="a fox", width=512, height=512)["keep_size"] is False
    assert filled(filling, mode="image_to_image", prompt="a fox")["keep_size"] is True


def test_a_link_to_an_enlargement_says_what_of_it_came_into_the_form(filling: Filling) -> None:
    remembering = Remembering(filling.playground, filling, gr.HTML(render=False))

    def note(mode: str) -> str:
        query = {RECIPE: pack_recipe({"mode": mode, "prompt": "a barn", "seed": 5})}
        told = remembering.back(None, SimpleNamespace(request=True, query_params=query))  # type: ignore[arg-type]
        return str(told[remembering.notice]["value"])

    assert "Upscale has no tab: its picture's words and seed are in the form." in note("upscale")
    assert "has no tab" not in note("text_to_image")


def test_what_ran_comes_back_as_the_words_that_were_drawn(filling: Filling) -> None:
    run = parse_request({"mode": "text_to_image", "prompt": "{a|b} {{x}} a_b", "negative_prompt": "__list__"})
    updates = filling.from_request(run, "fake", 7, "visitor")
    assert updates[filling.controls["prompt"]]["value"] == r"\{a|b} \{\{x}} a_b"
    cells = updates[filling.controls["fake__seconds"]]["changes"]["cells"]
    assert cells["negative_prompt"]["value"] == r"\__list\__"


def test_so_do_the_words_of_another_programs_settings(filling: Filling) -> None:
    restoring = Restoring(filling.playground, filling, gr.HTML(render=False), gr.HTML(render=False))
    text = "a {b|c} {{d}}\nNegative prompt: {e|f}\nSteps: 3, CFG scale: 1, Seed: 7"
    updates = restoring.pasted(SimpleNamespace(_data={"text": text}))  # type: ignore[arg-type]
    assert updates[filling.controls["prompt"]]["value"] == r"a \{b|c} \{\{d}}"
