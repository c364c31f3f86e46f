import numpy as np
import pytest

from tools.tiny_model.pictures.canvas import Canvas, Part
from tools.tiny_model.pictures.shapes import RING_HOLE, box, ellipse
from tools.tiny_model.pictures.styles import STYLES
from tools.tiny_model.scores.sharpness import edge_width

RED, BLUE = (222, 32, 38), (36, 80, 216)


def square(style: str, *, side: int = 128, shade: float = 0.0) -> np.ndarray:
    """Draw a red square in the middle of a blue picture."""
    canvas = Canvas(width=side, height=side, brush=STYLES[style]())
    canvas.shade(top=0, bottom=side, first=BLUE, last=BLUE)
    canvas.draw(Part(box(-0.5, -0.5, 0.5, 0.5) * side / 2 + side / 2, RED, shade=shade))
    return canvas.finished()


def test_a_part_is_filled_with_its_colour_and_leaves_the_rest() -> None:
    picture = square("flat")
    assert tuple(picture[64, 64]) == RED
    assert tuple(picture[10, 10]) == BLUE


def test_a_gradient_goes_from_the_first_colour_to_the_last() -> None:
    canvas = Canvas(width=64, height=64)
    canvas.fill(box(0, 0, 64, 64), (200, 0, 0), (0, 0, 200))
    column = canvas.finished()[:, 32].astype(int)
    assert (np.diff(column[:, 0]) <= 0).all()
    assert column[0, 0] > 190
    assert column[-1, 2] > 190


def test_light_comes_from_the_upper_right() -> None:
    picture = square("flat", shade=0.2)
    assert picture[40, 90].sum() > picture[92, 36].sum()
    assert tuple(picture[40, 90]) == RED


def test_a_hole_shows_what_is_behind() -> None:
    canvas = Canvas(width=64, height=64, colour=BLUE)
    canvas.draw(Part(ellipse(0, 0, 1) * 30 + 32, RED, hole=RING_HOLE * 30 + 32))
    picture = canvas.finished()
    assert tuple(picture[32, 32]) == BLUE
    assert tuple(picture[32, 6]) == RED


@pytest.mark.parametrize("at", [(-200.0, 0.0), (0.0, 400.0), (-10.0, -10.0), (64.0, 120.0)])
@pytest.mark.parametrize("style", STYLES)
def test_parts_may_reach_over_the_rim_or_lie_beside_the_picture(style: str, at: tuple[float, float]) -> None:
    canvas = Canvas(width=128, height=96, brush=STYLES[style]())
    canvas.draw(Part(ellipse(0, 0, 20) + at, RED, shade=0.3))
    assert canvas.finished().shape == (96, 128, 3)


def test_a_shadow_darkens_what_is_under_it() -> None:
    canvas = Canvas(width=64, height=64, colour=(200, 200, 200))
    canvas.tone(box(0, 0, 32, 64), 0.5)
    picture = canvas.finished()
    assert tuple(picture[32, 10]) == (100, 100, 100)
    assert tuple(picture[32, 50]) == (200, 200, 200)


def test_every_style_looks_different() -> None:
    pictures = [square(style, shade=0.2) for style in STYLES]
    apart = [np.abs(one.astype(int) - other).mean() for at, one in enumerate(pictures) for other in pictures[at + 1 :]]
    assert min(apart) > 1.5


def test_ink_has_dark_lines_and_neon_bright_ones_on_the_dark() -> None:
    ink, neon = square("ink"), square("neon")
    assert ink.min(2).min() < 40
    assert ink[10, 10].min() > 150
    assert neon.max() > 220
    assert neon[10, 10].max() < 60


@pytest.mark.parametrize(("side", "block"), [(128, 4), (256, 8)])
def test_pixel_art_is_of_blocks_that_lie_as_latents_do(side: int, block: int) -> None:
    picture = square("pixel", side=side)
    blocks = picture.reshape(side // block, block, side // block, block, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()


def test_cut_paper_casts_a_shadow_to_the_lower_left() -> None:
    picture = square("paper").astype(int)
    assert picture[98, 60].sum() < picture[10, 10].sum() - 20
    assert picture[29, 64].sum() >= picture[10, 10].sum() - 20


def test_edges_are_crisp() -> None:
    assert edge_width(square("flat", side=256)) <= 1.5
