import os
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.adapters.job import Heard, Told
from backend.adapters.local.zerogpu import LEAST_SECONDS, forked, gpu_decorator, seconds_for
from backend.domain.errors import Cancelled, GenerationFailed, NotReady, OutOfMemory
from backend.domain.events import Generated, Listener, News, Progress, Waiting
from backend.domain.requests import Request, parse_request
from backend.settings import Settings
from tests.backend.adapters.local.spaces_stand_in import GradioError, SpacesGpu


def request(**values: Any) -> Request:
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7, "steps": 2, **values})


def draw(asked: Request, listener: Listener) -> None:
    for index in range(asked.count):
        listener.tell(Progress(1, 1, b"jpeg", index))
        listener.deliver(Generated(Image.new("RGB", (8, 8), (index, 0, 0)), asked.seed + index, None, index))


def events_of(work: Any, asked: Request, gpu: SpacesGpu | None = None) -> list[Told]:
    heard = Heard()
    forked(work, gpu or SpacesGpu())(asked, heard)
    return heard.told


def test_a_run_in_the_fork_tells_the_same_as_one_here() -> None:
    heard = Heard()
    draw(request(count=3), heard)
    here = heard.told
    there = [event for event in events_of(draw, request(count=3)) if not isinstance(event, Waiting)]
    assert [type(event) for event in there] == [type(event) for event in here]
    made = [event for event in there if isinstance(event, Generated)]
    assert [event.seed for event in made] == [7, 8, 9]
    assert all(isinstance(event.image, Image.Image) and event.image.size == (8, 8) for event in made)


def test_it_really_runs_in_another_process_with_what_was_loaded_before() -> None:
    weights = {"loaded": os.getpid()}

    def where(asked: Request, listener: Listener) -> None:
        listener.tell(Progress(os.getpid(), weights["loaded"]))

    (told,) = [event for event in events_of(where, request()) if isinstance(event, Progress)]
    assert told.step != told.total == os.getpid()


def test_our_own_errors_keep_their_words_across_the_fork() -> None:
    def too_large(asked: Request, listener: Listener) -> None:
        raise OutOfMemory("The device has too little memory: choose a smaller size.", details={"free": 1})

    with pytest.raises(OutOfMemory, match="choose a smaller size") as caught:
        events_of(too_large, request())
    assert caught.value.details == {"free": 1}


def test_a_foreign_error_tells_the_visitor_nothing_of_its_inside() -> None:
    def broken(asked: Request, listener: Listener) -> None:
        raise RuntimeError("secret inside")

    with pytest.raises(GenerationFailed, match="try it again") as caught:
        events_of(broken, request())
    assert "secret" not in str(caught.value)


def test_a_killed_process_is_a_failed_run() -> None:
    def killed(asked: Request, listener: Listener) -> None:
        os._exit(9)

    with pytest.raises(GenerationFailed, match="gave up"):
        events_of(killed, request())


def test_a_visitor_who_left_stops_the_drawing_within_a_step(tmp_path: Path) -> None:
    diary = tmp_path / "steps"

    def long(asked: Request, listener: Listener) -> None:
        for step in range(1000):
            time.sleep(0.02)
            diary.write_text(str(step))
            listener.tell(Progress(step, 1000))

    class Left(Heard):
        def tell(self, event: News) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        forked(long, SpacesGpu())(request(), Left())
    assert int(diary.read_text()) < 900


def test_a_silent_drawing_still_ticks() -> None:
    def silent(asked: Request, listener: Listener) -> None:
        time.sleep(1.2)

    assert any(isinstance(event, Waiting) for event in events_of(silent, request()))


def test_the_time_asked_for_is_what_the_request_needs() -> None:
    gpu = SpacesGpu()
    for values in ({"width": 512, "height": 512}, {}, {"count": 4}, {"width": 2048, "height": 2048, "count": 4}):
        events_of(draw, request(steps=8, **values), gpu)
    assert gpu.asked == sorted(gpu.asked)
    assert gpu.asked[0] == LEAST_SECONDS
    assert gpu.asked[0] < gpu.asked[2] < gpu.asked[3] <= 300


def test_guidance_and_control_ask_for_more() -> None:
    plain = seconds_for(request(steps=20))
    assert seconds_for(request(steps=20, guidance=4)) > plain
    controlled = {"mode": "controlnet", "image": "a" * 64}
    assert seconds_for(request(steps=20, **controlled)) > plain


def test_pictures_drawn_in_tiles_ask_for_their_tiles() -> None:
    large = {"mode": "upscale", "image": "a" * 64, "method": "redraw"}
    assert seconds_for(request(steps=8, factor=4, **large)) > seconds_for(request(steps=8, factor=2, **large))
    plain, twice = request(steps=8), request(steps=8, hires_scale=2)
    assert seconds_for(twice) > seconds_for(plain)
    assert seconds_for(request(steps=8, hires_scale=2, hires_steps=16)) > seconds_for(twice)


@pytest.mark.parametrize(
    ("title", "said", "expected"),
    [
        (
            "ZeroGPU quota exceeded",
            "You have exceeded your free ZeroGPU quota (60s requested vs. 12s left). Try again in 3:12:00. ",
            "needs up to 60 s of your free GPU time on Hugging Face, and 12 s are left. It fills up again in 3:12:00.",
        ),
        ("ZeroGPU quota exceeded", "Space app has reached its GPU limit.", "used up for now"),
        ("ZeroGPU queue timeout", "No GPU was available", "came free in time"),
    ],
)
def test_without_quota_the_way_out_is_named(title: str, said: str, expected: str) -> None:
    with pytest.raises(NotReady) as refusal:
        events_of(draw, request(), SpacesGpu(refusal=GradioError(said, title)))
    assert expected in str(refusal.value)
    assert "paste a key of your own" in str(refusal.value)


def test_off_zerogpu_nothing_of_it_is_imported() -> None:
    assert gpu_decorator(Settings(_env_file=None)) is None
