"""Spend caps on the server's own keys, and how much of each is left."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_UP, Decimal
from typing import Literal

WINDOW = timedelta(hours=24)
"""Visitor, address and house are capped over the last 24 hours, so that no midnight doubles what may be spent."""

Scope = Literal["visitor", "address", "house", "room", "key"]


@dataclass(frozen=True, slots=True)
class Caps:
    """The caps in USD; None leaves one off. `visitor` also holds for an address, unless the visitor is signed in."""

    visitor: Decimal | None = None
    house: Decimal | None = None
    room: Decimal | None = None

    @property
    def on(self) -> bool:
        """Whether any cap holds."""
        return any(cap is not None for cap in (self.visitor, self.house, self.room))


@dataclass(frozen=True, slots=True)
class Standing:
    """How one cap stands: what was spent, reserved or held under it, in USD."""

    scope: Scope
    cap: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """Return what may still be spent; never below 0, even where a bill came out above its estimate."""
        return max(self.cap - self.spent, Decimal(0))

    def refusal(self, amount: Decimal) -> str:
        """Say in two sentences that the amount no longer fits, and the ways out."""
        left = f"{usd(self.left)} of {_WHOSE[self.scope].format(cap=usd(self.cap))} is left"
        return f"This may cost up to {usd(amount)}, and {left}. {KEY_WAY_OUT if self.scope == 'key' else WAY_OUT}"


_WHOSE: dict[Scope, str] = {
    "visitor": "your {cap} for 24 hours",
    "address": "the {cap} that visitors from your network have for 24 hours",
    "house": "the {cap} that all visitors together have for 24 hours",
    "room": "this room's {cap}",
    "key": "the {cap} that this key may cost in all",
}

WAY_OUT = "Paste a key of your own, or choose the local model, which costs nothing."
KEY_WAY_OUT = "Ask its owner for another key, or choose the local model, which costs nothing."
UNPRICED = f"Nobody knows beforehand what this costs, so it can't run under a spend cap on the server's key. {WAY_OUT}"


def usd(amount: Decimal) -> str:
    """Return an amount (USD) as text, such as $0.25 or $0.0013: two digits, up to six where needed, rounded up."""
    exact = amount.quantize(Decimal("0.000001"), ROUND_UP)
    whole, _, cents = f"{exact:f}".partition(".")
    return f"${whole}.{cents.rstrip('0').ljust(2, '0')}"
