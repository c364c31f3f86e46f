"""Who asks: the owner's key, this machine's own programs, or a guest."""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import Request

from backend.domain.caller import Caller
from backend.domain.errors import WrongKey
from backend.gate.origin import host_name
from backend.playground import Playground
from backend.visitors.addresses import LOOPBACK, PRIVATE, is_within, same_address
from backend.visitors.identity import API, is_guest
from backend.visitors.passing import HEADER, read_passed
from backend.visitors.redaction import OWN_KEY
from ui.serving.caller import caller_of

_WRONG = "The key isn't one of this playground's, or it was revoked: ask its owner for another one."
_NEEDED = "This playground asks for a password, and programs for a key: send `Authorization: Bearer` with one."

SECRET_LENGTH = 16
"""Characters from which on an `Idempotency-Key` is taken for one that no other guest has."""
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
"""By which a proxy shows itself."""


def asker_of(playground: Playground, request: Request) -> Caller:
    """Return who sends a request: the visitor of its key; else on loopback `API`, elsewhere a guest.

    On loopback any word will do that can't be one of our keys, since most clients insist on one. Raises `WrongKey` for
    a key that isn't known, and where one is needed.
    """
    return replace(_asker(playground, request), passed=read_passed(request.headers.get(HEADER, "")))


def _asker(playground: Playground, request: Request) -> Caller:
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


@dataclass(frozen=True, slots=True)
class Known:
    """By what a caller is known when the same request comes again, if anything; `sure` where nobody else goes by it."""

    name: str | None
    sure: bool


def known_again(playground: Playground, caller: Caller, request: Request, mark: str | None) -> Known:
    """Return by what the caller is known when the same request comes again.

    A guest has no other name than an `Idempotency-Key` (`mark`) that nobody would guess, or else the address and the
    program, which others behind the same router may have as well.
    """
    if not is_guest(caller.visitor):
        return Known(caller.visitor, sure=True)
    agent = request.headers.get("user-agent", "")[:200]
    if mark and len(mark) >= SECRET_LENGTH:
        return Known(f"m{hash_of(caller.address, agent, mark)[:40]}", sure=True)
    own = _own_address(playground, request) if _is_own_address(playground, request) else None
    return Known(own and f"{own} {hash_of(agent)[:16]}", sure=False)


def _is_own_address(playground: Playground, request: Request) -> bool:
    """Whether the address is one person's as far as can be told: a trusted proxy's word, or nobody between."""
    trusted, peer = playground.settings.trusted, request.client.host if request.client else ""
    told = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
    # Of a proxy on this machine, uvicorn has put the word in the peer's place already, trusted here or not.
    if is_within(peer, trusted) or (peer in told and is_within("127.0.0.1", trusted)):
        return True
    if any(name in request.headers for name in _FORWARDED):
        return False
    return not is_within(peer, PRIVATE) or _came_straight(request, peer)


def _came_straight(request: Request, peer: str) -> bool:
    """Whether a request of a private network was sent to the very address at which it came in.

    What passes it on without a word, be it a container's proxy or a published port, has another address itself: the one
    that the client wrote. nginx as it comes writes ours instead, and speaks HTTP/1.0. On this machine anybody's tunnel
    may end.
    """
    here, version = (request.scope.get("server") or ("",))[0], request.scope.get("http_version")
    return not is_within(peer, LOOPBACK) and version != "1.0" and same_address(host_name(request.headers), here)


def hash_of(*parts: Any) -> str:
    """Return one sha256 for several values, each told from the next."""
    import hashlib

    return hashlib.sha256("\0".join(map(str, parts)).encode(errors="surrogatepass")).hexdigest()


def _address(playground: Playground, request: Request) -> str | None:
    return playground.callers.addresses.mark(*_came_from(request))


def _own_address(playground: Playground, request: Request) -> str | None:
    return playground.callers.addresses.mark_of_one(*_came_from(request))


def _came_from(request: Request) -> tuple[str | None, str | None]:
    return request.client.host if request.client else None, request.headers.get("x-forwarded-for")
