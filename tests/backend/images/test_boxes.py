import pytest

from backend.images.boxes import Box, grown


@pytest.mark.parametrize(
    ("box", "found"),
    [((20, 30, 40, 50), (13, 23, 47, 57)), ((3, 0, 60, 50), (0, 0, 64, 57)), ((0, 0, 64, 80), (0, 0, 64, 80))],
)
def test_a_box_grows_on_every_side_as_far_as_the_picture_reaches(box: Box, found: Box) -> None:
    assert grown(box, 7, (64, 80)) == found
