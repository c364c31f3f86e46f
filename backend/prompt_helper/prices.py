"""What an answer costs: by the server's own word, else by the owner's price of a token, else nobody knows."""

from dataclasses import dataclass
from decimal import Decimal

from backend.domain.records import CostKind
from backend.money.token_prices import TokenPrices

MOST_OF_A_PICTURE = 8_192
"""Tokens that a picture of up to 1024 pixels a side is taken to be at most; a bill above it is settled as it is."""


FREE = TokenPrices(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer cost in USD, None where nobody knows, and who says so."""

    usd: Decimal | None
    kind: CostKind


def cost_of(told: Decimal | None, tokens: tuple[int, int] | None, prices: TokenPrices | None) -> Cost:
    """Return the cost by what the server `told` (USD), or by the tokens that it counted, sent and answered."""
    if prices is not None and prices.free:
        return Cost(Decimal(0), "free")
    if told is not None:
        return Cost(told, "billed")
    if prices is not None and tokens is not None:
        return Cost(prices.of(*tokens), "estimated")
    return Cost(None, "unknown")
