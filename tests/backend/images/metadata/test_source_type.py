"""What a kept picture says of its origin, in every mode and format, read by a reader that isn't ours."""

import io
import json
import struct
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.domain.events import Generated
from backend.domain.parts import OutputFormat
from backend.domain.records import Run, RunImage
from backend.domain.requests import MODES, REQUEST_TYPES, Mode, parse_request
from backend.images.encoding import encode, preview_jpeg
from backend.images.keep import keep_image
from backend.images.metadata.origin import read_origin
from backend.images.metadata.source_type import TERMS, VOCABULARY, marked
from backend.images.storage.files import ImageFiles
from backend.restore.read import read_metadata
from tests.backend.restore.files import png_chunk

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 65, 3), dtype=np.uint8))
FORMATS: list[OutputFormat] = ["png", "jpeg", "webp"]
SAID = {
    "text_to_image": "trainedAlgorithmicMedia",
    "controlnet": "trainedAlgorithmicMedia",
    "image_to_image": "compositeWithTrainedAlgorithmicMedia",
    "inpaint": "compositeWithTrainedAlgorithmicMedia",
    "outpaint": "compositeWithTrainedAlgorithmicMedia",
    "upscale": "algorithmicallyEnhanced",
}
GIVEN = {"image": "1" * 64, "mask": "2" * 64, "left": 64}
JUMBF = b"JP\0\1\0\0\0\1" + struct.pack(">I", 60) + b"jumb" + struct.pack(">I", 52) + b"jumdc2pa" + bytes(40)


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    return ImageFiles(tmp_path)


def kept(files: ImageFiles, mode: Mode, image_format: OutputFormat, *, provider: bytes | None = None) -> RunImage:
    """Keep a picture of a mode as a run would; `provider` is what a provider made."""
    own = {name: value for name, value in GIVEN.items() if name in REQUEST_TYPES[mode].model_fields}
    request = parse_request({"mode": mode, "prompt": "a boat", **own, "output_format": image_format})
    run = Run("a" * 32, "ann", "fake", request, "running", datetime.now(UTC))
    made = Generated(provider or NOISE, 7, Decimal(0), 0)
    return keep_image(files, run, made, TERMS[mode])


def pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_a_result_says_how_it_came_to_be_and_keeps_its_settings(
    files: ImageFiles, mode: Mode, image_format: OutputFormat
) -> None:
    content = files.whole(kept(files, mode, image_format).sha256)
    origin, settings = read_origin(content), read_metadata(content)
    assert origin is not None
    assert (origin.source_type, origin.credentials) == (VOCABULARY + SAID[mode], None)
    assert settings is not None
    assert settings.recipe["prompt"] == "a boat"
    assert np.array_equal(pixels(content), pixels(encode(NOISE, image_format)))


@pytest.mark.system
def test_exiftool_reads_the_term_in_every_mode_and_format_and_finds_nothing_wrong(files: ImageFiles) -> None:
    wanted = {}
    for mode in MODES:
        for image_format in FORMATS:
            path = files.path(kept(files, mode, image_format).sha256)
            wanted[str(path)] = VOCABULARY + SAID[mode]
    small = files.folder / "small.jpg"
    small.write_bytes(marked(preview_jpeg(NOISE), "jpeg", "trainedAlgorithmicMedia"))
    wanted[str(small)] = VOCABULARY + "trainedAlgorithmicMedia"
    read = json.loads(exiftool("-json", "-n", "-XMP-iptcExt:DigitalSourceType", *wanted))
    assert {one["SourceFile"]: one["DigitalSourceType"] for one in read} == wanted
    faults = json.loads(exiftool("-json", "-validate", "-warning", "-error", *wanted))
    assert [one for one in faults if "XMP" in str(one) or "Error" in one] == []


def exiftool(*arguments: str) -> str:
    done = subprocess.run(["exiftool", *arguments], capture_output=True, text=True, check=True, timeout=100)
    return done.stdout


def with_claims(image_format: OutputFormat) -> bytes:
    """Return a provider's file with an XMP packet and a C2PA manifest of its own."""
    content = marked(encode(NOISE, image_format), image_format, "compositeWithTrainedAlgorithmicMedia")
    if image_format == "png":
        return content[:33] + png_chunk(b"caBX", b"manifest") + content[33:]
    if image_format == "jpeg":
        segment = b"\xff\xeb" + struct.pack(">H", len(JUMBF) + 2) + JUMBF
        return content[:2] + segment + segment + content[2:]
    grown = content[12:] + b"C2PA" + struct.pack("<I", 9) + b"manifest." + b"\0"
    return b"RIFF" + struct.pack("<I", len(grown) + 4) + b"WEBP" + grown


@pytest.mark.parametrize("image_format", FORMATS)
def test_what_a_provider_claims_stays_in_its_own_file_and_ours_says_one_thing(
    files: ImageFiles, image_format: OutputFormat
) -> None:
    theirs = with_claims(image_format)
    said = read_origin(theirs)
    assert said is not None
    assert said.credentials
    image = kept(files, "text_to_image", image_format, provider=theirs)
    assert image.original is not None
    assert files.whole(image.original) == theirs
    ours = files.whole(image.sha256)
    origin = read_origin(ours)
    assert origin is not None
    assert (origin.term, origin.credentials) == ("trainedAlgorithmicMedia", None)
    assert ours.count(b"<x:xmpmeta") == 1
    assert read_metadata(ours) is not None
    assert np.array_equal(pixels(ours), pixels(theirs))


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_a_provider_file_that_is_cut_off_is_marked_all_the_same(files: ImageFiles, image_format: OutputFormat) -> None:
    theirs = with_claims(image_format)
    image = kept(files, "outpaint", image_format, provider=theirs[: len(theirs) * 2 // 3])
    assert files.whole(image.sha256)


def test_without_a_term_nothing_is_said() -> None:
    plain = encode(NOISE, "png")
    assert marked(plain, "png", None) == plain
    assert read_origin(plain) is None
