"""A thousand bodies that can't be meant: each is refused in a sentence that names its field, and nothing breaks."""

import json
import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest

from tests.serving import Site
from tests.ui.endpoints.sdapi.sending import colour, mask
from ui.endpoints.sdapi.asking.adetailer import Detailing
from ui.endpoints.sdapi.asking.body import Img2Img, Txt2Img, Unit

PARTS = 5
MANY = 1000 // PARTS
JUNK: tuple[Any, ...] = (
    *([], {}, [[]], {"a": {"b": [1]}}, [None], "x", "", " ", True, False, -1, -7, 0, 3.7, 10**30, -(10**30), 1e308),
    *("\0", "\ud800", "NaN", "1e999", "0x10", "../../etc/passwd", "http://127.0.0.1/a.png", "<lora:x:1>", "a" * 5000),
    *([1, "a", None], {"": ""}, {"args": "x"}, {"args": [{"image": 3}]}, {"sd_model_checkpoint": 5}),
)
WHOLE = (
    b"",
    b"null",
    b"[]",
    b"3",
    b'"x"',
    b"{",
    b'{"prompt": NaN}',
    b"\xff\xfe",
    b"[" * 9000,
    b'{"seed": ' + b"9" * 5000 + b"}",
)


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, field and body for so many of all pairs of a field and junk, in an order that is always the same."""
    pairs = [("txt2img", name, junk) for name in Txt2Img.model_fields for junk in JUNK]
    pairs += [("img2img", name, junk) for name in Img2Img.model_fields for junk in JUNK]
    picture, marks = colour(size=(128, 128)), mask((32, 32, 64, 64), (128, 128))
    for path, name, junk in pairs:
        over = {"init_images": [picture], "mask": marks} if path == "img2img" else {}
        yield path, name, {"prompt": "a red circle", "width": 128, "height": 128, **over, name: junk}
    for name, junk in product(Unit.model_fields, JUNK):
        unit = {"image": picture, "module": "canny", name: junk}
        yield "txt2img", "alwayson_scripts", {"prompt": "a cat", "alwayson_scripts": {"ControlNet": {"args": [unit]}}}
    for name, junk in product(Detailing.model_fields, JUNK):
        face = {"ad_model": "face_yolov8n.pt", "ad_use_steps": True, "ad_use_cfg_scale": True, name: junk}
        yield "txt2img", "alwayson_scripts", {"prompt": "a cat", "alwayson_scripts": {"ADetailer": {"args": [face]}}}


@pytest.fixture(scope="module")
def line(site: Site) -> Iterator[httpx.Client]:
    """Return a line that stays open."""
    with httpx.Client(base_url=f"{site.address}sdapi/v1/", timeout=60) as line:
        yield line


@pytest.mark.parametrize(
    ("part", "many"), [(0, 60), *(pytest.param(part, MANY, marks=pytest.mark.slow) for part in range(PARTS))]
)
def test_a_thousand_bad_bodies_are_refused_by_their_fields(line: httpx.Client, part: int, many: int) -> None:
    everything = [*bodies()]
    random.Random(24).shuffle(everything)
    refused = 0
    for path, name, body in everything[part::PARTS]:
        answer = line.post(path, content=json.dumps(body))
        assert answer.status_code in (200, 400, 422), (path, name, body, answer.text)
        if answer.status_code != 200:
            detail = answer.json()["detail"]
            assert isinstance(detail, str)
            assert f"`{name}" in detail or _stands_for(name, detail), (path, name, body, detail)
            refused += 1
        if refused == many:
            return
    pytest.fail(f"only {refused} bodies were refused")


def _stands_for(name: str, detail: str) -> bool:
    """Whether what is wrong comes of two fields together, of which the other is named."""
    others = {"n_iter": "batch_size", "subseed_strength": "subseed", "mask": "init_images", "prompt": "body"}
    return f"`{others.get(name, name)}" in detail


@pytest.mark.parametrize("content", WHOLE)
@pytest.mark.parametrize("path", ["txt2img", "img2img", "options", "png-info"])
def test_what_is_no_object_is_refused_whole(line: httpx.Client, path: str, content: bytes) -> None:
    answer = line.post(path, content=content)
    empty_settings = path == "options" and content == b""
    assert answer.status_code == 200 if empty_settings else answer.status_code in (400, 422)
    assert empty_settings or isinstance(answer.json()["detail"], str)
