"""The room's seams: whose room a request is in, and what of another room can be had."""

import gradio as gr
import pytest
from starlette.requests import Request

from backend.domain.errors import NotFound
from backend.playground import Playground
from backend.visitors.identity import COOKIE, visitor_id
from ui.serving.caller import caller_of

ANN, BOB = "a" * 32, "b" * 32


def request_of(token: str, room: str) -> gr.Request:
    """Return a request of a page whose address names a room."""
    headers = [(b"cookie", f"{COOKIE}={token}".encode())]
    scope = {"type": "http", "headers": headers, "query_string": f"room={room}".encode(), "client": ("127.0.0.1", 1)}
    return gr.Request(Request(scope), session_hash="page")


def test_a_run_belongs_to_the_room_of_the_address_once_it_was_joined(playground: Playground) -> None:
    room = playground.rooms.open(visitor_id(ANN), room_name="Attic", name="Ann")
    assert caller_of(playground, request_of(ANN, room.id)).room == room.id
    assert caller_of(playground, request_of(BOB, room.id)).room is None
    playground.rooms.join(room.id, visitor_id(BOB), name="Bob")
    assert caller_of(playground, request_of(BOB, room.id)).room == room.id
    playground.rooms.close(room.id, visitor_id(ANN))
    assert caller_of(playground, request_of(ANN, room.id)).room is None


@pytest.mark.parametrize("room", ["", "x", "%00", "x" * 5000])
def test_an_address_that_names_no_room_changes_nothing(playground: Playground, room: str) -> None:
    assert caller_of(playground, request_of(ANN, room)).room is None


def test_a_run_of_another_room_cannot_be_remixed(playground: Playground) -> None:
    attic, cellar = (playground.rooms.open(visitor_id(ANN), room_name=name, name="Ann") for name in ("attic", "cellar"))
    playground.rooms.join(cellar.id, visitor_id(BOB), name="Bob")
    with pytest.raises(NotFound):
        playground.rooms.run(attic.id, visitor_id(BOB), "f" * 32)
    with pytest.raises(NotFound, match="on the board"):
        playground.rooms.run(cellar.id, visitor_id(BOB), "f" * 32)
