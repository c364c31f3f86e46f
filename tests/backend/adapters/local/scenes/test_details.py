"""Faces and hands drawn again, found by a stand-in: a drawn shape is the face."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.adapters.local.control.sighting import Sighting
from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.scenes import Frame, Means, Scene, prepare
from backend.adapters.local.scenes.details import UNFOUND, crop_around, unfound
from backend.domain.errors import Cancelled
from backend.domain.parts import MAX_SEED, Control
from backend.domain.requests import ImageToImage, Inpaint, Outpaint, Request, TextToImage, Upscale
from backend.images.storage.files import ImageFiles
from tests.backend.adapters.local.scenes.conftest import Brush, Keep, noise, same
from tests.backend.adapters.local.scenes.test_inpaint import spot

FACE, HAND, OTHER = (200, 120, 260, 200), (420, 300, 460, 350), (60, 60, 100, 110)
FRAME = Frame((256, 256))
Make = Callable[[Request], Scene]


def look(image: Image.Image) -> tuple[Sighting, ...]:
    """See a face wherever something is yellow, and a hand at one place."""
    yellow = (np.asarray(image) == (255, 255, 0)).all(axis=2)
    faces = [
        Sighting("face", box, 0.9) for box in (FACE, OTHER) if yellow[(box[1] + box[3]) // 2, (box[0] + box[2]) // 2]
    ]
    return *faces, Sighting("hand", HAND, 0.6)


def portrait() -> Image.Image:
    image = noise(640, 480)
    for box in (FACE, OTHER):
        ImageDraw.Draw(image).ellipse(box, fill="yellow")
    return image


@pytest.fixture
def make(files: ImageFiles) -> Make:
    """Return what prepares a request for a model of 256×256 that draws any size, with the finder above."""
    return lambda request: prepare(request, files, FRAME, lambda _, image: image, Means(find=look))


def pressed(keep: Keep, *details: dict[str, object], **values: object) -> ImageToImage:
    return ImageToImage(prompt="a star", image=keep(portrait()), strength=0, details=details, **values)


def changed(one: Image.Image, other: Image.Image) -> np.ndarray:
    return (np.asarray(one) != np.asarray(other)).any(axis=2)


def test_the_part_is_drawn_again_and_all_else_is_equal_to_the_bit(make: Make, keep: Keep, brush: Brush) -> None:
    result = make(pressed(keep, {"mask_padding": 4, "mask_blur": 6}))(7, brush)
    there = changed(result, portrait())
    for left, top, right, bottom in (FACE, OTHER):
        assert there[top - 4 : bottom + 4, left - 4 : right + 4].mean() > 0.97
        assert result.getpixel(((left + right) // 2, (top + bottom) // 2)) == Brush.colour
        there[top - 4 : bottom + 4, left - 4 : right + 4] = False
    assert not there.any()


def test_its_edge_is_blended_inside_the_padding(make: Make, keep: Keep, brush: Brush) -> None:
    result = np.asarray(make(pressed(keep, {"mask_padding": 0, "mask_blur": 9}))(7, brush)).astype(int)
    row, before = result[160, FACE[0] : FACE[0] + 12], np.asarray(portrait()).astype(int)[160, FACE[0] : FACE[0] + 12]
    share = np.abs(row - before).sum(axis=1) / np.abs(np.array(Brush.colour) - before).sum(axis=1)
    assert share[:10] == pytest.approx([0.1 * step for step in range(1, 11)], abs=0.02)
    hard = make(pressed(keep, {"mask_padding": 0, "mask_blur": 0}))(7, brush)
    assert hard.getpixel((FACE[0], 160)) == Brush.colour


def test_parts_are_drawn_at_the_models_own_size_with_the_picture_around_them(
    make: Make, keep: Keep, brush: Brush
) -> None:
    make(pressed(keep, {"mask_padding": 5, "strength": 0.45}))(7, brush)
    assert [drawing.size for drawing in brush.drawings] == [(256, 256), (256, 256)]
    drawing, shown = brush.drawings[1], portrait()  # the right one, after the left one was drawn
    box = crop_around((195, 115, 265, 205), (640, 480), (256, 256))
    assert (box[2] - box[0], box[3] - box[1]) == (135, 135)
    assert same(drawing.start, shown.crop(box).resize((256, 256), Image.Resampling.LANCZOS))
    assert drawing.strength == 0.45
    kept = np.asarray(drawing.mask) == 0
    assert 0.3 < kept.mean() < 0.7  # around the part, nothing changes while it is drawn either


def test_the_order_is_that_of_the_details_then_from_left_to_right_each_with_a_seed_of_its_own(
    make: Make, keep: Keep, brush: Brush
) -> None:
    first = make(pressed(keep, {"target": "hand"}, {"target": "face"}))(7, brush)
    assert [(drawing.target, drawing.seed) for drawing in brush.drawings] == [("hand", 8), ("face", 9), ("face", 10)]
    assert [drawing.doing for drawing in brush.drawings] == [
        "Drawing hand 1 of 3 again",
        "Drawing face 2 of 3 again",
        "Drawing face 3 of 3 again",
    ]
    assert same(first, make(pressed(keep, {"target": "hand"}, {"target": "face"}))(7, brush))


def test_seeds_at_the_end_begin_anew(make: Make, keep: Keep, brush: Brush) -> None:
    make(pressed(keep, {}))(MAX_SEED, brush)
    assert [drawing.seed for drawing in brush.drawings] == [0, 1]


def test_only_what_is_sure_enough_is_drawn_again(make: Make, keep: Keep, brush: Brush) -> None:
    image = make(pressed(keep, {"target": "hand", "confidence": 0.7}))(7, brush)
    assert brush.drawings == []
    assert same(image, portrait())
    make(pressed(keep, {"target": "hand", "confidence": 0.6}))(7, brush)
    assert len(brush.drawings) == 1


def test_a_strength_of_zero_leaves_a_part_as_it_is(make: Make, keep: Keep, brush: Brush) -> None:
    assert same(make(pressed(keep, {"strength": 0}))(7, brush), portrait())
    assert brush.drawings == []


def test_its_own_words_and_numbers_count_and_else_those_of_the_picture(make: Make, keep: Keep, brush: Brush) -> None:
    own = {"prompt": "an old man's face", "negative_prompt": "teeth", "steps": 60, "guidance": 4.0}
    request = pressed(keep, own, {"target": "hand"}, steps=6, guidance=2.0, negative_prompt="blur")
    make(request)(7, brush)
    said = [
        (each.request.prompt, each.request.negative_prompt, each.request.steps, each.request.guidance)
        for each in brush.drawings
    ]
    assert said == [("an old man's face", "teeth", 60, 4.0)] * 2 + [("a star", "blur", 6, 2.0)]


def test_a_second_part_is_drawn_over_what_the_first_one_left(make: Make, keep: Keep, brush: Brush) -> None:
    make(pressed(keep, {}, {}))(7, brush)
    third = np.asarray(brush.drawings[2].start)
    assert (third[128, 128] == Brush.colour).all()


def test_a_large_part_is_not_made_smaller_to_be_drawn(make: Make, files: ImageFiles, keep: Keep, brush: Brush) -> None:
    large = lambda _: (Sighting("face", (100, 100, 500, 400), 0.9),)  # noqa: E731
    request = pressed(keep, {})
    prepare(request, files, FRAME, lambda _, image: image, Means(find=large))(7, brush)
    assert brush.drawings[0].size == (608, 480)


def test_controls_are_cut_to_what_is_shown_of_the_picture(make: Make, keep: Keep, brush: Brush) -> None:
    guide = noise(640, 480, seed=2)
    control = Control(image=keep(guide), preprocess="none", scale=0.6)
    make(pressed(keep, {"target": "hand", "mask_padding": 0}, controls=(control,)))(7, brush)
    (drawing,) = brush.drawings
    (guided,) = drawing.guides
    box = crop_around(HAND, (640, 480), (256, 256))
    assert same(guided.picture, guide.crop(box).resize((256, 256), Image.Resampling.LANCZOS))
    assert guided.scale == 0.6


@pytest.mark.parametrize("feather", [0, 8])
def test_what_a_mask_keeps_is_kept_from_details_too(make: Make, keep: Keep, brush: Brush, feather: int) -> None:
    image, mask = portrait(), spot((640, 480), (230, 100, 300, 220))
    request = Inpaint(
        prompt="a star",
        image=keep(image),
        mask=keep(mask),
        strength=0,
        mask_feather=feather,
        details=({}, {"target": "hand"}),
    )
    result = make(request)(7, brush)
    assert [drawing.target for drawing in brush.drawings] == ["face"]  # the other one and the hand lie outside
    outside = np.asarray(mask) == 0
    assert not changed(result, image)[outside].any()
    assert result.getpixel((245, 160)) == Brush.colour
    assert result.getpixel((215, 160)) == image.getpixel((215, 160))


def test_what_outpainting_keeps_is_kept_from_details_too(files: ImageFiles, keep: Keep, brush: Brush) -> None:
    image = noise(320, 240)
    seen = lambda _: (Sighting("face", (20, 20, 90, 90), 0.9), Sighting("face", (200, 100, 240, 140), 0.9))  # noqa: E731
    request = Outpaint(prompt="a star", image=keep(image), left=64, details=({},))
    result = prepare(request, files, FRAME, lambda _, each: each, Means(find=seen))(7, brush)
    assert [drawing.target for drawing in brush.drawings] == [None, "face"]
    assert same(result.crop((64, 0, 384, 240)), image)


def test_a_second_pass_and_a_redraw_in_tiles_come_before_the_details(
    files: ImageFiles, keep: Keep, brush: Brush
) -> None:
    seen = lambda image: (Sighting("face", (20, 20, image.width // 4, image.height // 4), 0.9),)  # noqa: E731
    hires = TextToImage(prompt="a star", hires_scale=2, width=256, height=256, details=({},))
    result = prepare(hires, files, FRAME, lambda _, each: each, Means(find=seen))(7, brush)
    assert result.size == (512, 512)
    assert [drawing.target for drawing in brush.drawings].count("face") == 1
    assert brush.drawings[-1].target == "face"
    redraw = Upscale(prompt="a star", image=keep(noise(256, 256)), method="redraw", details=({},))
    prepare(redraw, files, FRAME, lambda _, each: each, Means(find=seen))(7, brush)
    assert brush.drawings[-1].target == "face"


class Told:
    """Draws, telling each of its steps; what is told is kept, and one of the steps may end it."""

    def __init__(self, ends: int | None = None) -> None:
        self.steps: list[tuple[int, int]] = []
        self.previews: list[Image.Image] = []
        self._ends = ends

    def __call__(self, drawing: Drawing) -> Image.Image:
        on_step = drawing.among(self._told)
        small = io.BytesIO()
        Image.new("RGB", (32, 32), Brush.colour).save(small, "JPEG")
        for step in range(1, drawing.request.steps + 1):
            on_step(step, drawing.request.steps, small.getvalue())
        return Image.new("RGB", drawing.size, Brush.colour)

    def _told(self, step: int, total: int, preview: bytes | None) -> None:
        self.steps.append((step, total))
        assert preview
        self.previews.append(Image.open(io.BytesIO(preview)))
        if len(self.steps) == self._ends:
            raise Cancelled


def test_steps_are_one_count_with_those_of_the_picture(make: Make, keep: Keep) -> None:
    told = Told()
    request = TextToImage(
        prompt="a star", width=640, height=480, steps=3, details=({"target": "hand", "steps": 2}, {"target": "hand"})
    )
    make(request)(7, told)
    assert told.steps == [(1, 3), (2, 3), (3, 3), *((step, 8) for step in range(4, 9))]


def test_the_preview_shows_the_picture_with_the_part_at_work_in_its_place(make: Make, keep: Keep) -> None:
    told = Told()
    make(pressed(keep, {"target": "hand"}, steps=2))(7, told)
    preview, scale = told.previews[0], told.previews[0].width / 640
    red = preview.getpixel((round(440 * scale), round(325 * scale)))
    assert red[0] > 200
    assert red[1] < 80
    assert abs(np.asarray(preview.convert("L")).mean() - np.asarray(portrait().convert("L")).mean()) < 12  # not dimmed


def test_stop_ends_it_within_a_step(make: Make, keep: Keep) -> None:
    told = Told(ends=4)
    with pytest.raises(Cancelled):
        make(pressed(keep, {}, steps=3))(7, told)
    assert len(told.steps) == 4


def test_what_was_looked_for_and_not_found_is_said() -> None:
    request = TextToImage(prompt="a star", details=({}, {"target": "hand"}, {"target": "hand", "strength": 0}))
    assert unfound(request, {"face", "hand"}) == {}
    assert unfound(request, {"face"}) == {"as_made": UNFOUND[frozenset({"hand"})]}
    assert unfound(request, set()) == {"as_made": UNFOUND[frozenset({"face", "hand"})]}
    assert unfound(TextToImage(prompt="a star", details=({"strength": 0},)), set()) == {}
