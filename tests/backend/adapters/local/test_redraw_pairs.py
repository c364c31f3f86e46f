"""A redraw, or a second pass, beside what else goes on: others, several images, another model, options of drawing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.base import UNLOAD, USE
from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotFound
from backend.domain.events import Generated, Progress, Queued
from backend.domain.records import Run
from backend.domain.requests import Upscale
from backend.generation.generate import generate
from backend.images.incoming import open_upright
from backend.playground import Playground
from tests.backend.adapters.local.conftest import asked, finished
from tests.backend.adapters.local.machine.test_option_rules import H200
from tests.backend.adapters.local.test_redraw_upscale import Halt, at_rest, enlargement, made, until_step
from tests.backend.adapters.local.test_switching import until_changed

CALLER = Caller(visitor="visitor-1")


def test_what_is_told_between_two_images_is_told_of_the_second(local: LocalBackend) -> None:
    heard = Heard()
    local.run(asked(steps=1, count=2, hires_scale=1.5, hires_steps=1), CALLER, heard)
    first = next(at for at, event in enumerate(heard.told) if isinstance(event, Generated))
    later = [event for event in heard.told[first:] if isinstance(event, Progress)]
    assert "Enlarging" in {event.doing for event in later}
    assert {event.index for event in later} == {1}


@pytest.fixture
def bare(tmp_path: Path) -> Checkpoint:
    """Return a model of another kind, which has no ControlNet."""
    folder = tmp_path / "bare-z"
    shutil.copytree(EMBEDDED, folder, ignore=shutil.ignore_patterns("controlnet", "world.json"))
    return Checkpoint("bare-z", folder)


def test_a_second_pass_goes_on_without_the_control_net_of_a_model_that_is_chosen_meanwhile(
    house: Playground, bare: Checkpoint
) -> None:
    local = LocalBackend(house.settings, house.files)
    own = replace(house, backends={"local": local}, default="local")
    local.models.switch(bare)
    until_changed(local.models)
    events = generate(own, CALLER, "local", asked(steps=1, count=2, hires_scale=1.5, hires_steps=1))
    for event in events:
        if isinstance(event, Progress) and event.step == 1:
            local.act(f"{USE}tiny", CALLER)
            break
    done = finished(events).run
    until_changed(local.models)
    assert [image.details["model"] for image in done.images] == ["bare-z", "bare-z"]


@pytest.mark.parametrize("mode", ["redraw", "second pass"])
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("controlnet", "lite", "This model has a ControlNet of its own, of one size; choose auto"),
        ("offload", "sequential", "a ControlNet finds no weights to share; choose model, or go without a ControlNet"),
    ],
)
def test_what_a_control_net_cannot_have_is_refused_where_one_holds_tiles(
    house: Playground, local: LocalBackend, mode: str, option: str, value: str, said: str
) -> None:
    local.models.machine, options = H200, {option: value}
    held = enlargement(house.files, control_scale=0.85, options=options)
    request = held if mode == "redraw" else asked(hires_scale=2, options=options)
    with pytest.raises(InvalidRequest, match=said):
        local.capabilities.check(request)


def pictures(house: Playground, run: Run) -> list[bytes]:
    return [open_upright(house.files.path(image.sha256)).tobytes() for image in run.images]


def test_a_stopped_redraw_gives_the_device_to_who_waits_and_keeps_its_tiles(
    house: Playground, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(house, enlargement(house.files))
    alone = finished(generate(house, CALLER, "local", asked(steps=1))).run
    halt = Halt(engine, at=2)
    monkeypatch.setattr(engine, "draw", halt.draw)
    stopped = generate(house, CALLER, "local", enlargement(house.files))
    until_step(stopped, 3)
    waiting = generate(house, Caller(visitor="visitor-2"), "local", asked(steps=1))
    assert any(isinstance(event, Queued) and event.ahead == 1 for event in waiting)
    stopped.close()
    halt.may_go_on.set()
    assert pictures(house, finished(waiting).run) == pictures(house, alone)
    at_rest(house)
    assert len(halt.drawings) == 2 + 1
    assert made(house, enlargement(house.files)).tobytes() == whole.tobytes()
    assert len(halt.drawings) == 3 + 3


def test_of_several_images_a_stopped_second_pass_goes_on_in_the_one_that_it_was_stopped_in(
    house: Playground, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(steps=1, count=2, hires_scale=1.5, hires_steps=2)
    whole, halt = finished(generate(house, CALLER, "local", request)).run, Halt(engine, at=5 + 3)
    monkeypatch.setattr(engine, "draw", halt.draw)
    events = generate(house, CALLER, "local", request)
    until_step(events, 1 + 2 + 1, index=1)
    events.close()
    halt.may_go_on.set()
    at_rest(house)
    assert len(halt.drawings) == 5 + 3
    again = finished(generate(house, CALLER, "local", request)).run
    assert pictures(house, again) == pictures(house, whole)
    assert len(halt.drawings) == 5 + 3 + 5 + 4


def test_memory_that_is_given_back_meanwhile_is_once_a_redraw_is_done_and_sharp_needs_none(house: Playground) -> None:
    local = LocalBackend(house.settings, house.files)
    own = replace(house, backends={"local": local}, default="local")
    events = generate(own, CALLER, "local", enlargement(house.files))
    until_step(events, 1)
    local.act(UNLOAD, CALLER)
    (image,) = finished(events).run.images
    until_changed(local.models)
    assert local.models.loaded.loading.result is None
    larger = finished(generate(own, CALLER, "local", Upscale(image=image.sha256))).run
    assert (larger.images[0].width, local.models.loaded.loading.result) == (448, None)


@pytest.mark.parametrize("method", ["sharp", "redraw"])
def test_of_a_result_whose_file_is_gone_nothing_is_begun(house: Playground, method: str) -> None:
    request = enlargement(house.files) if method == "redraw" else Upscale(image=enlargement(house.files).image)
    house.files.path(request.image).unlink()
    with pytest.raises(NotFound, match="isn't in the data folder; upload it again"):
        list(generate(house, CALLER, "local", request))
    assert house.store.runs(CALLER.visitor) == []
