"""Who asks: the owner's key, this machine's own programs, or a guest."""

import base64
import binascii
from typing import Any

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import Request

from backend.domain.caller import Caller
from backend.domain.errors import WrongKey
from backend.playground import Playground
from backend.visitors.identity import API, is_guest
from backend.visitors.redaction import OWN_KEY
from ui.serving.caller import caller_of

_WRONG = "The key isn't one of this playground's, or it was revoked: ask its owner for another one."
_NEEDED = "This playground asks for a password, and programs for a key: send `Authorization: Bearer` with one."


def asker_of(playground: Playground, request: Request) -> Caller:
    """Return who sends a request: the visitor of its key; else on loopback `API`, elsewhere a guest.

    On loopback any word will do that can't be one of our keys, since most clients insist on one. Raises `WrongKey` for
    a key that isn't known, and where one is needed.
    """
    settings, key = playground.settings, credential(request.headers)
    found = playground.api_keys.found(key) if key else None
    if found is not None:
        return Caller(visitor=found.visitor, address=_address(playground, request), signed_in=True)
    if key and (settings.public or settings.auth or key.startswith(OWN_KEY)):
        raise WrongKey(_WRONG)
    if settings.auth:
        raise WrongKey(_NEEDED)
    if not settings.public:
        return Caller(visitor=API, address=_address(playground, request))
    return caller_of(playground, gr.Request(request))


def credential(headers: Headers) -> str:
    """Return what stands behind `Bearer`, or the password (else the name) of `Basic`; empty where there is nothing."""
    scheme, _, said = headers.get("authorization", "").strip().partition(" ")
    said = said.strip()
    if scheme.lower() != "basic":
        return said if scheme.lower() == "bearer" else ""
    try:
        name, _, password = base64.b64decode(said, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return said
    return password or name


def known_again(caller: Caller, headers: Headers) -> str | None:
    """Return by what the caller is known when the same request comes again; None where nothing tells.

    A guest has no other name than the address and the program: an equal request from there is taken for the same one's.
    """
    if not is_guest(caller.visitor):
        return caller.visitor
    if caller.address is None:
        return None
    agent = headers.get("user-agent", "")[:200]
    return f"{caller.address} {hash_of(agent)[:16]}"


def hash_of(*parts: Any) -> str:
    """Return one sha256 for several values, each told from the next."""
    import hashlib

    return hashlib.sha256("\0".join(map(str, parts)).encode(errors="surrogatepass")).hexdigest()


def _address(playground: Playground, request: Request) -> str | None:
    peer = request.client.host if request.client else None
    return playground.callers.addresses.mark(peer, request.headers.get("x-forwarded-for"))
