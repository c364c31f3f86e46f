"""Taking what came: every image that is there is kept, whichever thread fetches it and whenever that begins."""

import base64
import sys
from collections.abc import Iterator

import pytest
from PIL import Image
from pydantic import SecretStr

from backend.adapters.job import Heard
from backend.adapters.runware.order import Order, numbered
from backend.domain.events import Generated
from backend.domain.requests import TextToImage
from backend.images.encoding import encode
from tests.backend.adapters.runware.scene import Scene

ORDERS = 400
PICTURE = base64.b64encode(encode(Image.new("RGB", (16, 16), "navy"), "png")).decode()


@pytest.fixture
def restless() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def order_of(scene: Scene, tasks: list[str], heard: Heard) -> Order:
    request, ids = TextToImage(prompt="a fox"), {"tasks": tasks}
    key, pending = SecretStr("key"), numbered(tasks, set())
    return Order(scene.runware.service, key, request, ids, heard, None, lambda _: None, pending)


@pytest.mark.usefixtures("restless")
def test_an_image_is_kept_also_where_its_fetch_begins_late(scene: Scene) -> None:
    heard = Heard()
    for _ in range(ORDERS):
        order = order_of(scene, ["a", "b"], heard)
        order.take_found({task: {"imageBase64Data": PICTURE} for task in ("a", "b")})
        assert order.errors == []
    assert [event.index for event in heard.told if isinstance(event, Generated)] == [0, 1] * ORDERS
