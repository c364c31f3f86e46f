"""What a run may cost: an estimate from published prices."""

import math
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from backend.adapters.provider.prices import read_prices
from backend.adapters.runware.wire import Ultralytics
from backend.domain.capabilities import Estimate
from backend.domain.providers import RUNWARE
from backend.domain.requests import Request, controls_of


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


class Prices:
    """The price table."""

    def __init__(self) -> None:
        self.table = read_prices(RUNWARE, Table)

    def units(self, size: tuple[int, int], steps: int) -> int:
        """Return the billing units of one image: a start-up share, and per step a share linear and square in size."""
        table, megapixels = self.table, size[0] * size[1] / 1e6
        per_step = table.units_per_step_megapixel * megapixels + table.units_per_step_megapixel_squared * megapixels**2
        return max(1, math.ceil(table.units_base + steps * per_step))

    def estimate(
        self, request: Request, size: tuple[int, int], *, bought: int = 0, faces: Ultralytics | None = None
    ) -> Estimate:
        """Return the likely price of a request (USD) and its range: bills of the same request differ up to threefold.

        `bought` is how many of its control pictures Runware makes. What refining `faces` costs isn't published: the
        most counts it as a drawing more.
        """
        table, controls = self.table, controls_of(request)
        units = self.units(size, effective_steps(request))
        again = self.units(size, faces.steps or request.steps) if faces else 0
        high = (units + again) * table.high_factor * (table.control_high_factor if controls else 1.0)
        prices = (self.usd(units), self.usd(max(1, math.floor(units * table.low_factor))), self.usd(math.ceil(high)))
        maps = table.preprocess_usd * bought
        likely, low, most = (price * request.count + maps for price in prices)
        return Estimate(likely, low, most, note=self._source())

    def control_picture(self) -> Estimate:
        """Return the price of a control picture alone."""
        usd = self.table.preprocess_usd
        return Estimate(usd, usd, usd * Decimal(str(self.table.high_factor)), note=self._source())

    def _source(self) -> str:
        return f"By Runware's published prices of {self.table.as_of}."

    def usd(self, units: int) -> Decimal:
        """Return the price (USD) of so many units, rounded as the published ones are."""
        return (self.table.unit_usd * units).quantize(Decimal("0.0001"))


def effective_steps(request: Request) -> int:
    """Return the steps that are really run: with a start image only that share which `strength` says."""
    if request.mode in ("image_to_image", "inpaint"):
        return max(1, math.ceil(request.steps * request.strength))
    return request.steps
