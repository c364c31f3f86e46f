"""What is asked for from the page, with what a browser may send."""

import re
from typing import Any

import gradio as gr
import pytest

from backend.playground import Playground
from tests.ui.together.test_reach import page_at
from ui.together.acts import Asked, Together
from ui.together.sheets import invitation_sheet

NOTHING: Any = None
"""In place of the form, which these acts don't touch."""


def open_room(playground: Playground, name: str) -> str:
    """Open a room by the press on Together, with the name that the browser kept; return its id."""
    asked = Asked("ann", "", {"name": name}, gr.Request(page_at("127.0.0.1:7860")))
    return str(Together(playground, NOTHING, NOTHING).open(asked).get("room"))


@pytest.mark.parametrize(("kept", "called"), [
    ("Ann", "Ann"),
    ("  Ann \n B. ", "Ann B."),
    ("", "Host"),
    ("Ann\u200d", "Host"),  # An invisible sign, as in many an emoji: no name was made of it where it was typed, either.
    ("n" * 41, "Host"),
])  # fmt: skip
def test_a_room_is_made_by_one_press_whatever_name_the_browser_kept(
    playground: Playground, kept: str, called: str
) -> None:
    (ann,) = playground.rooms.members(open_room(playground, kept), "ann")
    assert ann.name == called


def test_the_invitation_says_that_input_pictures_may_be_used_too(playground: Playground) -> None:
    room = open_room(playground, "Ann")
    told = invitation_sheet(playground.rooms.invitation(room, "bob"), [])
    assert re.search(r"may use it and the pictures it was made from\. Nothing else of you is seen\.", told)
