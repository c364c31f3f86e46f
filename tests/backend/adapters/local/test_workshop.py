"""What a visitor sees while a run gets ready, and what is left when it is stopped or runs out of memory."""

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.control.controlnets import ControlNet
from backend.adapters.local.control.detectors import LOADERS
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.machine.extras import Extras
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotReady, OutOfMemory, Unsupported
from backend.domain.events import Event, Failed, Generated, Progress
from backend.domain.parts import Control
from backend.domain.requests import ControlNet as ControlNetRequest
from backend.domain.requests import Inpaint
from backend.generation.generate import generate
from backend.playground import Playground
from backend.settings import Settings
from backend.threads.background import Check, Loading
from tests.backend.adapters.local.conftest import CPU, PROMPT, asked, finished
from tests.backend.adapters.local.hub_cache import put_in_cache
from tests.backend.adapters.local.pictures import distance
from tests.backend.adapters.local.spaces_stand_in import SpacesGpu

SOON = 60.0
"""Seconds in which a stopped run has to be over, on a busy machine; one that isn't stopped never ends."""


class Tireless:
    """A detector that finds nothing until it is stopped."""

    def __init__(self) -> None:
        self.at_work, self.stopped = threading.Event(), threading.Event()

    def find(self, image: Image.Image, check: Check) -> Image.Image:
        self.at_work.set()
        try:
            while True:
                check()
                time.sleep(0.02)
        finally:
            self.stopped.set()


@pytest.fixture
def local(playground: Playground, engine: Engine, tmp_path: Path) -> LocalBackend:
    """Return the local backend with the weights of the depth detector in its cache."""
    put_in_cache(tmp_path / "hub", "depth")
    extras = Extras(offered=True, cache=tmp_path / "hub")
    backend = LocalBackend(
        Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=playground.settings.data),
        playground.files,
        CPU,
        extras,
    )
    backend.models.loaded.loading = Loading(lambda _: engine)
    return backend


def until(events: Iterator[Event], doing: str) -> None:
    """Read events up to the one that says so."""
    for event in events:
        if isinstance(event, Progress) and event.doing == doing:
            return
    raise AssertionError(f"Nobody said {doing!r}.")


def closed_as(house: Playground, caller: Caller) -> str:
    """Return how the newest run ended, once it did; fail where that takes too long."""
    began = time.monotonic()
    while (run := house.store.runs(caller.visitor)[0]).status == "running":
        assert time.monotonic() - began < SOON
        time.sleep(0.02)
    return run.status


def guided(image: str, **values: Any) -> ControlNetRequest:
    return ControlNetRequest(**{"prompt": PROMPT, "image": image, "steps": 2, "seed": 7} | values)


def test_a_detector_at_work_says_so_and_ends_with_the_run(
    house: Playground, caller: Caller, shown: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tireless = Tireless()
    monkeypatch.setitem(LOADERS, "depth", lambda _: tireless)
    events = generate(house, caller, "local", guided(shown["image"], preprocess="depth"))
    until(events, "Making the depth map with Depth Anything V2 Small")
    assert tireless.at_work.wait(SOON)
    events.close()
    assert tireless.stopped.wait(SOON)
    assert closed_as(house, caller) == "cancelled"


def test_a_detector_that_is_being_read_says_so_and_is_there_for_the_next_run(
    house: Playground, caller: Caller, shown: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go, reads = threading.Event(), []

    class Copyist:
        def find(self, image: Image.Image, check: Check) -> Image.Image:
            return image

    def read(_: Path) -> Copyist:
        reads.append(1)
        go.wait()
        return Copyist()

    monkeypatch.setitem(LOADERS, "depth", read)
    request = guided(shown["image"], preprocess="depth")
    events = generate(house, caller, "local", request)
    until(events, "Reading Depth Anything V2 Small")
    events.close()
    assert closed_as(house, caller) == "cancelled"
    go.set()
    assert finished(generate(house, caller, "local", request)).run.images
    assert reads == [1]


def test_a_controlnet_that_is_being_read_says_so_and_is_there_for_the_next_run(
    house: Playground, local: LocalBackend, engine: Engine, caller: Caller, shown: dict[str, str]
) -> None:
    go, reads, ready = threading.Event(), [], engine.controlnet

    def read(memory: Any, _: Any, report: Any) -> ControlNet:
        reads.append(1)
        report("Reading the ControlNet (0.002 GB)", 0.3)
        go.wait()
        return ControlNet(ready, memory)

    fresh = Engine(engine.pipe, read)
    local.models.loaded.loading = Loading(lambda _: fresh)
    events = generate(house, caller, "local", guided(shown["image"]))
    until(events, "Reading the ControlNet (0.002 GB)")
    events.close()
    assert closed_as(house, caller) == "cancelled"
    go.set()
    assert finished(generate(house, caller, "local", guided(shown["image"]))).run.images
    assert reads == [1]


def test_a_controlnet_without_room_fails_its_run_alone_and_is_tried_again(
    house: Playground, local: LocalBackend, engine: Engine, caller: Caller, shown: dict[str, str]
) -> None:
    answers = iter([OutOfMemory("It takes 6.7 GB of memory: get the lite one."), None])

    def read(memory: Any, *_: Any) -> ControlNet:
        error = next(answers)
        if error:
            raise error
        return ControlNet(engine.controlnet, memory)

    fresh = Engine(engine.pipe, read)
    local.models.loaded.loading = Loading(lambda _: fresh)
    *_, failed = generate(house, caller, "local", guided(shown["image"]))
    assert isinstance(failed, Failed)
    assert str(failed.error) == "It takes 6.7 GB of memory: get the lite one."
    assert failed.error.billed == "no"
    assert finished(generate(house, caller, "local", asked(steps=2))).run.images
    assert finished(generate(house, caller, "local", guided(shown["image"]))).run.images


@contextmanager
def short_of_memory(engine: Engine, *, call: int) -> Iterator[list[weakref.ref[torch.Tensor]]]:
    """Let the transformer's `call`th computation find no memory left, as CUDA says it; yields what it held then."""
    calls = 0
    held: list[weakref.ref[torch.Tensor]] = []

    def ask(*_: object) -> None:
        nonlocal calls
        calls += 1
        working = torch.zeros(8)
        if calls == call:
            held.append(weakref.ref(working))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    hook = engine.pipe.transformer.register_forward_pre_hook(ask)
    try:
        yield held
    finally:
        hook.remove()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: asked(steps=3), "an image of 128×128. Choose a smaller size, or another backend."),
        (lambda _: asked(steps=3, guidance=3), "Choose a smaller size, a guidance of 1, or another backend."),
        (lambda _: asked(steps=3, acceleration="high"), "Choose a smaller size, or another backend."),
        (
            lambda shown: guided(shown["image"], steps=3, width=128, height=128),
            "Choose a smaller size, fewer control pictures, or another backend.",
        ),
        (
            lambda shown: Inpaint(prompt=PROMPT, image=shown["image"], mask=shown["mask"], steps=3, seed=7),
            "Choose a smaller size, or another backend.",
        ),
    ],
)
def test_out_of_memory_inside_a_step_says_what_to_lower_and_the_next_run_has_the_same_pixels(
    house: Playground,
    local: LocalBackend,
    engine: Engine,
    caller: Caller,
    shown: dict[str, str],
    make: Callable[[dict[str, str]], Any],
    said: str,
) -> None:
    def pixels() -> Image.Image:
        (image,) = finished(generate(house, caller, "local", make(shown))).run.images
        with Image.open(house.files.path(image.sha256)) as picture:
            return picture.convert("RGB")

    before = pixels()
    with short_of_memory(engine, call=3) as held:
        *_, failed = generate(house, caller, "local", make(shown))
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, OutOfMemory)
    assert str(failed.error).startswith("This machine's memory is too small for ")
    assert str(failed.error).endswith(said)
    assert [tensor() for tensor in held] == [None]
    assert failed.run
    assert (failed.run.status, failed.error.billed) == ("failed", "no")
    assert len(local.workshop.device_queue) == 0
    assert distance(pixels(), before) == 0


def test_without_any_controlnet_a_run_says_so(engine: Engine) -> None:
    def none(*_: object) -> ControlNet:
        raise NotReady("The model has no ControlNet on this machine.")

    with pytest.raises(NotReady, match="no ControlNet"):
        _ = Engine(engine.pipe, none).controlnet


def test_a_detector_that_is_not_here_refuses_the_run_at_once_also_for_further_controls(
    house: Playground, caller: Caller, shown: dict[str, str]
) -> None:
    options = {"depth_detector": "ZoeDepth"}
    further = (Control(image=shown["image"], preprocess="depth"),)
    said = r"`preprocess`: .*ZoeDepth \(1\.4 GB, MIT\).* Or choose Depth Anything V2 Small, which is here"
    with pytest.raises(Unsupported, match=said):
        next(generate(house, caller, "local", asked(controls=further, options=options)))
    with pytest.raises(InvalidRequest, match=r"depth_detector`: is 'Zoe'; choose one of 'Depth Anything V2"):
        next(generate(house, caller, "local", asked(options={"depth_detector": "Zoe"})))


def test_on_zerogpu_a_map_is_made_before_the_gpus_seconds_count(
    playground: Playground,
    engine: Engine,
    caller: Caller,
    shown: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_in_cache(tmp_path / "hub", "depth")
    makers: list[int] = []

    class Copyist:
        def find(self, image: Image.Image, _: Check) -> Image.Image:
            makers.append(os.getpid())
            return image

    monkeypatch.setitem(LOADERS, "depth", lambda _: Copyist())
    settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny", SPACE_ID="somebody/space")
    extras = Extras(offered=False, cache=tmp_path / "hub")
    backend = LocalBackend(settings, playground.files, extras=extras, gpu=SpacesGpu())
    backend.models.loaded.loading = Loading(lambda _: engine)
    made = Heard()
    backend.run(guided(shown["image"], preprocess="depth"), caller, made)
    words = "Making the depth map with Depth Anything V2 Small"
    assert [event.doing for event in made.told if isinstance(event, Progress)].count(words) == 1
    assert sum(isinstance(event, Generated) for event in made.told) == 1
    assert makers == [os.getpid()]


def test_controlnet_weights_that_this_model_has_not_refuse_a_run_with_controls_alone(
    house: Playground, caller: Caller, shown: dict[str, str]
) -> None:
    lite = {"controlnet": "lite"}
    with pytest.raises(Unsupported, match=r"`options.controlnet`: is lite. This model has a ControlNet of its own"):
        next(generate(house, caller, "local", guided(shown["image"], options=lite)))
    assert finished(generate(house, caller, "local", asked(steps=2, options=lite))).run.images
