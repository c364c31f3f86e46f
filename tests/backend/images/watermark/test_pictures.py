"""The mark in files: in every format and mode, whoever made the picture, and only where it is switched on."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.events import Generated
from backend.domain.parts import OutputFormat
from backend.domain.records import CONTROL_PICTURE, Run
from backend.domain.requests import MODES, REQUEST_TYPES, Mode, TextToImage, parse_request
from backend.generation.generate import generate
from backend.generation.recorder import Recorder
from backend.images.encoding import encode
from backend.images.keep import keep_image
from backend.images.metadata.origin import read_origin
from backend.images.metadata.source_type import TERMS
from backend.images.storage.files import ImageFiles
from backend.images.watermark.pictures import carries_watermark, watermarked, watermarked_file
from backend.playground import Playground
from backend.restore.read import read_metadata
from tests.backend.images.watermark.test_mark import encoded, picture

FORMATS: list[OutputFormat] = ["png", "jpeg", "webp"]
CLOUDS = Image.fromarray(picture("clouds"))
GIVEN = {"image": "1" * 64, "mask": "2" * 64, "left": 64}


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    return ImageFiles(tmp_path)


def run_of(mode: Mode, image_format: OutputFormat = "png") -> Run:
    own = {name: value for name, value in GIVEN.items() if name in REQUEST_TYPES[mode].model_fields}
    request = parse_request({"mode": mode, "prompt": "a boat", **own, "output_format": image_format})
    return Run("a" * 32, "ann", "fake", request, "running", datetime.now(UTC))


def file_of(image: Image.Image, image_format: str, **said: bytes) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format.upper(), **said)
    return buffer.getvalue()


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_every_kept_result_carries_it_beside_its_settings_and_term(
    files: ImageFiles, mode: Mode, image_format: OutputFormat
) -> None:
    made = Generated(CLOUDS, 7, Decimal(0), 0)
    image = keep_image(files, run_of(mode, image_format), made, TERMS[mode], watermark=True)
    content = files.whole(image.sha256)
    origin, settings = read_origin(content), read_metadata(content)
    assert carries_watermark(content)
    assert origin is not None
    assert origin.term == TERMS[mode]
    assert settings is not None
    assert settings.recipe["prompt"] == "a boat"


@pytest.mark.parametrize("image_format", FORMATS)
def test_switched_off_no_pixel_is_touched(files: ImageFiles, image_format: OutputFormat) -> None:
    image = keep_image(files, run_of("inpaint", image_format), Generated(CLOUDS, 7, Decimal(0), 0), TERMS["inpaint"])
    content = files.whole(image.sha256)
    assert not carries_watermark(content)
    with Image.open(io.BytesIO(content)) as kept, Image.open(io.BytesIO(encode(CLOUDS, image_format))) as plain:
        assert np.array_equal(np.asarray(kept), np.asarray(plain))


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_providers_file_stays_as_it_came_beside_the_marked_one(files: ImageFiles, image_format: OutputFormat) -> None:
    theirs = encode(CLOUDS, image_format)
    made = Generated(theirs, 7, Decimal(1), 0)
    image = keep_image(files, run_of("text_to_image"), made, TERMS["text_to_image"], watermark=True)
    assert image.original is not None
    assert files.whole(image.original) == theirs
    ours = files.whole(image.sha256)
    assert carries_watermark(ours)
    assert (image.format, image.width, image.height) == (image_format, 512, 512)
    origin = read_origin(ours)
    assert origin is not None
    assert origin.term == "trainedAlgorithmicMedia"


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_providers_colour_profile_and_exif_data_stay(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    theirs = file_of(CLOUDS, image_format, icc_profile=b"a profile", exif=exif.tobytes())
    with Image.open(io.BytesIO(watermarked_file(theirs, image_format))) as ours:
        assert ours.info["icc_profile"] == b"a profile"
        assert ours.getexif()[0x0112] == 6


def test_what_is_transparent_stays_so() -> None:
    clear = CLOUDS.copy()
    clear.putalpha(Image.linear_gradient("L").resize(CLOUDS.size))
    content = watermarked_file(file_of(clear, "png"), "png")
    assert carries_watermark(content)
    with Image.open(io.BytesIO(content)) as ours:
        assert np.array_equal(np.asarray(ours.getchannel("A")), np.asarray(clear.getchannel("A")))


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_paid_file_that_is_cut_off_is_kept_as_it_came(image_format: str) -> None:
    theirs = encode(CLOUDS, image_format)  # type: ignore[arg-type]  # one of FORMATS
    cut = theirs[: len(theirs) * 2 // 3]
    assert watermarked_file(cut, image_format) == cut
    assert not carries_watermark(cut)


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_providers_small_file_is_not_encoded_anew_for_nothing(image_format: OutputFormat) -> None:
    theirs = encode(CLOUDS.resize((128, 512)), image_format)
    assert watermarked_file(theirs, image_format) == theirs


def test_files_that_mean_harm_are_not_decoded() -> None:
    bomb = file_of(Image.new("1", (6400, 6400)), "png")
    assert not carries_watermark(bomb)
    assert not carries_watermark(b"")
    assert not carries_watermark(b"\x89PNG\r\n\x1a\n" + bytes(100))


def kept_of(playground: Playground, *, on: bool) -> list[bytes]:
    """Run twice with the same seed; return both files."""
    switched = replace(playground, settings=playground.settings.model_copy(update={"watermark": on}))
    asked = TextToImage(prompt="a boat", width=512, height=512, seed=3)
    sent = [event for _ in range(2) for event in generate(switched, Caller(visitor="ann"), "fake", asked)]
    return [switched.files.whole(one.record.sha256) for one in sent if isinstance(one, Generated) and one.record]


def test_a_seed_makes_the_same_marked_picture_every_time(playground: Playground) -> None:
    first, again = kept_of(playground, on=True)
    assert carries_watermark(first)
    assert np.array_equal(*(np.asarray(Image.open(io.BytesIO(one))) for one in (first, again)))


def test_without_the_setting_a_run_marks_nothing(playground: Playground) -> None:
    assert not any(carries_watermark(content) for content in kept_of(playground, on=False))


def test_a_control_picture_is_left_to_the_model_that_reads_it(playground: Playground) -> None:
    switched = replace(playground, settings=playground.settings.model_copy(update={"watermark": True}))
    run = replace(run_of("controlnet"), provider_ids={CONTROL_PICTURE: "yes"})
    assert Recorder(switched, run, Estimate(likely=Decimal(0)), lambda _: None)._watermark is False


def test_a_marked_picture_that_was_edited_elsewhere_is_still_known() -> None:
    sent_on = encoded(np.asarray(watermarked(CLOUDS)), "JPEG")
    assert carries_watermark(encode(Image.fromarray(sent_on), "webp"))


@pytest.mark.parametrize(("mode", "kept"), [("RGB", True), ("L", False), ("CMYK", False)])
def test_a_profile_of_other_colours_than_the_marked_ones_is_left_out(mode: str, kept: bool) -> None:
    profile = b"a profile of this picture's colours"
    marked = watermarked_file(file_of(CLOUDS.convert(mode), "jpeg", icc_profile=profile), "jpeg")
    with Image.open(io.BytesIO(marked)) as picture:
        assert (picture.mode, picture.info.get("icc_profile") == profile) == ("RGB", kept)
