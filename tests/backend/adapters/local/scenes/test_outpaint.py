import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.adapters.local.scenes.outpaint import MOST_GROWTH, filled, passes
from backend.domain.parts import Control
from backend.domain.requests import Outpaint
from tests.backend.adapters.local.scenes.conftest import Brush, Keep, noise, same

sides = st.tuples(*[st.integers(0, 2048)] * 4)


@pytest.mark.parametrize("grow", [(5, 0, 0, 0), (0, 33, 17, 0), (100, 100, 90, 90), (0, 0, 0, 500), (700, 0, 0, 0)])
def test_the_result_has_the_exact_size_and_the_image_stays_to_the_pixel(scene, keep: Keep, brush: Brush, grow) -> None:
    image = noise(150, 110)
    left, right, top, bottom = grow
    request = Outpaint(prompt="a star", image=keep(image), left=left, right=right, top=top, bottom=bottom)
    result = scene(request)(7, brush)
    assert result.size == (150 + left + right, 110 + top + bottom)
    assert same(result.crop((left, top, left + 150, top + 110)), image)
    painted = np.asarray(result).reshape(-1, 3)
    assert (painted == Brush.colour).all(axis=1).sum() == result.width * result.height - 150 * 110


def test_a_feather_blends_inside_the_overlap_and_no_deeper(scene, keep: Keep, brush: Brush) -> None:
    image = noise(150, 110)
    request = Outpaint(prompt="a star", image=keep(image), right=40, overlap=32, feather=16)
    result = scene(request)(7, brush)
    assert same(result.crop((0, 0, 134, 110)), image.crop((0, 0, 134, 110)))
    assert not same(result.crop((134, 0, 150, 110)), image.crop((134, 0, 150, 110)))


def test_the_model_may_change_the_overlap_so_that_it_continues_the_image(scene, keep: Keep, brush: Brush) -> None:
    scene(Outpaint(prompt="a star", image=keep(noise(150, 110)), right=40, overlap=24))(7, brush)
    mask = np.asarray(brush.drawings[0].mask)
    assert mask[50, 150 - 24] == 255
    assert mask[50, 150 - 25] == 0


def test_large_growth_comes_in_passes_each_seeing_the_last(scene, keep: Keep, brush: Brush) -> None:
    scene(Outpaint(prompt="a star", image=keep(noise(128, 128)), right=128))(7, brush)
    first, second = brush.drawings
    assert first.size == (192, 128)
    assert second.size == (256, 128)
    assert second.start.getpixel((150, 60)) == Brush.colour


def test_controls_are_for_the_whole_result(scene, keep: Keep, brush: Brush) -> None:
    guide = noise(256, 128, seed=3)
    controls = (Control(image=keep(guide), preprocess="none"),)
    scene(Outpaint(prompt="a star", image=keep(noise(128, 128)), left=128, controls=controls))(7, brush)
    first, second = brush.drawings
    assert same(first.guides[0].picture, guide.crop((64, 0, 256, 128)))
    assert same(second.guides[0].picture, guide)


@pytest.mark.parametrize("fill", ["edge", "mirror", "noise", "grey"])
def test_every_fill_leaves_the_image_as_it_is(fill: str) -> None:
    image = Image.new("RGB", (64, 48), (10, 200, 30))
    canvas = filled(image, (100, 20, 0, 70), fill, seed=3)
    assert canvas.size == (184, 118)
    assert same(canvas.crop((100, 0, 164, 48)), image)
    outside = np.asarray(canvas)[80, 20]
    expected = {"edge": (10, 200, 30), "mirror": (10, 200, 30), "grey": (128, 128, 128)}
    assert fill == "noise" or tuple(outside) == expected[fill]


@given(sides)
def test_the_passes_add_up_and_none_grows_too_much(grow: tuple[int, int, int, int]) -> None:
    width, height = 200, 100
    done = np.zeros(4, int)
    for step in passes((width, height), grow):
        assert max(step[:2]) <= max(width * MOST_GROWTH, 16)
        assert max(step[2:]) <= max(height * MOST_GROWTH, 16)
        width, height = width + step[0] + step[1], height + step[2] + step[3]
        done += step
    assert tuple(done) == grow
