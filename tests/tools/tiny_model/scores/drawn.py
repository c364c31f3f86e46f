"""True drawings of what prompts ask for, which a scorer has to give full marks."""

import numpy as np

from tools.tiny_model.pictures.canvas import Canvas
from tools.tiny_model.pictures.composition import LAYOUTS, PLACES, RADII, backdrop, place_thing, radius_at
from tools.tiny_model.pictures.styles import STYLES
from tools.tiny_model.scores.prompts import Wanted
from tools.tiny_model.world.palette import tint


def drawn(want: Wanted, rng: np.random.Generator) -> np.ndarray:
    """Draw what a prompt asks for."""
    canvas = Canvas(width=128, height=128, brush=STYLES[want.style or "flat"]())
    backdrop(canvas, rng, colour=want.background, gradient=False)
    radius, spots = LAYOUTS.get(len(want.things), (RADII[""], []))
    for at, (thing, colour, place) in enumerate(want.things):
        if place:
            radius = radius_at(place, thing=thing)
        spot = PLACES[place] if place else spots[at]
        place_thing(canvas, thing, colour=tint(rng, colour), at=spot, radius=radius * canvas.side, grounded=True)
    return canvas.finished()
