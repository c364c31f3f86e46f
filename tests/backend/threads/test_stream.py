import contextvars
import threading
import time

import pytest

from backend.domain.errors import Cancelled, PlaygroundError
from backend.domain.events import Committed, Event, Failed, Progress, Stopped, Waiting
from backend.threads.stream import Audience, Stream

END = Failed(PlaygroundError("the end"))


def test_events_come_in_order_and_the_last_one_ends_it() -> None:
    def work(audience: Audience) -> Event:
        for step in range(3):
            audience.tell(Progress(step, 3))
        return END

    assert list(Stream(work).watch()) == [Progress(0, 3), Progress(1, 3), Progress(2, 3), END]


def test_it_ticks_while_nothing_happens() -> None:
    go = threading.Event()

    def work(audience: Audience) -> Event:
        go.wait(60)
        return END

    events = Stream(work).watch(tick=0.05)
    assert all(isinstance(next(events), Waiting) for _ in range(3))
    go.set()
    *ticks, last = events
    assert last is END
    assert all(isinstance(tick, Waiting) for tick in ticks)


def test_leaving_makes_telling_raise_in_the_worker_and_does_not_wait_for_it() -> None:
    stopped, go = threading.Event(), threading.Event()

    def work(audience: Audience) -> Event:
        audience.tell(Progress(1, 2))
        go.wait(60)
        try:
            audience.tell(Progress(2, 2))
        except Cancelled:
            stopped.set()
            raise
        return END

    events = Stream(work).watch()
    next(events)
    began = time.monotonic()
    events.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 30, "the worker is let go on only now"
    go.set()
    assert stopped.wait(60)


def test_a_breakdown_is_told_without_its_text() -> None:
    def work(audience: Audience) -> Event:
        raise RuntimeError("secret")

    (event,) = Stream(work).watch()
    assert isinstance(event, Failed)
    assert "secret" not in str(event.error)


def test_context_variables_follow_into_the_worker() -> None:
    visitor = contextvars.ContextVar("visitor", default="nobody")
    visitor.set("somebody")
    seen: list[str] = []

    def work(audience: Audience) -> Event:
        seen.append(visitor.get())
        return END

    list(Stream(work).watch())
    assert seen == ["somebody"]


@pytest.mark.parametrize("count", [50])
def test_many_streams_run_side_by_side(count: int) -> None:
    together = threading.Barrier(count, timeout=60)

    def work(audience: Audience) -> Event:
        together.wait()
        return END

    open_streams = [Stream(work).watch() for _ in range(count)]
    threads = [threading.Thread(target=list, args=(each,)) for each in open_streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not together.broken


class Steps:
    """Work that goes on a step at a time, as the test says."""

    def __init__(self, first: Event | None = None) -> None:
        self.first = first
        self.go = threading.Semaphore(0)
        self.cancelled = threading.Event()

    def __call__(self, audience: Audience) -> Event:
        try:
            if self.first:
                audience.tell(self.first)
            for step in range(1, 4):
                self.go.acquire(timeout=60)
                audience.tell(Progress(step, 3))
        except Cancelled:
            self.cancelled.set()
            raise
        return END


def test_who_comes_late_hears_in_short_what_was_and_then_the_rest() -> None:
    steps = Steps(Committed())
    stream = Stream(steps)
    early = stream.watch()
    for _ in range(2):
        steps.go.release()
    assert [next(early) for _ in range(3)][-1] == Progress(2, 3)
    late = stream.watch()
    assert [next(late), next(late)] == [Committed(), Progress(2, 3)]
    steps.go.release()
    assert list(early) == list(late) == [Progress(3, 3), END]


def left_behind(steps: Steps, *, linger: float) -> Stream:
    stream = Stream(steps)
    steps.go.release()
    first = stream.watch(linger=linger)
    next(first)
    first.close()  # type: ignore[attr-defined]
    return stream


def test_it_lingers_for_a_watcher_who_comes_back() -> None:
    steps = Steps()
    stream = left_behind(steps, linger=60)
    steps.go.release()
    steps.go.release()
    assert list(stream.watch())[-1] == END
    assert not steps.cancelled.is_set()


def test_it_ends_once_nobody_came_back_in_time() -> None:
    left = threading.Event()

    def work(audience: Audience) -> Event:
        try:
            while True:
                audience.tell(Progress(1, 2))
                time.sleep(0.01)
        except Cancelled:
            left.set()
            raise

    stream = Stream(work)
    watching = stream.watch(linger=0.05)
    next(watching)
    watching.close()  # type: ignore[attr-defined]
    assert left.wait(60)
    assert isinstance(list(stream.watch())[-1], Stopped)


def test_a_watcher_who_leaves_takes_nothing_from_another() -> None:
    steps = Steps()
    stream = Stream(steps)
    staying, leaving = stream.watch(), stream.watch()
    steps.go.release()
    assert next(staying) == next(leaving) == Progress(1, 3)
    leaving.close()  # type: ignore[attr-defined]
    steps.go.release()
    steps.go.release()
    assert list(staying)[-1] == END


def test_stop_ends_it_for_all_who_watch_at_once() -> None:
    steps = Steps()
    stream = Stream(steps)
    watchers = [stream.watch() for _ in range(2)]
    steps.go.release()
    for watcher in watchers:
        next(watcher)
    stream.stop()
    assert all(isinstance(last, Stopped) for watcher in watchers for last in watcher)
    steps.go.release()
    assert steps.cancelled.wait(60)


def test_each_leaving_gives_its_own_time_to_come_back() -> None:
    steps, ended = Steps(), threading.Event()
    stream = Stream(steps, ended=ended.set)
    for step, linger in ((1, 0.05), (2, 60.0)):
        watching = stream.watch(linger=linger)
        steps.go.release()
        while next(watching) != Progress(step, 3):
            pass
        watching.close()  # type: ignore[attr-defined]
    time.sleep(0.3)  # The first leaving's time is over by now, the second one's is not.
    steps.go.release()
    assert ended.wait(60)
    assert not steps.cancelled.is_set()
    assert list(stream.watch())[-1] == END


def test_a_watcher_who_comes_late_does_not_undo_a_stop() -> None:
    ended = threading.Event()

    def work(audience: Audience) -> Event:
        try:
            while True:
                time.sleep(0.01)
                audience.tell(Progress(1, 2))
        finally:
            ended.set()

    stream = Stream(work, run_id="one")
    watching = stream.watch()
    next(watching)
    stream.stop()
    late = list(stream.watch())
    assert late == [Stopped(late[-1].seconds, "one")]  # type: ignore[union-attr]
    assert ended.wait(60)
