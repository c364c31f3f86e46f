"""The button says what a run costs, and at a cap that it is one."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import gradio as gr

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.library.shipped import load_presets
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.playground import Playground
from tests.ui.serving.test_caller import request_of
from ui.form.library import Library
from ui.form.reading import MARK
from ui.head.header import state_html
from ui.runs.generate_button import GenerateButton
from ui.runs.runner import Outputs, Runner
from ui.serving.caller import caller_of
from ui.serving.served import Served


class PaidBackend(FakeBackend):
    """A fake whose images cost the house money."""

    cost_kind = "billed"


class ElsewhereBackend(FakeBackend):
    """A fake that does ControlNet alone."""

    name = "elsewhere"
    label = "Elsewhere"
    capabilities = replace(FakeBackend.capabilities, modes=("controlnet",))


def told(playground: Playground, cap: str, backend: str = "fake") -> tuple[str, str, str]:
    """Return the button's words, its look and the line under it, under a visitor's cap in USD."""
    budget = Budget(playground.store.engine, Caps(visitor=Decimal(cap)))
    backends = {"fake": PaidBackend(playground.files), "elsewhere": ElsewhereBackend(playground.files)}
    capped = replace(playground, budget=budget, backends=backends)
    with gr.Blocks():
        outputs = Outputs(gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.HTML(), gr.Button(), gr.HTML())
    runner = Runner(capped, Library(capped, load_presets()), Served(capped.files, capped.holders), outputs)
    values: dict[str, Any] = {"mode": "text_to_image", "backend": backend, f"fake{MARK}provider": True}
    generate, caller = GenerateButton(runner), caller_of(capped, request_of())
    updates = generate.price(caller, values, generate.asked(values, caller))
    button = updates[outputs.generate]
    return button["value"], button["variant"], updates[outputs.left]["value"]


def test_below_the_cap_the_button_says_the_price_and_the_line_what_is_left(playground: Playground) -> None:
    button, look, line = told(playground, "0.25")
    assert look == "primary"
    assert button.startswith("Generate · ≈")
    assert "This run ≈ $0.0013 · counted in 24 hours $0 · your cap leaves $0.2500" in line


def test_at_the_cap_the_button_says_so_and_the_line_the_ways_out(playground: Playground) -> None:
    button, look, line = told(playground, "0.001")
    assert look == "secondary"
    assert line.count("key of your own") == 1
    assert button.startswith("Over the cap · ")
    assert "key of your own" in line


def test_a_mode_that_the_backend_does_not_do_is_said_before_the_press(playground: Playground) -> None:
    button, look, line = told(playground, "0.25", "elsewhere")
    assert (button, look) == ("Not on Elsewhere", "secondary")
    assert "Elsewhere doesn&#39;t do Text to image" in line
    assert 'data-way="fake"' in line


def test_a_backend_is_not_called_ready_for_a_mode_that_it_does_not_do(playground: Playground, caller: Caller) -> None:
    elsewhere = ElsewhereBackend(playground.files)
    assert 'class="state ready"' in state_html(elsewhere, caller, "controlnet")
    said = state_html(elsewhere, caller, "text_to_image")
    assert 'class="state missing"' in said
    assert "Ready" not in said
