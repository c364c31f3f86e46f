"""The form before a press: whatever a browser sends as that is laid back, or nothing happens."""

import json
from typing import Any

import gradio as gr
import pytest

from tests.serving import Site
from tests.ui.test_lost_files import answer
from ui.page import build

TOKEN = "e" * 32


@pytest.fixture(scope="module")
def page(site: Site) -> gr.Blocks:
    return build(site.playground)


def press(page: gr.Blocks, values: Any) -> dict[str, Any]:
    return answer(page, "act", TOKEN, data={"act": "unfill", "values": values})


def test_values_are_laid_back_by_their_names_and_no_picture_with_them(page: gr.Blocks) -> None:
    values = {"prompt": "mine", "mode": "inpaint", "steps": 11, "easel": {"image": {"path": "/etc/passwd"}}, "what": 1}
    told = press(page, json.dumps(values))
    assert told["prompt"]["value"] == "mine"
    assert told["mode"]["value"] == "inpaint"
    assert told["sheet"]["changes"]["cells"] == {"steps": {"value": 11}}
    assert "easel" not in told
    assert not told["notice"]["visible"]


@pytest.mark.parametrize("values", ["", "[]", "7", "{", "null"])
def test_what_is_no_form_changes_nothing(page: gr.Blocks, values: str) -> None:
    assert set(press(page, values)) == {"mode"}
