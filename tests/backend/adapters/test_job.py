"""What a backend is given to carry out: asked before each order, on disk before each POST, billed before each fetch."""

import pickle
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection

from backend.adapters.fake import FakeBackend
from backend.adapters.job import (
    Charged,
    Forwarding,
    Heard,
    Job,
    Listener,
    Noted,
    announce,
    is_wanted,
    remember,
    tell_again,
)
from backend.domain.caller import Caller
from backend.domain.errors import Cancelled, StorageFull
from backend.domain.events import (
    Committed,
    Event,
    Failed,
    Finished,
    Generated,
    News,
    Progress,
    Queued,
    Stopped,
    Waiting,
)
from backend.domain.records import Run
from backend.domain.requests import Request, TextToImage
from backend.generation.generate import generate
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database import patience
from backend.record.store import Store
from backend.threads.telling import relay, told_by
from tests.backend.locked import Locked

PAGE = Caller(visitor="ann", page="page-1")
BILL = Decimal("0.0013")
Work = Callable[[Job], None]


@dataclass
class Provider:
    """Takes orders of one image each and counts them; each is paid for as soon as it is placed."""

    orders: int = 0
    known: list[int] = field(default_factory=list)

    def carry_out(self, job: Job, images: int) -> None:
        """Order so many images one after the other, as an adapter does."""
        for index in range(images):
            job.tell(Progress(0, 0, index=index, doing="Ordering"))
            job.may_order()
            self.known.append(index)
            announce(job, {"orders": list(self.known)})
            self.orders += 1
            job.charge(BILL, index)
            remember(job, {"orders": list(self.known), "found": index})
            job.deliver(Generated(Image.new("RGB", (8, 8)), index, BILL, index))


CALLS = 6
"""Calls of the job for an image."""


class Scripted(FakeBackend):
    """Does with its job what the test says."""

    def __init__(self, files: ImageFiles, work: Work) -> None:
        super().__init__(files)
        self.work = work

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        self.work(job)


def asked(count: int) -> TextToImage:
    return TextToImage(prompt="a boat", steps=1, seed=1, count=count, options={"provider": True})


def ended(playground: Playground, work: Work, count: int) -> tuple[Run, list[Event]]:
    """Run some work on a page as a run of so many images; return its record and what the page was shown."""
    house = replace(playground, backends={"fake": Scripted(playground.files, work)})
    events = list(generate(house, PAGE, "fake", asked(count)))
    for thread in threading.enumerate():
        if thread.name == "run":
            thread.join(60)
    (run,) = playground.store.runs(PAGE.visitor)
    return run, events


def booked(playground: Playground, run: Run) -> tuple[str, Decimal | None]:
    state, _, settled = playground.budget.entry(run.id) or ("none", None, None)
    return state, settled


class Before(Forwarding):
    """A job before whose n-th call (from 0) something happens."""

    def __init__(self, job: Job, nth: int, happen: Callable[[], None]) -> None:
        super().__init__(job)
        self.left, self.happen = nth, happen

    def tell(self, event: News) -> None:
        self._count()
        super().tell(event)

    def may_order(self) -> None:
        self._count()
        super().may_order()

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        self._count()
        super().note(provider_ids)

    def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
        self._count()
        super().charge(cost_usd, index)

    def deliver(self, image: Generated) -> None:
        self._count()
        super().deliver(image)

    def _count(self) -> None:
        if self.left == 0:
            self.happen()
        self.left -= 1


@pytest.mark.parametrize(
    ("call", "orders"),
    [
        pytest.param(0, 0, id="while it says what it does"),
        pytest.param(1, 0, id="before it asks"),
        pytest.param(2, 0, id="between the question and the note"),
        pytest.param(3, 1, id="behind the order"),
        pytest.param(4, 1, id="behind the bill"),
        pytest.param(5, 1, id="before the image"),
        pytest.param(CALLS, 1, id="behind the image"),
        pytest.param(CALLS + 1, 1, id="before it asks for the second"),
        pytest.param(CALLS + 2, 2, id="between the question and the note of the second"),
        pytest.param(CALLS + 3, 2, id="behind the second order"),
    ],
)
def test_what_was_ordered_before_stop_comes_home_and_nothing_is_ordered_after_it(
    playground: Playground, call: int, orders: int
) -> None:
    provider = Provider()
    run, events = ended(
        playground,
        lambda job: provider.carry_out(Before(job, call, lambda: playground.live.stop(PAGE)), 2),
        2,
    )
    assert isinstance(events[-1], Stopped | Finished)
    assert (provider.orders, len(run.images)) == (orders, orders)
    assert (run.status, run.cost_usd) == ("finished" if orders == 2 else "cancelled", orders * BILL)
    assert booked(playground, run) == ("settled", orders * BILL)
    assert bool(run.provider_ids) == bool(orders)


def test_the_ids_are_on_disk_before_the_order_and_the_bill_is_in_the_ledger_before_the_image(
    playground: Playground,
) -> None:
    seen: list[tuple[object, Decimal | None, int]] = []

    def look() -> None:
        (run,) = playground.store.runs(PAGE.visitor)
        seen.append((run.provider_ids.get("orders"), booked(playground, run)[1], len(run.images)))

    def work(job: Job) -> None:
        for step in (
            lambda: announce(job, {"orders": [0]}),
            lambda: job.charge(BILL, 0),
            lambda: job.deliver(Generated(Image.new("RGB", (8, 8)), 1, BILL, 0)),
        ):
            look()
            step()
        look()

    ended(playground, work, 1)
    assert seen == [(None, None, 0), ([0], None, 0), ([0], BILL, 0), ([0], BILL, 1)]


def test_what_is_shown_holds_neither_ids_nor_bills(playground: Playground) -> None:
    _, events = ended(playground, lambda job: Provider().carry_out(job, 1), 1)
    kinds = [type(event) for event in events if not isinstance(event, Waiting)]
    assert kinds == [Progress, Committed, Committed, Generated, Finished]


class Cramped(Store):
    """Has room for so many notes, and for no more."""

    room = 0

    def submitted(self, run_id: str, provider_ids: Mapping[str, Any]) -> None:
        if self.room == 0:
            raise StorageFull("The record could not be written: free some disk space and run it again.")
        self.room -= 1
        super().submitted(run_id, provider_ids)


@pytest.mark.parametrize(
    ("room", "orders", "status", "state"),
    [
        (0, 0, "failed", "released"),
        (1, 1, "partial", "settled"),
        (2, 1, "partial", "settled"),
        (4, 2, "finished", None),
    ],
)
def test_an_order_that_finds_no_room_for_its_ids_is_not_placed_and_an_earlier_one_comes_home(
    playground: Playground, room: int, orders: int, status: str, state: str | None
) -> None:
    store, provider = Cramped(playground.store.engine), Provider()
    store.room = room
    run, _ = ended(replace(playground, store=store), lambda job: provider.carry_out(job, 2), 2)
    assert (provider.orders, len(run.images), run.status) == (orders, orders, status)
    assert booked(playground, run)[0] == (state or "settled")
    assert (run.cost_usd, run.billed) == (orders * BILL, None if orders == 2 else "no")


class NoRoomForBills(Budget):
    """Takes no bill of a run that goes on, so many times."""

    times = 1

    def bill(self, run_id: str, known: Decimal, *, connection: Connection) -> None:
        self.times -= 1
        if self.times >= 0:
            raise StorageFull("The record is full.")
        super().bill(run_id, known, connection=connection)


def test_a_bill_that_finds_no_room_stops_nothing_and_is_settled_with_the_run(playground: Playground) -> None:
    provider = Provider()
    house = replace(playground, budget=NoRoomForBills(playground.store.engine))
    run, _ = ended(house, lambda job: provider.carry_out(job, 1), 1)
    assert (provider.orders, run.status, run.cost_usd) == (1, "finished", BILL)
    assert booked(playground, run) == ("settled", BILL)


class NoRoomForImages(ImageFiles):
    """Keeps no file."""

    def put(self, content: bytes, image_format: str) -> str:
        raise StorageFull("The image could not be kept: free some disk space and run it again.")


def test_an_image_that_finds_no_room_is_billed_all_the_same(playground: Playground) -> None:
    house = replace(playground, files=NoRoomForImages(playground.files.folder))
    run, events = ended(house, lambda job: Provider().carry_out(job, 1), 1)
    assert isinstance(events[-1], Failed)
    assert (run.status, run.billed, run.images) == ("failed", "yes", ())
    assert booked(playground, run) == ("settled", BILL)
    assert "recover the run" in (run.error or "")


@pytest.fixture
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_PAUSE_SECONDS", 0.01)


@pytest.mark.usefixtures("_short_pauses")
def test_a_record_that_is_locked_before_the_note_lets_nothing_be_ordered(playground: Playground) -> None:
    locked, provider = Locked(playground.store.engine), Provider()

    def work(job: Job) -> None:
        provider.carry_out(Before(job, 2, lambda: locked.lock(1)), 1)

    run, _ = ended(playground, work, 1)
    assert (provider.orders, run.status, run.billed, locked.refused) == (0, "failed", "no", 1)
    assert booked(playground, run)[0] == "released"


@pytest.mark.usefixtures("_short_pauses")
@pytest.mark.parametrize("call", [3, 5])
def test_a_bill_and_an_image_wait_for_a_locked_record(playground: Playground, call: int) -> None:
    locked, provider = Locked(playground.store.engine), Provider()
    run, _ = ended(playground, lambda job: provider.carry_out(Before(job, call, lambda: locked.lock(3)), 1), 1)
    assert (provider.orders, len(run.images), run.status, locked.refused) == (1, 1, "finished", 3)
    assert booked(playground, run) == ("settled", BILL)


def test_a_note_that_a_lock_keeps_off_the_disk_is_written_with_the_runs_end(playground: Playground) -> None:
    locked, provider = Locked(playground.store.engine), Provider()
    run, _ = ended(playground, lambda job: provider.carry_out(Before(job, 4, lambda: locked.lock(1)), 1), 1)
    assert (provider.orders, len(run.images), run.status) == (1, 1, "finished")
    assert run.provider_ids["found"] == 0


@pytest.mark.parametrize("after", range(1, 9))
def test_a_stop_from_another_thread_is_heard_by_the_next_question(playground: Playground, after: int) -> None:
    provider, go, stopped = Provider(), threading.Event(), threading.Event()
    late: list[int] = []

    def stop() -> None:
        go.wait(60)
        playground.live.stop(PAGE)
        stopped.set()

    class Watched(Forwarding):
        def may_order(self) -> None:
            was_stopped = stopped.is_set()
            super().may_order()
            if was_stopped:
                late.append(provider.orders)

        def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
            super().charge(cost_usd, index)
            if provider.orders == after:
                go.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    run, _ = ended(playground, lambda job: provider.carry_out(Watched(job), 8), 8)
    stopper.join(60)
    assert late == []
    assert len(run.images) == provider.orders >= after
    assert run.cost_usd == provider.orders * BILL
    assert booked(playground, run) == ("settled", provider.orders * BILL)


def test_a_bill_is_booked_though_nobody_waits_and_nothing_was_noted(playground: Playground) -> None:
    def work(job: Job) -> None:
        playground.live.stop(PAGE)
        job.charge(BILL)
        assert not is_wanted(job)
        job.tell(Queued())

    run, _ = ended(playground, work, 1)
    assert (run.status, run.cost_usd) == ("cancelled", BILL)


def test_calls_that_became_values_become_the_same_calls_again() -> None:
    heard, again = Heard(), Heard()
    heard.tell(Progress(1, 2, b"jpeg"))
    heard.note({"tasks": ["a"]})
    heard.charge(BILL, 0)
    heard.charge(None)
    heard.deliver(Generated(b"png", 7, BILL, 1, True, {"seconds": 1.5}))
    for told in pickle.loads(pickle.dumps(heard.told)):
        tell_again(told, again)
    assert again.told == heard.told
    assert [type(told) for told in again.told] == [Progress, Noted, Charged, Charged, Generated]


class Left(Heard):
    """Nobody waits from the first image on."""

    def deliver(self, image: Generated) -> None:
        super().deliver(image)
        raise Cancelled


def test_what_was_told_in_another_process_is_told_and_delivered_here_until_nobody_waits() -> None:
    def work(request: Request, listener: Listener) -> None:
        for index in range(request.count):
            listener.tell(Progress(1, 1, index=index))
            listener.deliver(Generated(b"png", 7 + index, None, index))

    here, left = Heard(), Left()
    relay(pickle.loads(pickle.dumps(list(told_by(work, asked(2))))), here)
    told = [each for each in here.told if not isinstance(each, Waiting)]
    assert [type(each) for each in told] == [Progress, Generated] * 2
    with pytest.raises(Cancelled):
        relay(told_by(work, asked(2)), left)
    assert [each.index for each in left.told if isinstance(each, Generated)] == [0]


class Full(Heard):
    """Has no room for any id."""

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        raise StorageFull("full", billed="unknown")


def test_ids_that_find_no_room_before_an_order_keep_it_from_being_placed() -> None:
    with pytest.raises(StorageFull) as caught:
        announce(Full(), {})
    assert caught.value.billed == "no"


def test_what_is_learned_of_an_order_and_finds_no_room_keeps_nothing_back() -> None:
    remember(Full(), {})
