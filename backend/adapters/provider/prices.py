"""What a provider takes: its part of the table of prices, and a bill shared among images."""

import json
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from backend.domain.providers import Facts

PRICES = Path(__file__).parents[3] / "presets" / "prices.json"
Table = TypeVar("Table", bound=BaseModel)


def read_prices(facts: Facts, kind: type[Table], path: Path = PRICES) -> Table:
    """Read a provider's part of the price table; raise pydantic's `ValidationError` where it isn't of this kind."""
    return kind.model_validate(json.loads(path.read_text(encoding="utf-8"))[facts.name])


def split(price: Decimal | None, count: int) -> list[Decimal | None]:
    """Share an order's price (USD) among its images so that the shares add up to it; the first takes the rest."""
    if price is None:
        return [None] * count
    each = (price / count).quantize(Decimal("1e-9"), rounding="ROUND_DOWN")
    return [price - each * (count - 1), *[each] * (count - 1)]
