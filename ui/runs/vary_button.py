"""Variations of an image: what is asked for, and what its button says before it is pressed: the price, or why not."""

from dataclasses import dataclass

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.parts import RANDOM_SEED
from backend.domain.requests import Request
from ui.look import words

VARIATIONS = 4
UNDRAWN = "An enlargement is its picture again: vary the picture that it was made of."
STRENGTH = 0.2
"""Of an image that wasn't a variation itself: the same scene, with other details."""


def varied(request: Request, seed: int) -> Request:
    """Return the request of images like the one of this seed; its words were drawn then, and stand as they are."""
    strength = request.variation_strength or STRENGTH
    changes = {"variation_strength": strength, "variation_seed": RANDOM_SEED, "count": VARIATIONS, "seed": seed}
    return request.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Variation:
    """Why a backend can't vary its images, if it can't, and what it may cost where that isn't nothing."""

    why_not: str = ""
    price: str = ""

    @classmethod
    def of(cls, backend: Backend, request: Request, caller: Caller) -> "Variation":
        """Return what the button of a request's images says."""
        if request.mode == "upscale":
            return cls(UNDRAWN)
        if reason := backend.capabilities.lacks.get("variation_strength", ""):
            return cls(reason)
        try:
            estimate = backend.estimate(varied(request, max(request.seed, 0)), caller)
        except PlaygroundError:
            return cls()
        return cls(price="" if estimate.free else words.price(estimate))


UNPRICED = Variation()
"""Of an image that can be varied for nothing."""
