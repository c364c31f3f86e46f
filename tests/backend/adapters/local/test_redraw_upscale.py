"""A picture enlarged and drawn anew by the embedded model: progress, Stop, going on, equal seeds, what is refused."""

import json
import shutil
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from torch import Tensor

from backend.adapters.local import rules
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.drawing.drawing import Drawing, OnStep
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.noise_sheet import NoiseSheet
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest
from backend.domain.events import Event, Finished, Generated, Progress
from backend.domain.requests import Upscale
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.images.incoming import open_upright
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from tests.backend.adapters.local.conftest import PROMPT

CALLER = Caller(visitor="visitor-1")


def circle() -> Image.Image:
    picture = Image.new("RGB", (112, 112), "blue")
    ImageDraw.Draw(picture).ellipse((20, 20, 90, 90), fill="red")
    return picture


def enlargement(files: ImageFiles, picture: Image.Image | None = None, **values: Any) -> Upscale:
    """Return a request of four tiles, which the ControlNet doesn't hold."""
    image = files.put(encode(picture or circle(), "png"), "png")
    asked = {"prompt": PROMPT, "method": "redraw", "factor": 2, "steps": 2, "seed": 7, "control_scale": 0}
    return Upscale.model_validate(asked | {"image": image} | values)


def run(house: Playground, request: Upscale) -> list[Event]:
    return list(generate(house, CALLER, "local", request))


def made(house: Playground, request: Upscale) -> Image.Image:
    (found,) = [event for event in run(house, request) if isinstance(event, Generated)]
    assert found.record
    return open_upright(house.files.path(found.record.sha256))


def test_it_is_drawn_in_tiles_on_record_with_its_words_and_steps(house: Playground) -> None:
    events = run(house, enlargement(house.files))
    *_, last = events
    assert isinstance(last, Finished), last
    (image,) = last.run.images
    assert (image.width, image.height, image.seed) == (224, 224, 7)
    assert last.run.request.mode == "upscale"
    counted = [(event.step, event.total) for event in events if isinstance(event, Progress) and event.preview]
    assert counted
    assert {total for _, total in counted} == {8}
    assert all(one <= other for one, other in pairwise(step for step, _ in counted))
    with Image.open(house.files.path(image.sha256)) as opened:
        infotext = opened.info["parameters"]
    assert "Steps: 2" in infotext
    assert "Denoising strength: 0.25" in infotext
    assert "Postprocess upscale by: 2" in infotext


def test_a_seed_is_drawn_and_the_same_seed_is_the_same_picture_and_another_is_not(house: Playground) -> None:
    *_, last = run(house, enlargement(house.files, seed=-1))
    assert isinstance(last, Finished)
    assert last.run.images[0].seed not in (None, -1)
    first, again, other = (made(house, enlargement(house.files, seed=seed)) for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes() != other.tobytes()


class Halt:
    """Counts an engine's drawings; the one of this number (from 1) waits after each step until it may go on."""

    def __init__(self, engine: Engine, at: int) -> None:
        self.drawings: list[Drawing] = []
        self.may_go_on = threading.Event()
        self._draw, self._at = engine.draw, at

    def draw(self, drawing: Drawing, on_step: OnStep, **named: Any) -> Image.Image:
        self.drawings.append(drawing)
        return self._draw(drawing, self._halting(on_step) if len(self.drawings) == self._at else on_step, **named)

    def _halting(self, on_step: OnStep) -> OnStep:
        def halting(step: int, total: int, preview: bytes | None) -> None:
            on_step(step, total, preview)
            assert self.may_go_on.wait(60)

        return halting


def test_a_stop_ends_it_within_a_step_and_the_next_run_goes_on_to_the_same_picture(
    house: Playground, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, halt = made(house, enlargement(house.files)), Halt(engine, at=4)
    monkeypatch.setattr(engine, "draw", halt.draw)
    events = generate(house, CALLER, "local", enlargement(house.files))
    until_step(events, 7)
    events.close()
    halt.may_go_on.set()
    at_rest(house)
    assert len(halt.drawings) == 4
    assert made(house, enlargement(house.files)).tobytes() == whole.tobytes()
    assert len(halt.drawings) == 4 + 1


def until_step(events: Iterator[Event], step: int, index: int = 0) -> None:
    """Watch a run until this step of its image `index` (from 0)."""
    for event in events:
        if isinstance(event, Progress) and (event.step, event.index) == (step, index) and event.preview:
            return
    pytest.fail(f"step {step} never came")


def at_rest(house: Playground) -> None:
    """Wait until what was stopped has left the device."""
    with house.backends["local"].workshop.device_queue.turn(lambda _: None):  # type: ignore[attr-defined]
        return


def test_what_changes_in_one_tile_leaves_the_others_to_the_bit(house: Playground) -> None:
    picture = circle()
    ImageDraw.Draw(picture).rectangle((100, 100, 111, 111), fill="yellow")
    one, other = (np.asarray(made(house, enlargement(house.files, each))) for each in (circle(), picture))
    differs = (one != other).any(2)
    assert differs[200:, 200:].any()
    assert not differs[:96].any()
    assert not differs[:, :96].any()


def test_neighbours_begin_from_the_same_noise_and_a_sampler_adds_the_same_to_both(
    house: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, dict[tuple[int, int], Tensor]] = {}

    def noting(name: str) -> None:
        real = getattr(NoiseSheet, name)

        def noted(sheet: NoiseSheet, corner: tuple[int, int], like: tuple[int, ...], last: Any) -> Tensor:
            found: Tensor = real(sheet, corner, like, last)
            given.setdefault(f"{name} {last}" if name == "added" else name, {})[corner] = found
            return found

        monkeypatch.setattr(NoiseSheet, name, noted)

    noting("at")
    noting("added")
    made(house, enlargement(house.files, scheduler="Euler a", steps=3))
    assert list(given) == ["at", "added 1", "added 2"]
    for tiles in given.values():
        assert len(tiles) == 4
        assert tiles[0, 0][..., 12:].equal(tiles[96, 0][..., :4])
        assert not tiles[0, 0].equal(tiles[96, 0])


def test_another_scheduler_draws_another_picture(house: Playground) -> None:
    first = made(house, enlargement(house.files))
    for scheduler in ("Euler a", "Heun"):
        assert made(house, enlargement(house.files, scheduler=scheduler)).tobytes() != first.tobytes()


def test_tiles_are_held_by_the_embedded_models_own_control_net(local: LocalBackend) -> None:
    local.capabilities.check(enlargement(local.files, control_scale=0.85))


def test_a_control_net_that_knows_no_tiles_is_said_so_with_the_way_out(
    local: LocalBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "edges-z"
    shutil.copytree(EMBEDDED, folder)
    world = json.loads((folder / "world.json").read_text("utf-8"))
    del world["scores"]["sets"]["tile"]
    (folder / "world.json").write_text(json.dumps(world), "utf-8")
    monkeypatch.setattr(local.models.change, "wished", Checkpoint("edges-z", folder))
    said = r"`control_scale`: needs a ControlNet that knows tiles\. This model's own knows edges alone\. Set it to 0"
    with pytest.raises(InvalidRequest, match=said):
        local.capabilities.check(enlargement(local.files, control_scale=0.85))
    local.capabilities.check(enlargement(local.files, control_scale=0))


def test_a_picture_that_memory_does_not_hold_is_refused_before_anything_is_drawn(
    house: Playground, local: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    able, request = local.capabilities, enlargement(house.files)
    able.check(request)
    monkeypatch.setattr(rules, "free_memory", lambda _: 10**6)
    with pytest.raises(InvalidRequest, match=r"`factor`: makes 224×224, which takes . MB .* choose a smaller one"):
        able.check(request)


def test_an_estimate_counts_the_tiles(house: Playground, local: LocalBackend) -> None:
    small, large = enlargement(house.files), enlargement(house.files, factor=4)
    assert local.workshop.seconds(small) is None
    run(house, small)
    four, many = local.workshop.seconds(small), local.workshop.seconds(large)
    assert four
    assert many
    assert many / four == pytest.approx(25 / 4)
