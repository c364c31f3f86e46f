"""Delete, restore, favourites and links while somebody else is at the same run or the same file."""

import dataclasses
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from backend.adapters.fake import FakeBackend
from backend.adapters.job import Job
from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.domain.events import Event, Failed, Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import collect, generate
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.record import trash
from backend.record.database import engine
from tests.backend.record.test_history import make_old

PAID = {"provider": True, "fail_after": 1, "failure": "time-out"}


class Held(FakeBackend):
    """Waits in the middle of a recovery."""

    def __init__(self, files: ImageFiles) -> None:
        super().__init__(files)
        self.asked, self.answered = threading.Event(), threading.Event()

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        """Answer once it is told to."""
        self.asked.set()
        assert self.answered.wait(60)
        super().collect(run, caller, job)


@pytest.fixture
def held(playground: Playground) -> Held:
    return Held(playground.files)


@pytest.fixture
def house(playground: Playground, held: Held) -> Playground:
    return dataclasses.replace(playground, backends={"fake": held})


def open_ended(house: Playground, caller: Caller) -> Run:
    request = parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "count": 2, "options": PAID})
    *_, last = generate(house, caller, "fake", request)
    assert isinstance(last, Failed)
    assert last.run is not None
    return last.run


def finished(house: Playground, caller: Caller) -> Run:
    request = parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "seed": 5})
    *_, last = generate(house, caller, "fake", request)
    assert isinstance(last, Finished)
    return last.run


def test_a_run_that_is_being_recovered_is_not_deleted_and_its_images_stay(
    house: Playground, held: Held, caller: Caller
) -> None:
    run = open_ended(house, caller)
    events: list[Event] = []
    recovering = threading.Thread(target=lambda: events.extend(collect(house, caller, run)))
    recovering.start()
    assert held.asked.wait(60)
    assert house.history.delete(caller.visitor, [run.id]) == ()
    make_old(house)
    assert house.history.empty_trash(caller.visitor) == 0
    held.answered.set()
    recovering.join(60)
    assert isinstance(events[-1], Finished)
    made = house.store.run(run.id)
    assert (made.status, len(made.images)) == ("finished", 2)
    kept = {path.stem for path in house.files.folder.rglob("*.png")}
    assert kept == {name for image in made.images for name in (image.sha256, image.original)}


def test_a_run_in_the_trash_is_not_recovered_behind_its_owners_back(
    house: Playground, held: Held, caller: Caller
) -> None:
    run = open_ended(house, caller)
    before = house.budget.entry(run.id)
    house.history.delete(caller.visitor, [run.id])
    *_, last = collect(house, caller, run)
    assert isinstance(last, Failed)
    assert "trash" in str(last.error)
    assert not held.asked.is_set()
    assert house.store.run(run.id).status == run.status
    assert house.budget.entry(run.id) == before


def test_what_is_restored_while_the_trash_is_emptied_stays(house: Playground, caller: Caller) -> None:
    run = finished(house, caller)
    house.history.delete(caller.visitor, [run.id])
    make_old(house)
    read = house.store.read

    def restored_once_read(query: Any) -> list[Run]:
        found = read(query)
        house.history.restore(caller.visitor, [run.id])
        return found

    house.store.read = restored_once_read  # type: ignore[method-assign]
    assert trash.empty(house.store, house.files, trash.runs.c.visitor == caller.visitor) == 0
    assert house.files.holds(house.store.run(run.id).images[0].sha256)


def test_a_picture_that_is_put_while_the_trash_forgets_it_stays(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    sha256 = files.put(b"a boat", "png")
    files.drop_old(sha256, 60)
    assert files.read(sha256) == b"a boat"
    assert [path.name for path in tmp_path.rglob(".*")] == []
    files.drop_old(sha256, 0)
    assert not files.holds(sha256)
    files.drop_old(sha256, 0)


@pytest.mark.parametrize("act", ["mark", "share"])
def test_a_run_that_is_deleted_for_good_just_then_takes_no_star_and_no_link(
    house: Playground, caller: Caller, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    run = finished(house, caller)
    house.history.delete(caller.visitor, [run.id])
    make_old(house)
    opened = engine.exclusively

    def opened_too_late(engine: Engine) -> AbstractContextManager[Connection]:
        monkeypatch.undo()
        assert house.history.empty_trash(caller.visitor) == 1
        return opened(engine)

    monkeypatch.setattr("backend.record.history.exclusively", opened_too_late)
    monkeypatch.setattr("backend.library.result_links.exclusively", opened_too_late)
    acts = {
        "mark": lambda: house.history.mark(caller.visitor, run.id, 0, favourite=True),
        "share": lambda: house.result_links.share(run.id, caller.visitor),
    }
    with pytest.raises(NotFound):
        acts[act]()
