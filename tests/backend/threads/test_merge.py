import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from backend.domain.errors import GenerationFailed
from backend.domain.events import Event, Failed, Queued
from backend.threads.merge import merge


def counted(number: int) -> Iterator[Event]:
    for ahead in range(number):
        yield Queued(ahead)


def test_every_event_of_every_stream_comes_in_its_order() -> None:
    starts = {name: partial(counted, 5) for name in "abc"}
    seen: dict[str, list[Event]] = {"a": [], "b": [], "c": []}
    for name, event in merge(starts, at_once=2):
        seen[name].append(event)
    assert all(events == [Queued(ahead) for ahead in range(5)] for events in seen.values())


def test_never_more_than_asked_run_at_once() -> None:
    lock, running, most, two = threading.Lock(), 0, 0, threading.Barrier(2, timeout=60)

    def busy() -> Iterator[Event]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        yield Queued(0)
        two.wait()  # until another runs beside it
        time.sleep(0.02)  # for a third
        with lock:
            running -= 1

    list(merge({str(number): busy for number in range(6)}, at_once=2))
    assert most == 2


def test_a_stream_that_cannot_start_fails_alone() -> None:
    def refused() -> Iterator[Event]:
        raise GenerationFailed("no")
        yield Queued(0)

    starts: dict[str, Callable[[], Iterator[Event]]] = {"bad": refused, "good": partial(counted, 1)}
    events = dict(merge(starts, at_once=1))
    assert isinstance(events["bad"], Failed)
    assert events["good"] == Queued(0)


def test_closing_it_closes_what_runs_and_starts_nothing_more() -> None:
    closed, started = threading.Event(), []

    def endless(name: str) -> Iterator[Event]:
        started.append(name)
        try:
            while True:
                yield Queued(0)
                time.sleep(0.001)
        finally:
            closed.set()

    merged = merge({name: partial(endless, name) for name in "abc"}, at_once=1)
    next(merged)
    merged.close()  # type: ignore[attr-defined]
    assert closed.wait(60)
    assert started == ["a"]


def test_nothing_to_run_ends_at_once() -> None:
    with pytest.raises(StopIteration):
        next(merge({}, at_once=1))
