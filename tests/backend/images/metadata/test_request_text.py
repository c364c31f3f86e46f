import io

import numpy as np
import pytest
from PIL import Image

from backend.domain.requests import of_image, parse_request
from backend.images.encoding import encode
from backend.images.metadata.request_text import embed, infotext, recipe
from backend.restore.read import read_metadata
from backend.restore.tools.infotext import read_infotext

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 65, 3), dtype=np.uint8))
PROMPT = "一只猫 🐈, a: café\nSteps: 1, Seed: 2, Size: 3x4"
REQUEST = parse_request(
    {"mode": "text_to_image", "prompt": PROMPT, "negative_prompt": "bäd", "count": 4, "seed": 2**60}
)
FORMATS = ["png", "jpeg", "webp"]


@pytest.mark.parametrize("image_format", FORMATS)
def test_the_request_comes_back_from_the_file_for_that_image_alone(image_format: str) -> None:
    file = embed(encode(NOISE, image_format), image_format, REQUEST, 2**60 + 3, "local")  # type: ignore[arg-type]
    own = read_metadata(file)
    assert own is not None
    assert own.backend == "local"
    assert parse_request(own.recipe) == REQUEST.model_copy(update={"seed": 2**60 + 3, "count": 1})


@pytest.mark.parametrize("image_format", FORMATS)
def test_no_pixel_changes(image_format: str) -> None:
    plain = encode(NOISE, image_format)  # type: ignore[arg-type]
    stamped = embed(plain, image_format, REQUEST, 1, "local")
    before, after = (Image.open(io.BytesIO(content)) for content in (plain, stamped))
    assert after.size == (65, 48)
    assert np.array_equal(np.asarray(before), np.asarray(after))


def test_a_lossless_webp_with_alpha_keeps_both() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (5, 4), (1, 2, 3, 4)).save(buffer, "WEBP", lossless=True)
    stamped = Image.open(io.BytesIO(embed(buffer.getvalue(), "webp", REQUEST, 1, "x")))
    assert stamped.getpixel((0, 0)) == (1, 2, 3, 4)


def test_a1111_reads_the_parameters() -> None:
    lines = infotext(REQUEST, 7).splitlines()
    assert lines[:3] == [*PROMPT.splitlines(), "Negative prompt: bäd"]
    assert lines[3].startswith("Steps: 8, Sampler: Euler, CFG scale: 1, Seed: 7, ")
    with Image.open(io.BytesIO(embed(encode(NOISE, "png"), "png", REQUEST, 7, "local"))) as picture:
        assert picture.info["parameters"] == infotext(REQUEST, 7)
    with Image.open(io.BytesIO(embed(encode(NOISE, "jpeg"), "jpeg", REQUEST, 7, "local"))) as picture:
        comment = picture.getexif().get_ifd(0x8769)[0x9286]
    assert comment.removeprefix(b"UNICODE\0").decode("utf-16-be") == infotext(REQUEST, 7)


@pytest.mark.parametrize("image_format", FORMATS)
def test_the_longest_prompt_of_the_widest_letters_fits(image_format: str) -> None:
    longest = parse_request({"mode": "text_to_image", "prompt": "🐈" * 3000, "negative_prompt": "🐕" * 3000})
    own = read_metadata(embed(encode(NOISE, image_format), image_format, longest, 1, "local"))  # type: ignore[arg-type]
    assert own is not None
    assert own.recipe["prompt"] == "🐈" * 3000


def test_no_image_reference_leaves_with_a_file() -> None:
    inpaint = parse_request(
        {"mode": "inpaint", "prompt": "ab", "image": "1" * 64, "mask": "2" * 64, "controls": [{"image": "3" * 64}]}
    )
    assert set(recipe(inpaint)) == {"mode", "prompt"}


def test_a_file_of_somebody_else_has_nothing_of_ours() -> None:
    for image_format in FORMATS:
        assert read_metadata(encode(NOISE, image_format)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_variation_comes_back_with_its_own_variation_seed(image_format: str) -> None:
    asked = {"mode": "text_to_image", "prompt": "a fox", "seed": 7, "variation_strength": 0.2}
    request = parse_request({**asked, "variation_seed": 20, "count": 4})
    file = embed(encode(NOISE, image_format), image_format, of_image(request, 2), 7, "local")  # type: ignore[arg-type]
    own = read_metadata(file)
    assert own is not None
    assert parse_request(own.recipe) == parse_request({**asked, "variation_seed": 22})


def test_the_infotext_names_the_variation_as_a1111_does() -> None:
    request = parse_request(
        {"mode": "text_to_image", "prompt": "a fox", "seed": 7, "variation_seed": 20, "variation_strength": 0.2}
    )
    line = infotext(request, 7)
    assert "Variation seed: 20, Variation seed strength: 0.2" in line
    found = read_infotext(line)
    assert found is not None
    assert (found.values["variation_seed"], found.values["variation_strength"]) == ("20", "0.2")
