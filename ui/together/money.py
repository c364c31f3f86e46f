"""Whose money is spent in a room, and what strangers can do and spend on this page; in sentences."""

from backend.domain.caller import Caller
from backend.money.caps import usd
from backend.playground import Playground

_WITHOUT = "Whoever has this page's address can draw here. Nobody sees what others draw, but in a room together."
_BEHIND_LOGIN = (
    "Whoever has this page's address and its password can draw here. Nobody sees what others draw, but in a room "
    "together."
)
_NO_MONEY = "They can spend no money of its owner."


def who_pays(playground: Playground, room: str, *, brief: bool = False) -> list[str]:
    """Return who pays for what is drawn in a room; `brief` leaves out what is so everywhere."""
    free = [each.label for each in playground.backends.values() if each.cost_kind == "free"]
    house, own = _billed(playground)
    told = [f"Drawing with {_all(free)} costs nothing."] if free else []
    if house:
        told.append(f"Drawing with {_all(house)} is paid by this page's owner: {_left(playground, room)}.")
    if own:
        told.append(f"Drawing with {_all(own)} needs a key of one's own.")
    if (house or own) and not brief:
        told.append("Whoever uses a key of their own pays for their own runs; nobody else sees the key.")
    return told


def strangers(playground: Playground) -> list[str]:
    """Return what strangers can do and spend on this page, and how many pages are open; nothing where none can come."""
    settings = playground.settings
    if not settings.public:
        return []
    house, _ = _billed(playground)
    spend = f"With {_all(house)} they can spend {_caps(playground)} of its owner's money." if house else _NO_MONEY
    count = max(len(playground.pages), 1)  # The line of the page that asks may come a moment later.
    now = "1 page is open now." if count == 1 else f"{count} pages are open now."
    return [_BEHIND_LOGIN if settings.auth else _WITHOUT, spend, now]


def _billed(playground: Playground) -> tuple[list[str], list[str]]:
    """Return the backends that bill: those on a key of the server's, and those that need a visitor's own."""
    nobody = Caller(visitor="")
    house: list[str] = []
    own: list[str] = []
    for each in playground.backends.values():
        if each.takes_money:
            (house if each.missing(nobody) is None else own).append(each.label)
    return house, own


def _left(playground: Playground, room: str) -> str:
    cap = playground.budget.caps.room
    if cap is None:
        return "this room has no cap"
    left = next(each.left for each in playground.budget.standings("", room=room) if each.scope == "room")
    return f"{usd(left)} of this room's {usd(cap)} is left"


def _caps(playground: Playground) -> str:
    caps = playground.budget.caps
    told = [
        *([f"{usd(caps.visitor)} each"] if caps.visitor is not None else []),
        *([f"{usd(caps.house)} all together in 24 hours"] if caps.house is not None else []),
        *([f"{usd(caps.room)} in a room"] if caps.room is not None else []),
    ]
    return ", ".join(told) or "without a cap"


def _all(labels: list[str]) -> str:
    *others, last = labels
    return f"{', '.join(others)} and {last}" if others else last
