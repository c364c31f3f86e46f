import numpy as np
import pytest

from tools.tiny_model.pictures.canvas import Canvas
from tools.tiny_model.pictures.composition import place_thing
from tools.tiny_model.pictures.objects import OBJECTS, STANDING, parts_of
from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.scores.reading import name_colour
from tools.tiny_model.world.palette import COLOURS
from tools.tiny_model.world.words import THING_WORDS


@pytest.mark.parametrize("name", [*OBJECTS, *SHAPES])
def test_a_thing_stays_within_its_box(name: str) -> None:
    outlines = np.concatenate([part.outline for part in parts_of(name, colour=COLOURS["red"])])
    assert np.abs(outlines).max() < 1.3


@pytest.mark.parametrize("name", [*OBJECTS, *SHAPES])
@pytest.mark.parametrize("colour", ["purple", "green"])
def test_a_thing_is_mostly_of_its_colour(name: str, colour: str) -> None:
    canvas = Canvas(width=128, height=128, colour=COLOURS["white"])
    place_thing(canvas, name, colour=COLOURS[colour], at=(0.5, 0.5), radius=56)
    picture = canvas.finished()
    names = [name_colour(pixel) for pixel in picture[::4, ::4].reshape(-1, 3)]
    rest = [each for each in names if each != "white"]
    assert colour in sorted(set(rest), key=rest.count)[-2:]


def test_every_thing_has_words() -> None:
    assert set(OBJECTS) | set(SHAPES) <= set(THING_WORDS)
    assert set(STANDING) <= set(OBJECTS)
