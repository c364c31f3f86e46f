import threading
from collections.abc import Callable

import pytest

from backend.adapters.local.machine.device_queue import DeviceQueue
from backend.domain.errors import Cancelled
from backend.domain.events import Event, Queued


def until(true: Callable[[], bool]) -> None:
    waited = threading.Event()
    while not true():
        waited.wait(0.005)


def test_the_device_is_given_in_the_order_of_coming() -> None:
    queue, order, threads = DeviceQueue(), [], []

    def take(name: int) -> None:
        with queue.turn(lambda _: None):
            order.append(name)

    with queue.turn(lambda _: None):
        for name in range(8):
            threads.append(threading.Thread(target=take, args=(name,)))
            threads[-1].start()
            until(lambda behind=name + 2: len(queue) == behind)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_who_waits_hears_how_many_are_ahead() -> None:
    queue, heard = DeviceQueue(), list[Event]()

    def take() -> None:
        with queue.turn(heard.append):
            pass

    with queue.turn(heard.append):
        thread = threading.Thread(target=take)
        thread.start()
        until(lambda: bool(heard))
    thread.join()
    assert heard[0] == Queued(1)


def test_who_leaves_the_line_holds_nobody_up() -> None:
    queue = DeviceQueue()

    def leave(event: Event) -> None:
        raise Cancelled

    with queue.turn(lambda _: None):
        with pytest.raises(Cancelled), queue.turn(leave):
            pytest.fail("the device was given twice")
        assert len(queue) == 1
    with queue.turn(leave):
        assert len(queue) == 1


def test_a_drawing_that_breaks_gives_the_device_back() -> None:
    queue = DeviceQueue()
    with pytest.raises(ValueError, match="broken"), queue.turn(lambda _: None):
        raise ValueError("broken")
    assert len(queue) == 0
