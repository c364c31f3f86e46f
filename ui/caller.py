"""Who asks: a Gradio request as a caller."""

import gradio as gr

from backend.caller import Caller
from backend.playground import Playground
from backend.visitors.gate import GUEST
from backend.visitors.identity import Visit, login_of, token_of
from backend.visitors.keys import Owner


def caller_of(playground: Playground, request: gr.Request) -> Caller:
    """Return the visitor behind a Gradio request, with the keys of this page session."""
    return playground.callers.caller(_visit(playground, request))


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
