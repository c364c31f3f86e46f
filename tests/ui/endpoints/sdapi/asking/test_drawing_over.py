"""A body of `/img2img`: a picture drawn over as a whole, or where its mask is white."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.adapters.fake import TAKES, FakeBackend
from backend.domain.errors import InvalidRequest
from tests.ui.endpoints.sdapi.sending import Shelf, colour, mask, png, wanted


@pytest.fixture
def shelf() -> Shelf:
    """Return where pictures are kept."""
    return Shelf()


def pixels(picture: Image.Image) -> Any:
    return np.asarray(picture)


def problem(**sent: Any) -> str:
    with pytest.raises(InvalidRequest) as refused:
        wanted(**sent)
    return refused.value.problems[0].field


def test_a_picture_without_a_mask_is_drawn_over_as_it_was_sent(shelf: Shelf) -> None:
    sent = colour(size=(300, 200))
    found = wanted(shelf, init_images=[f"data:image/png;base64,{sent}"], denoising_strength=0.4)
    assert (found.mode, found.values["strength"], found.values["resize"]) == ("image_to_image", 0.4, "stretch")
    assert shelf.is_as_sent(found.values["image"], sent)
    assert "width" not in found.values  # its own size


def test_without_a_strength_it_is_a1111s() -> None:
    assert wanted(init_images=[colour()]).values["strength"] == 0.75


def test_just_resize_and_crop_and_resize_are_our_own_ways(shelf: Shelf) -> None:
    sent = colour(size=(300, 200))
    for mode, ours in ((0, "stretch"), (1, "crop")):
        found = wanted(shelf, init_images=[sent], resize_mode=mode, width=256, height=256)
        assert (found.values["resize"], found.values["width"]) == (ours, 256)
        assert shelf.is_as_sent(found.values["image"], sent)


def test_resize_and_fill_is_brought_to_the_size_before(shelf: Shelf) -> None:
    found = wanted(shelf, init_images=[colour(size=(300, 200))], resize_mode=2, width=256, height=256)
    assert shelf.picture(found.values["image"]).size == (256, 256)


def test_a_latent_resize_is_refused_and_so_are_none_or_two_pictures() -> None:
    assert problem(init_images=[colour()], resize_mode=3) == "resize_mode"
    assert problem(init_images=[]) == "init_images"
    assert problem(init_images=[colour(), colour()]) == "init_images"


def test_what_is_no_picture_names_its_field() -> None:
    assert problem(init_images=["https://example.com/a.png"]) == "init_images.0"
    assert problem(init_images=["not base64!"]) == "init_images.0"
    assert problem(init_images=[colour()], mask="aGVsbG8=") == "mask"


def test_only_masked_draws_close_up_with_its_padding_and_keeps_the_pictures_size(shelf: Shelf) -> None:
    sent = colour()
    found = wanted(shelf, init_images=[sent], mask=mask(), inpaint_full_res_padding=48, inpainting_fill=1)
    assert (found.mode, found.values["mask_margin"]) == ("inpaint", 48)
    assert "width" not in found.values
    assert shelf.is_as_sent(found.values["image"], sent)
    assert found.notes == []


def test_a_padding_that_isnt_here_is_brought_near_and_said() -> None:
    found = wanted(init_images=[colour()], mask=mask(), inpaint_full_res_padding=0, inpainting_fill=1, width=512)
    assert found.values["mask_margin"] == 32
    assert any("`inpaint_full_res_padding`" in note for note in found.notes)
    assert any("`width` and `height` have no effect" in note for note in found.notes)


def test_a_backend_without_close_ups_takes_the_whole_picture_and_says_so(shelf: Shelf) -> None:
    can = replace(FakeBackend.capabilities, takes=TAKES - {"mask_margin"})
    found = wanted(shelf, can, init_images=[colour()], mask=mask(), width=512, height=384)
    assert "mask_margin" not in found.values
    assert shelf.picture(found.values["image"]).size == shelf.picture(found.values["mask"]).size == (512, 384)
    assert any("`inpaint_full_res`" in note for note in found.notes)


def test_the_whole_picture_is_brought_to_the_size_with_its_mask(shelf: Shelf) -> None:
    drawn = mask((0, 0, 128, 256))
    sent = {"init_images": [colour()], "mask": drawn, "inpaint_full_res": False, "inpainting_fill": 1, "mask_blur": 0}
    found = wanted(shelf, **sent, width=300, height=200)
    assert shelf.picture(found.values["image"]).size == (300, 200)
    shown = pixels(shelf.picture(found.values["mask"]))
    assert (shown[:, 10].min(), shown[:, 290].max()) == (255, 0)


def test_the_mask_is_blurred_and_inverted(shelf: Shelf) -> None:
    sent = {"init_images": [colour()], "mask": mask((0, 0, 128, 256)), "inpainting_fill": 1}
    hard = wanted(shelf, **sent, mask_blur=0).values["mask"]
    soft = wanted(shelf, **sent, mask_blur=8).values["mask"]
    turned = wanted(shelf, **sent, mask_blur=0, inpainting_mask_invert=1).values["mask"]
    assert set(np.unique(pixels(shelf.picture(hard)))) == {0, 255}
    assert len(np.unique(pixels(shelf.picture(soft)))) > 10
    assert (pixels(shelf.picture(turned)) == 255 - pixels(shelf.picture(hard))).all()


def test_fill_begins_from_the_colours_around_and_original_from_the_picture(shelf: Shelf) -> None:
    picture = Image.new("RGB", (256, 256), "red")
    picture.paste("blue", (80, 80, 112, 112))
    sent = {"init_images": [png(picture)], "mask": mask((72, 72, 120, 120)), "mask_blur": 0, "denoising_strength": 0.5}
    original = wanted(shelf, **sent, inpainting_fill=1).values["image"]
    filled = wanted(shelf, **sent, inpainting_fill=0).values["image"]
    assert shelf.picture(original).getpixel((96, 96)) == (0, 0, 255)
    red, _, blue = shelf.picture(filled).getpixel((96, 96))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_at_full_strength_nothing_is_left_to_begin_from(shelf: Shelf) -> None:
    sent = colour()
    found = wanted(shelf, init_images=[sent], mask=mask(), denoising_strength=1, inpainting_fill=0)
    assert shelf.is_as_sent(found.values["image"], sent)


@pytest.mark.parametrize("fill", [2, 3])
def test_latent_noise_and_latent_nothing_are_full_strength_and_said(fill: int) -> None:
    found = wanted(init_images=[colour()], mask=mask(), inpainting_fill=fill, denoising_strength=0.5)
    assert found.values["strength"] == 1
    assert any(f"`inpainting_fill` {fill} " in note and "0.5" in note for note in found.notes)


@pytest.mark.parametrize("stroke", ["white", "black"])
@pytest.mark.parametrize("under", [(255, 255, 255, 0), (0, 0, 0, 0)])
def test_strokes_on_a_transparent_ground_are_what_is_drawn_anew(stroke: str, under: tuple[int, ...]) -> None:
    shelf, drawn = Shelf(), Image.new("RGBA", (256, 256), under)
    drawn.paste(stroke, (64, 64, 128, 128))
    found = wanted(shelf, init_images=[colour()], mask=png(drawn), mask_blur=0)
    assert found.mode == "inpaint"
    assert shelf.picture(found.values["mask"]).getbbox() == (64, 64, 128, 128)
    inverted = wanted(shelf, init_images=[colour()], mask=png(drawn), mask_blur=0, inpainting_mask_invert=1)
    assert shelf.picture(inverted.values["mask"]).convert("L").getpixel((96, 96)) == 0


def test_a_mask_with_an_alpha_channel_that_hides_nothing_is_read_by_its_colours() -> None:
    shelf, drawn = Shelf(), Image.new("RGBA", (256, 256), "black")
    drawn.paste("white", (64, 64, 128, 128))
    found = wanted(shelf, init_images=[colour()], mask=png(drawn), mask_blur=0)
    assert shelf.picture(found.values["mask"]).getbbox() == (64, 64, 128, 128)


def test_a_mask_of_all_the_picture_is_no_mask(shelf: Shelf) -> None:
    found = wanted(shelf, init_images=[colour()], mask=mask((0, 0, 256, 256)))
    assert found.mode == "image_to_image"
    assert found.notes == ["`mask` marks the whole picture, which is drawn over as one without a mask."]


def test_a_unit_without_a_picture_follows_the_one_that_is_drawn_over(shelf: Shelf) -> None:
    sent = colour()
    units = {"ControlNet": {"args": [{"module": "canny", "weight": 0.5}]}}
    found = wanted(shelf, init_images=[sent], alwayson_scripts=units)
    (control,) = found.values["controls"]
    assert (found.mode, control["scale"]) == ("image_to_image", 0.5)
    assert shelf.is_as_sent(control["image"], sent)


@pytest.mark.parametrize("side", [-64, 4, 30_000, 10**30, 10**400])
def test_no_picture_is_brought_to_a_size_that_nothing_here_has(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.endpoints.sdapi.asking.canvas.resized", _must_not_be)
    monkeypatch.setattr("ui.endpoints.sdapi.asking.canvas._filled_up", _must_not_be)
    units = {"ControlNet": {"args": [{"image": colour(), "module": "canny", "resize_mode": "Just Resize"}]}}
    over = {"init_images": [colour()]}
    bodies: tuple[dict[str, Any], ...] = (
        {**over, "resize_mode": 2},
        {**over, "mask": mask(), "inpaint_full_res": False},
        {"alwayson_scripts": units},
    )
    for body in bodies:
        with pytest.raises(InvalidRequest) as refused:
            wanted(**body, width=side, height=512)
        assert [problem.field for problem in refused.value.problems] == ["width"]


def test_a_picture_that_is_larger_than_what_is_drawn_keeps_its_own_size_under_a_mask() -> None:
    size = (2400, 256)
    found = wanted(init_images=[colour(size=size)], mask=mask(size=size), inpaint_full_res=False, width=2400)
    assert found.mode == "inpaint"


def _must_not_be(*_: Any) -> None:
    raise AssertionError("a picture was brought to a size before that was looked at")
