"""What the simulated server bills: invented, as no such form has a price; its owner's price file says the same."""

from decimal import Decimal

TIERS = ((512 * 512, Decimal("0.001")), (1024 * 1024, Decimal("0.003")), (2048 * 2048, Decimal("0.01")))
"""Pixels up to which an image costs so many USD, however many steps it takes."""
FILE = {
    "as_of": "2026-11-30",
    "source": "backend/simulator/openai/prices.py",
    "prices": [
        {"width": 512, "height": 512, "usd": "0.001"},
        {"width": 1024, "height": 1024, "usd": "0.003"},
        {"width": 2048, "height": 2048, "usd": "0.01"},
    ],
}
"""The same as the owner would write it down for the playground."""


def published(size: tuple[int, int]) -> Decimal:
    """Return the USD of an image of a size in pixels."""
    return next(usd for pixels, usd in TIERS if size[0] * size[1] <= pixels)
