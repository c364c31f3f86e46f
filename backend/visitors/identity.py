"""Who a visitor is: a secret token in a cookie, or a login; on record stands a hash of it, which opens nothing."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

COOKIE = "playground_visitor"
YEAR_SECONDS = 365 * 24 * 3600

API = "api"
"""The visitor that every program on this machine is which brings no key, on a page for this machine alone."""

_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Visit:
    """What one HTTP request says about its sender; all of it is the sender's word but `peer`.

    `token` is the cookie's value, `guest` whether the gate had to give it just now, `session` the page's own id, `peer`
    the address that the connection comes from, `forwarded` the X-Forwarded-For header, `login` a subject that a login
    provider has vouched for.
    """

    token: str | None = None
    guest: bool = False
    session: str | None = None
    peer: str | None = None
    forwarded: str | None = None
    login: str | None = None


def new_token() -> str:
    """Draw a visitor's token: 128 bits in 32 hexadecimal digits."""
    return secrets.token_hex(16)


def is_token(text: str | None) -> bool:
    """Whether the text has the form of a token."""
    return text is not None and _TOKEN.fullmatch(text) is not None


def token_of(header: str) -> str | None:
    """Return the token in a Cookie header, or None where there is none, or something else under its name."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and is_token(morsel.value) else None


def login_of(session: Mapping[str, Any]) -> str | None:
    """Return the subject of a Hugging Face login in Gradio's signed session, or None for somebody who isn't in."""
    info = session.get("oauth_info")
    user = info.get("userinfo") if isinstance(info, Mapping) else None
    subject = user.get("sub") if isinstance(user, Mapping) else None
    return subject if isinstance(subject, str) and subject else None


def visitor_id(token: str) -> str:
    """Return the id that goes on record for a token; it tells nothing of the token."""
    return "v" + hashlib.sha256(f"visitor {token}".encode()).hexdigest()[:31]


def guest_id(token: str) -> str:
    """Return the id of somebody who sent no cookie, such as a script: it is theirs for one request alone."""
    return "g" + visitor_id(token)[1:]


def is_guest(visitor: str) -> bool:
    """Whether an id is a guest's, who won't be known again: what is made for them is found by its path alone."""
    return visitor.startswith("g")


def login_id(subject: str) -> str:
    """Return the id of somebody who is signed in, the same on every device."""
    return "u" + hashlib.sha256(f"login {subject}".encode()).hexdigest()[:31]


def key_id(key: str) -> str:
    """Return the id of whoever has an owner's key; it tells nothing of the key."""
    return "k" + hashlib.sha256(f"key {key}".encode()).hexdigest()[:31]


def has_a_key(visitor: str) -> bool:
    """Whether an id is that of an owner's key, which has a cap of its own."""
    return visitor.startswith("k")


def cookie(token: str, *, secure: bool, framed: bool) -> str:
    """Return the Set-Cookie line; `framed` for a page inside another site's frame, as a Space is."""
    # Inside a frame of another site only a partitioned third-party cookie comes back.
    place = "SameSite=None; Secure; Partitioned" if framed and secure else "SameSite=Lax"
    tail = "; Secure" if secure and not framed else ""
    return f"{COOKIE}={token}; Path=/; Max-Age={YEAR_SECONDS}; HttpOnly; {place}{tail}"
