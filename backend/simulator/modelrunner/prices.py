"""What the simulated ModelRunner bills, written down a second time, so that a wrong estimate of the adapter's shows.

ModelRunner publishes no price for its model. Source: fal's page of a model of the same fields
(https://fal.ai/models/fal-ai/z-image/turbo/controlnet, 2026-11): 0.0065 USD a megapixel, parts of one counted as parts,
and 0.0025 USD a request for an expanded prompt.
"""

from decimal import Decimal

from backend.simulator.modelrunner.schema import ModelInput

USD_A_MEGAPIXEL, USD_EXPANSION = Decimal("0.0065"), Decimal("0.0025")


def published(given: ModelInput, size: tuple[int, int]) -> Decimal:
    """Return the USD of a request for images of a size in pixels."""
    images = given.num_images * USD_A_MEGAPIXEL * size[0] * size[1] / 10**6
    return (images + USD_EXPANSION * given.enable_prompt_expansion).quantize(Decimal("1e-6"))
