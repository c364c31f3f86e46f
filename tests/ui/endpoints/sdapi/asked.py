"""Requests to `/sdapi/v1` as a program sends them, and what is looked at in the answers."""

import base64
import io
import json
from typing import Any

import httpx
from PIL import Image

from tests.serving import Site

WORDS = "a red circle"


def post(site: Site, path: str, **values: Any) -> httpx.Response:
    """Send a body and return the answer, whatever it is."""
    return httpx.post(f"{site.address}sdapi/v1/{path}", json=values, timeout=60)


def get(site: Site, path: str) -> Any:
    """Return what a path answers, from the root of the host."""
    answer = httpx.get(f"{site.address}{path}", timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def made(site: Site, path: str = "txt2img", **values: Any) -> tuple[list[bytes], dict[str, Any]]:
    """Return the images' files and the `info` of a body that has to succeed."""
    answer = post(site, path, **{"prompt": WORDS, **values})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert isinstance(told["info"], str)
    return [base64.b64decode(image, validate=True) for image in told["images"]], json.loads(told["info"])


def refused(answer: httpx.Response, status: int = 422) -> str:
    """Return the sentence of a refusal, which has to be in A1111's form."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert {"error", "detail", "body", "errors"} <= set(told)
    assert isinstance(told["detail"], str)
    return told["detail"]


def pixels(file: bytes) -> Image.Image:
    """Return the picture in a file."""
    with Image.open(io.BytesIO(file)) as picture:
        return picture.convert("RGB")
