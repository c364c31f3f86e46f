import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.errors import Problem, Unsupported
from backend.domain.events import Failed, Mapped, Progress, Stopped
from backend.domain.parts import Control
from backend.experiments.control_map import control_map
from backend.images.encoding import encode
from backend.playground import Playground


@pytest.fixture
def control(playground: Playground) -> Control:
    """Return the control of a coloured image."""
    return Control(image=playground.files.put(encode(Image.new("RGB", (48, 32), "teal"), "png"), "png"))


def test_a_map_is_kept_as_the_visitors_own_picture(playground: Playground, caller: Caller, control: Control) -> None:
    *_, last = control_map(playground, caller, playground.backends["fake"], control, {})
    assert isinstance(last, Mapped)
    assert last.size == (48, 32)
    assert playground.holders.picture(last.sha256, caller.visitor) == "yours"
    assert playground.holders.picture(last.sha256, "somebody else") == "another's"
    with Image.open(playground.files.path(last.sha256)) as picture:
        assert picture.getcolors() == [(48 * 32, (90, 90, 90))]


def test_what_cannot_be_made_ends_with_the_reason(playground: Playground, caller: Caller, control: Control) -> None:
    class Blind(FakeBackend):
        def control_picture(self, *_: Any) -> Image.Image:
            raise Unsupported([Problem("image", "shows nobody.")])

    *_, last = control_map(playground, caller, Blind(playground.files), control, {})
    assert isinstance(last, Failed)
    assert str(last.error) == "`image`: shows nobody."


def test_a_slow_map_says_what_it_does_and_ends_with_who_leaves(
    playground: Playground, caller: Caller, control: Control
) -> None:
    ended = threading.Event()

    class Slow(FakeBackend):
        def control_picture(self, _: Any, __: Any, ___: Any, tell: Any) -> Image.Image:
            try:
                while True:
                    tell(Progress(0, 0, doing="Making the depth map"))
                    time.sleep(0.02)
            finally:
                ended.set()

    events = control_map(playground, caller, Slow(playground.files), control, {})
    assert next(events) == Progress(0, 0, doing="Making the depth map")
    events.close()
    assert ended.wait(60)


def test_the_stop_of_the_page_ends_a_map_that_is_made_here(
    playground: Playground, caller: Caller, control: Control
) -> None:
    ended = threading.Event()

    class Slow(FakeBackend):
        def control_picture(self, _: Any, __: Any, ___: Any, tell: Any) -> Image.Image:
            try:
                while True:
                    tell(Progress(0, 0, doing="Making the depth map"))
                    time.sleep(0.02)
            finally:
                ended.set()

    page = replace(caller, page="page-1")
    with playground.live.press(page, part="control map") as acting:
        events = control_map(playground, acting, Slow(playground.files), control, {})
        next(events)
        playground.live.stop(page)
        assert isinstance(list(events)[-1], Stopped)
    assert ended.wait(60)
