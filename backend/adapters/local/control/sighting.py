"""What a finder sees of people in a picture."""

from dataclasses import dataclass

from backend.domain.parts import Target
from backend.images.boxes import Box


@dataclass(frozen=True, slots=True)
class Sighting:
    """A face or a hand within its box, and how sure the finder is of it (0 to 1)."""

    target: Target
    box: Box
    score: float
