import contextvars
import threading
import time

import pytest

from backend.errors import Cancelled, PlaygroundError
from backend.events import Emit, Event, Failed, Progress, Waiting
from backend.stream import stream

END = Failed(PlaygroundError("the end"))


def test_events_come_in_order_and_the_last_one_ends_it() -> None:
    def work(emit: Emit) -> Event:
        for step in range(3):
            emit(Progress(step, 3))
        return END

    assert list(stream(work)) == [Progress(0, 3), Progress(1, 3), Progress(2, 3), END]


def test_it_ticks_while_nothing_happens() -> None:
    def work(emit: Emit) -> Event:
        time.sleep(0.25)
        return END

    *ticks, last = stream(work, tick=0.05)
    assert last is END
    assert len(ticks) >= 3
    assert all(isinstance(tick, Waiting) for tick in ticks)


def test_leaving_makes_emit_raise_in_the_worker_and_does_not_wait_for_it() -> None:
    stopped, go = threading.Event(), threading.Event()

    def work(emit: Emit) -> Event:
        emit(Progress(1, 2))
        go.wait(5)
        try:
            emit(Progress(2, 2))
        except Cancelled:
            stopped.set()
            raise
        return END

    events = stream(work)
    next(events)
    began = time.monotonic()
    events.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 0.2
    go.set()
    assert stopped.wait(5)


def test_a_breakdown_is_told_without_its_text() -> None:
    def work(emit: Emit) -> Event:
        raise RuntimeError("secret")

    (event,) = stream(work)
    assert isinstance(event, Failed)
    assert "secret" not in str(event.error)


def test_context_variables_follow_into_the_worker() -> None:
    visitor = contextvars.ContextVar("visitor", default="nobody")
    visitor.set("somebody")
    seen: list[str] = []

    def work(emit: Emit) -> Event:
        seen.append(visitor.get())
        return END

    list(stream(work))
    assert seen == ["somebody"]


@pytest.mark.parametrize("count", [50])
def test_many_streams_run_side_by_side(count: int) -> None:
    together = threading.Barrier(count, timeout=20)

    def work(emit: Emit) -> Event:
        together.wait()
        return END

    open_streams = [stream(work) for _ in range(count)]
    threads = [threading.Thread(target=list, args=(each,)) for each in open_streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not together.broken
