"""What a run may cost: an estimate from published prices, and how far the bills were from it."""

import math
import statistics
import threading
from collections import deque
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from backend.capabilities import Estimate
from backend.requests import Request
from backend.runware.mapping import controls_of

PRICES = Path(__file__).parents[2] / "presets" / "prices.json"
PREPROCESSED_THERE = ("depth", "pose")
"""Control pictures that Runware makes for us, for a price; the others are made here."""


class Table(BaseModel):
    """Runware's part of `presets/prices.json`; its fields are explained in `Prices.units`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    as_of: str
    unit_usd: Decimal
    units_base: float
    units_per_step_megapixel: float
    units_per_step_megapixel_squared: float
    low_factor: float
    high_factor: float
    control_high_factor: float
    preprocess_usd: Decimal


class _File(BaseModel):
    runware: Table


class Prices:
    """The price table, and the bills seen so far; safe for many threads."""

    def __init__(self, path: Path = PRICES) -> None:
        self.table = _File.model_validate_json(path.read_text(encoding="utf-8")).runware
        self._ratios: deque[float] = deque(maxlen=100)
        self._lock = threading.Lock()

    def units(self, size: tuple[int, int], steps: int) -> int:
        """Return the billing units of one image: a start-up share, and per step a share linear and square in size."""
        table, megapixels = self.table, size[0] * size[1] / 1e6
        per_step = table.units_per_step_megapixel * megapixels + table.units_per_step_megapixel_squared * megapixels**2
        return max(1, math.ceil(table.units_base + steps * per_step))

    def image(self, request: Request, size: tuple[int, int]) -> Decimal:
        """Return the likely price of one image of the request in USD."""
        return self.usd(self.units(size, effective_steps(request)))

    def estimate(self, request: Request, size: tuple[int, int]) -> Estimate:
        """Return the likely price of a request and its range: the bills of the same request differ up to threefold."""
        table, controls = self.table, controls_of(request)
        units = self.units(size, effective_steps(request))
        maps = table.preprocess_usd * sum(control.preprocess in PREPROCESSED_THERE for control in controls)
        high = units * table.high_factor * (table.control_high_factor if controls else 1.0)
        prices = (self.usd(units), self.usd(max(1, math.floor(units * table.low_factor))), self.usd(math.ceil(high)))
        likely, low, most = (price * request.count + maps for price in prices)
        return Estimate(likely, low, most, note=self._note())

    def learn(self, request: Request, size: tuple[int, int], bill: Decimal) -> None:
        """Remember how one image's bill compares with its likely price."""
        with self._lock:
            self._ratios.append(float(bill / self.image(request, size)))

    def _note(self) -> str:
        with self._lock:
            ratios = list(self._ratios)
        known = f"By Runware's published prices of {self.table.as_of}."
        if not ratios:
            return known
        return f"{known} Bills so far: {statistics.median(ratios):.2g} × the estimate (median of {len(ratios)})."

    def usd(self, units: int) -> Decimal:
        """Return the price of so many units, rounded as the published ones are."""
        return (self.table.unit_usd * units).quantize(Decimal("0.0001"))


def effective_steps(request: Request) -> int:
    """Return the steps that are really run: with a start image only that share which `strength` says."""
    if request.mode in ("image_to_image", "inpaint"):
        return max(1, math.ceil(request.steps * request.strength))
    return request.steps
