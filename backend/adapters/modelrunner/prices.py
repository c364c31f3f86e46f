"""What a run may cost at ModelRunner: per megapixel, and a surcharge for each request with an expanded prompt."""

import math
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from backend.adapters.modelrunner.mapping import shares
from backend.adapters.modelrunner.options import ModelRunnerOptions
from backend.domain.capabilities import Estimate
from backend.domain.requests import ControlNet


class Prices(BaseModel):
    """ModelRunner's part of `presets/prices.json`, in USD."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    as_of: str
    usd_per_megapixel: Decimal
    expansion_usd: Decimal

    def estimate(self, request: ControlNet, options: ModelRunnerOptions, size: tuple[int, int]) -> Estimate:
        """Return the likely price of a run of images of `size` (pixels); at most what whole megapixels would cost."""
        pixels = size[0] * size[1]
        requests = len(list(shares(request, options)))
        surcharge = self.expansion_usd * requests if request.prompt_expansion else Decimal(0)
        likely = request.count * self.usd_per_megapixel * pixels / 10**6 + surcharge
        high = request.count * self.usd_per_megapixel * math.ceil(pixels / 1e6) + surcharge
        note = f"ModelRunner publishes no price for this model; by fal's of {self.as_of} for the same fields."
        return Estimate(likely, likely, high, note=note)
