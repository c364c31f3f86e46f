"""Who asks: a Gradio request as a caller."""

import dataclasses

import gradio as gr

from backend.domain.caller import Caller
from backend.gate.gate import GUEST
from backend.playground import Playground
from backend.visitors.identity import Visit, login_of, token_of
from backend.visitors.keys import Owner

ROOM = "room"
"""The parameter of a page's address that names its room."""


def caller_of(playground: Playground, request: gr.Request) -> Caller:
    """Return the visitor behind a Gradio request, with the keys of this page session and the room they have joined."""
    caller = playground.callers.caller(_visit(playground, request))
    room = room_in(request)
    if room is not None and not playground.rooms.admits(room, caller.visitor):
        room = None
    return dataclasses.replace(caller, room=room, page=request.session_hash)


def room_in(request: gr.Request) -> str | None:
    """Return the room that the page's address names (`?room=…`), joined or not."""
    return request.request.query_params.get(ROOM) if request.request else None


def owner_of(playground: Playground, request: gr.Request) -> Owner:
    """Return whose keys a Gradio request may set and use."""
    return playground.callers.owner(_visit(playground, request))


def _visit(playground: Playground, request: gr.Request) -> Visit:
    http = request.request
    if http is None:
        return Visit(session=request.session_hash)
    signed = http.scope.get("session", {}) if playground.settings.signs_in else {}
    return Visit(
        token=token_of(http.headers.get("cookie", "")),
        guest=http.scope.get("state", {}).get(GUEST, False),
        session=request.session_hash,
        peer=http.client.host if http.client else None,
        forwarded=http.headers.get("x-forwarded-for"),
        login=login_of(signed),
    )
