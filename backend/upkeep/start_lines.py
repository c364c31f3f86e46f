"""What the terminal says at the start: who can reach the page, what strangers can do, and what they can spend."""

from backend.domain.caller import Caller
from backend.money.caps import usd
from backend.playground import Playground
from backend.settings import Settings

WATERMARKED = (
    "Every result of 256 pixels a side and more gets a watermark in its pixels (PLAYGROUND_WATERMARK is on): it "
    "changes them a little, also outside a mask, and a seed's picture isn't the one that it is without."
)
UNMARKED = (
    "Pictures don't say in their metadata that a model made them (PLAYGROUND_MARK is off): say it yourself where you "
    "show them."
)

_AFTER = "then the certificate ends, and without another one they are handed out unsigned."


def start_lines(playground: Playground) -> list[str]:
    """Return the lines about strangers, and about what is written into pictures; each one sentence or two.

    Where only this machine reaches the page there are none of the former; there alone pictures may be left unmarked.
    """
    settings = playground.settings
    pixels = [WATERMARKED] if settings.watermark else []
    if not settings.public:
        return [*_signing(playground), *pixels] if settings.mark else [UNMARKED, *pixels]
    password = "It asks for a password." if settings.auth else "No password is asked; --auth NAME:PASSWORD sets one."
    return [
        f"Strangers can reach this page ({_way(settings)}). {password}",
        _spending(playground),
        *_keys(playground),
        *_signing(playground),
        *pixels,
    ]


def _keys(playground: Playground) -> list[str]:
    live = [f"{key.name} ({usd(key.cap_usd)})" for key in playground.api_keys.all() if key.revoked is None]
    return [f"Programs with a key of yours can spend besides, in all: {', '.join(live)}."] if live else []


def _signing(playground: Playground) -> list[str]:
    signing = playground.signing
    if signing is None:
        return []
    return [f"Pictures are signed as “{signing.name}” (PLAYGROUND_C2PA_CERT), until {signing.ends:%Y-%m-%d}: {_AFTER}"]


def _way(settings: Settings) -> str:
    if settings.space_id:
        return f"the Space {settings.space_id}"
    if settings.share:
        return "a share link"
    return "a proxy" if settings.trusted_proxy else f"address {settings.host}"


def _spending(playground: Playground) -> str:
    nobody = Caller(visitor="")
    paid = [
        backend.label
        for backend in playground.backends.values()
        if backend.takes_money and backend.missing(nobody) is None
    ]
    if not paid:
        return "No key of yours is set, so they can spend nothing of yours; each may paste a key of their own."
    caps = playground.budget.caps
    limits = [
        f"{usd(cap)} {whom} ({name})"
        for cap, whom, name in (
            (caps.visitor, "each", "PLAYGROUND_VISITOR_CAP_USD"),
            (caps.house, "all together", "PLAYGROUND_DAILY_CAP_USD"),
            (caps.room, "a room", "PLAYGROUND_ROOM_CAP_USD"),
        )
        if cap is not None
    ]
    return f"On your key for {' and '.join(paid)} they can spend, in 24 hours, {', '.join(limits)}."
