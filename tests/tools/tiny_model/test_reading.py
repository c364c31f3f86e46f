import numpy as np
import pytest

from tools.tiny_model import prompts
from tools.tiny_model.canvas import Canvas
from tools.tiny_model.composition import LAYOUTS, PLACES, RADII, held_out, place_thing, radius_at
from tools.tiny_model.palette import COLOURS, tint
from tools.tiny_model.prompts import Wanted
from tools.tiny_model.reading import read_picture
from tools.tiny_model.scoring import SETS, edge_agreement


def drawn(want: Wanted, rng: np.random.Generator) -> np.ndarray:
    """Draw what a prompt asks for."""
    background = tint(rng, want.background)
    canvas = Canvas(width=128, height=128, colour=background)
    radius, spots = LAYOUTS.get(len(want.things), (RADII[""], []))
    for at, (thing, colour, place) in enumerate(want.things):
        if place:
            radius = radius_at(place)
        spot = PLACES[place] if place else spots[at]
        fill = tint(rng, colour)
        place_thing(canvas, thing, colour=fill, background=background, at=spot, radius=radius * canvas.side)
    return canvas.finished()


@pytest.mark.parametrize("name", SETS)
def test_true_drawings_get_full_marks(name: str) -> None:
    rng = np.random.default_rng(0)
    make, judge = SETS[name]
    wanted = make(60)
    scores = judge(wanted, [drawn(want, rng) for want in wanted])
    assert min(scores.values()) >= (0.85 if name == "objects" else 0.95), scores


@pytest.mark.parametrize("name", SETS)
def test_pictures_of_other_prompts_get_poor_marks(name: str) -> None:
    rng = np.random.default_rng(0)
    make, judge = SETS[name]
    wanted = make(60)
    pictures = [drawn(want, rng) for want in wanted]
    scores = judge(wanted, pictures[1:] + pictures[:1])
    assert max(value for key, value in scores.items() if "place" not in key) < 0.3, scores


def test_an_empty_picture_has_no_things() -> None:
    reading = read_picture(np.full((64, 64, 3), COLOURS["blue"], np.uint8))
    assert reading.background == "blue"
    assert reading.things == []


@pytest.mark.parametrize("make", [prompts.shapes, prompts.chinese, prompts.things, prompts.placed])
def test_prompts_are_of_combinations_held_out_from_training(make: object) -> None:
    for want in make(30):  # type: ignore[operator]
        thing, colour, _ = want.things[0]
        assert held_out(thing, colour, want.background)


def test_edges_agree_within_two_pixels() -> None:
    first, near, far = (np.zeros((40, 40), bool) for _ in range(3))
    first[:, 10], near[:, 12], far[:, 14] = True, True, True
    assert edge_agreement(first, first) == 1
    assert edge_agreement(first, near) == 1
    assert edge_agreement(first, far) == 0
