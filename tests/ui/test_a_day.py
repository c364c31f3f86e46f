"""A day of a public page: thousands look, draw and take zips, some make images; the disk ends within its limit."""

import base64
import io
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import event

from backend.domain.caller import Caller
from backend.domain.errors import StorageFull
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.images.storage.disk import Disk, files_below
from backend.playground import Playground
from backend.record.database.address import record_files
from backend.upkeep.tidying import HOUR, Tidying
from tests.backend.aging import grow_older
from ui.serving.served import Served
from ui.serving.uploads import Uploads

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LOOKS_AN_HOUR = 420
LIMIT = 20_000_000
SIDE = 48


@dataclass
class Day:
    """What visitors do, and what came of it."""

    playground: Playground
    served: Served
    cache: Path
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))
    runs: list[Run] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def hour(self, number: int) -> None:
        """Let an hour's visitors in; each look is of a new picture, as a flood of them would be."""
        for look in range(LOOKS_AN_HOUR):
            caller = Caller(visitor=f"visitor {number} {look % 40}")
            self._try("look", lambda caller=caller: self._look(caller))
            if look % 3 == 0:
                self._try("mask", lambda caller=caller: self._mask(caller))
            if look % 60 == 0:
                self._try("run", lambda caller=caller: self._run(caller))
            if look % 20 == 0 and self.runs:
                self._try("history", self._history)

    def _try(self, what: str, work: object) -> None:
        try:
            work()  # type: ignore[operator]
            self.counted[what] += 1
        except StorageFull:
            self.counted[f"{what} refused"] += 1

    def _noise(self) -> bytes:
        file = io.BytesIO()
        Image.fromarray(self.chance.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)).save(file, "PNG")
        return file.getvalue()

    def _look(self, caller: Caller) -> None:
        content = self._noise()
        self.playground.disk.check(2 * len(content))  # As the gate does.
        path = self.served.upload(content, "png")
        Uploads(self.playground, caller).picture(str(path))

    def _mask(self, caller: Caller) -> None:
        text = "data:image/png;base64," + base64.b64encode(self._noise()).decode()
        Uploads(self.playground, caller).mask(text)

    def _run(self, caller: Caller) -> None:
        asked = {"mode": "text_to_image", "prompt": f"boat {len(self.runs)}", "width": 256, "height": 256, "steps": 1}
        *_, last = generate(self.playground, caller, "fake", parse_request(asked))
        assert isinstance(last, Finished)
        self.runs.append(last.run)
        self.served.copy(last.run.images[0], caller.visitor)

    def _history(self) -> None:
        shown = self.runs[-24:]
        for run in shown:
            self.served.thumbnail(run.images[0].sha256, "anybody")
            self.served.copy(run.images[0], "anybody")
        self.served.archive(shown, "anybody")

    def on_disk(self) -> int:
        """Return the bytes of every file, in whole blocks."""
        return Disk(0, self.playground.settings.data, self.cache).measure()


def test_a_day_of_looks_masks_and_zips_ends_within_the_limit_with_every_result_there(
    playground: Playground, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(cache))
    monkeypatch.setattr("backend.images.storage.disk.RELIEVED_AGAIN", 2.0)  # An hour passes in seconds here.
    monkeypatch.setattr("backend.images.storage.disk.MEASURED_AGAIN", 2.0)
    # Whether it outlives a power cut is not the question here, and waiting for the disk would take minutes.
    monkeypatch.setattr("backend.images.storage.files.os.fsync", lambda _: None)
    event.listen(playground.store.engine, "checkout", lambda found, *_: found.execute("PRAGMA synchronous=OFF"))
    disk = Disk(LIMIT, playground.settings.data, grows=record_files(playground.settings.data))
    playground.files.disk = disk
    playground = replace(playground, disk=disk)
    tidying = Tidying(playground, cache)
    tidying.connect()
    day = Day(playground, Served(playground.files, playground.holders, disk), cache)
    for number in range(24):
        day.hour(number)
        assert day.on_disk() <= LIMIT, f"in hour {number}: {day.counted}"
        for folder in (playground.files.folder, cache):
            grow_older(folder, HOUR)
        tidying.tidy()
    assert sum(count for what, count in day.counted.items() if what.startswith("look")) > 10_000
    assert day.counted["look"] > 1_000
    for run in day.runs:
        assert playground.files.whole(run.images[0].sha256)
    for folder in (playground.files.folder, cache):
        grow_older(folder, 25 * HOUR)
    tidying.tidy()
    left = {path.stem for path, _ in files_below(playground.files.folder)}
    assert left == {sha256 for run in day.runs for sha256 in _kept(run)}
    assert [path for path, _ in files_below(cache)] == []


def _kept(run: Run) -> list[str]:
    return [sha256 for image in run.images for sha256 in (image.sha256, image.original) if sha256]
