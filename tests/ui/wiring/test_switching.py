"""A switch of backend: the form becomes what the new one takes, and only what differs travels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import pytest

from backend.library.shipped import load_presets
from backend.playground import Playground
from tests.serving import SecondFake
from ui.form.library import Library
from ui.layout.page_layout import Layout, lay_out
from ui.serving.served import Served
from ui.wiring.switching import Fitting

VALUES: dict[str, Any] = {"width": 256, "height": 256, "steps": 8, "count": 1, "output_format": "png"}


@dataclass(frozen=True)
class Form:
    """A page's form over two backends."""

    fitting: Fitting
    layout: Layout

    def fit(self, backend: str, before: str, **values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the updates by the ids of what they change, and the fitted values."""
        updates, fitted = self.fitting.fit(backend, before, {**VALUES, **values})
        assert set(updates) <= set(self.fitting.outputs())
        told = {str(each.elem_id): update for each, update in updates.items()}
        return told | told.pop("sheet", {"changes": {"cells": {}}})["changes"]["cells"], fitted


@pytest.fixture
def form(playground: Playground) -> Iterator[Form]:
    """Lay a form out for a fake and a second one that takes less."""
    both = replace(playground, backends={**playground.backends, "second": SecondFake(playground.files)})
    with gr.Blocks():
        layout = lay_out(both, Library(both, load_presets()), Served(both.files, both.holders, both.disk))
        yield Form(Fitting(both, layout.form.tabs, layout.settings), layout)


def test_what_the_new_backend_lacks_goes_and_comes_back(form: Form) -> None:
    updates, _ = form.fit("second", "fake")
    assert updates["negative_prompt"]["visible"] is False
    assert "It draws what it is told." in updates["fit-note"]["value"]
    updates, _ = form.fit("fake", "second")
    assert updates["negative_prompt"]["visible"] is True


def test_what_both_backends_take_alike_is_left_alone(form: Form) -> None:
    updates, _ = form.fit("second", "fake")
    assert updates["steps"] == {"maximum": 20}
    assert not {"seed", "guidance", "scheduler", "output_format", "tab-text_to_image"} & set(updates)
    assert updates["tab-image_to_image"]["interactive"] is False


def test_from_an_unknown_backend_everything_is_told(form: Form) -> None:
    updates, _ = form.fit("second", "<b>")
    assert {"steps", "seed", "guidance", "tab-text_to_image", "size"} <= set(updates)


def test_a_first_size_becomes_the_new_backends_and_a_chosen_one_stays(form: Form) -> None:
    first = form.fitting.playground.backends["fake"].capabilities.default_size
    other = form.fitting.playground.backends["second"].capabilities.default_size
    updates, fitted = form.fit("second", "fake", width=first.width, height=first.height)
    assert (fitted["width"], fitted["height"]) == (other.width, other.height)
    assert updates["width"]["value"] == other.width
    updates, fitted = form.fit("second", "fake", width=640, height=384)
    assert (fitted["width"], fitted["height"]) == (640, 384)
    assert "width" not in updates


@pytest.mark.parametrize("values", [{"width": None}, {"width": "wide", "height": []}, {"steps": {"a": 1}}])
def test_values_that_are_none_are_left_to_the_check_of_the_request(form: Form, values: dict[str, Any]) -> None:
    _, fitted = form.fit("second", "fake", **values)
    assert {name: fitted[name] for name in values} == values
