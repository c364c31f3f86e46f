"""The button says what a run costs, and at a cap that it is one."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import gradio as gr

from backend.fake import FakeBackend
from backend.playground import Playground
from backend.presets import load_presets
from backend.runs.budget import Budget
from backend.runs.caps import Caps
from tests.ui.test_caller import request_of
from ui.form import MARK
from ui.library_area import Library
from ui.run import Outputs, Runner
from ui.served import Served


class PaidBackend(FakeBackend):
    """A fake whose images cost the house money."""

    cost_kind = "billed"


def told(playground: Playground, cap: str) -> tuple[str, str]:
    """Return the button's words and the line under it, under a visitor's cap in USD."""
    budget = Budget(playground.store.engine, Caps(visitor=Decimal(cap)))
    capped = replace(playground, budget=budget, backends={"fake": PaidBackend(playground.files)})
    with gr.Blocks():
        outputs = Outputs(gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.HTML(), gr.HTML())
    runner = Runner(capped, Library(capped, load_presets()), Served(capped.files, capped.holders), outputs)
    values: dict[str, Any] = {"mode": "text_to_image", "backend": "fake", f"fake{MARK}provider": True}
    updates = runner.price(request_of(), **values)
    return updates[outputs.generate]["value"], updates[outputs.left]["value"]


def test_below_the_cap_the_button_says_the_price_and_the_line_what_is_left(playground: Playground) -> None:
    button, line = told(playground, "0.25")
    assert button.startswith("Generate · ≈")
    assert "$0.25" in line


def test_at_the_cap_the_button_says_so_and_the_line_the_ways_out(playground: Playground) -> None:
    button, line = told(playground, "0.001")
    assert button.startswith("Over the cap · ")
    assert "key of your own" in line
