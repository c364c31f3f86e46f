"""A blurred mask is A1111's, which has OpenCV blur it."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ui.endpoints.sdapi.asking import blur
from ui.endpoints.sdapi.asking.blur import EXACT_BLUR, blurred


def spot(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, box)
    return mask


def theirs(mask: Image.Image, deviations: tuple[int, int]) -> NDArray[np.int32]:
    values = np.asarray(mask)
    for axis, deviation in enumerate(deviations):
        width = 2 * int(2.5 * deviation + 0.5) + 1
        values = cv2.GaussianBlur(values, (1, width) if axis else (width, 1), deviation) if deviation else values
    return np.asarray(values, np.int32)


@pytest.mark.parametrize("deviations", [(1, 1), (4, 0), (0, 9), (24, 24), (31, 47), (47, 47)])
@pytest.mark.parametrize("size", [(600, 500), (64, 37), (5, 80), (1, 1)])
def test_below_two_steps_it_is_opencvs_to_the_bit(size: tuple[int, int], deviations: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, size[::-1], dtype=np.uint8)
    for mask in (spot(size, (size[0] // 3, 0, size[0] // 2 + 1, size[1])), Image.fromarray(noise)):
        assert (np.asarray(blurred(mask, deviations)) == theirs(mask, deviations)).all()


@pytest.mark.parametrize("deviation", [48, 100, 256])
def test_a_wide_one_is_the_same_to_the_eye(deviation: int) -> None:
    mask = spot((600, 500), (100, 50, 420, 300))
    ours = np.asarray(blurred(mask, (deviation, deviation))).astype(int)
    assert np.abs(ours - theirs(mask, (deviation, deviation))).max() <= 8


def test_the_widest_blur_of_a_large_mask_takes_no_more_work_than_a_narrow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    mask, down, sums = spot((1000, 800), (100, 100, 600, 600)), blur.down_a_side, [0]

    def counted(values: Any, deviation: float) -> Any:
        sums[-1] += int(values.size * deviation)
        return down(values, deviation)

    monkeypatch.setattr(blur, "down_a_side", counted)
    blurred(mask, (EXACT_BLUR, EXACT_BLUR))
    sums.append(0)
    blurred(mask, (256, 256))
    assert 0 < sums[1] <= sums[0] * 1.1


def test_it_leaves_what_is_not_asked_for() -> None:
    mask = spot((50, 40), (10, 10, 30, 30))
    assert blurred(mask, (0, 0)) is mask
    across = np.asarray(blurred(mask, (3, 0)))
    assert (across[:10] == 0).all()
    assert (across[10:30] == across[10]).all()
