"""A redraw, or a second pass, beside what else goes on: several images, another model, options of drawing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.base import USE
from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest
from backend.domain.events import Generated, Progress
from backend.generation.generate import generate
from backend.playground import Playground
from tests.backend.adapters.local.conftest import asked, finished
from tests.backend.adapters.local.machine.test_option_rules import H200
from tests.backend.adapters.local.test_redraw_upscale import enlargement
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
