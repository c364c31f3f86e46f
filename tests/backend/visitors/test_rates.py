import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import TooManyRequests
from backend.visitors.rates import MOST_BUCKETS, Rate, Rates


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_as_many_as_time_brings() -> None:
    clock = Clock()
    rates = Rates(clock)
    rate = Rate(3, seconds=60)
    for _ in range(3):
        rates.take("runs", rate, "ann")
    with pytest.raises(TooManyRequests, match="Too many runs in a short time: try again in 2") as refusal:
        rates.take("runs", rate, "ann")
    assert refusal.value.wait_seconds == 20
    clock.now = 20
    rates.take("runs", rate, "ann")
    with pytest.raises(TooManyRequests):
        rates.take("runs", rate, "ann")


def test_one_visitor_and_one_kind_never_use_up_anothers() -> None:
    rates = Rates()
    rate = Rate(1, seconds=60)
    rates.take("runs", rate, "ann")
    rates.take("runs", rate, "bob")
    rates.take("uploads", rate, "ann")


def test_a_new_name_from_the_same_address_gains_nothing() -> None:
    rates = Rates()
    rates.take("runs", Rate(1, seconds=60), "ann", "home")
    with pytest.raises(TooManyRequests):
        rates.take("runs", Rate(1, seconds=60), "ann again", "home")


def test_a_refusal_takes_nothing_from_anybody() -> None:
    rates = Rates()
    rate = Rate(2, seconds=60)
    rates.take("runs", rate, "home", amount=2)
    with pytest.raises(TooManyRequests):
        rates.take("runs", rate, "ann", "home")
    rates.take("runs", rate, "ann", amount=2)


def test_memory_is_bounded() -> None:
    rates = Rates()
    for number in range(MOST_BUCKETS + 100):
        rates.take("runs", Rate(1, seconds=60), str(number))
    assert len(rates._buckets) == MOST_BUCKETS


def test_threads_together_get_no_more_than_one_would() -> None:
    rates, passed = Rates(Clock()), []
    start = threading.Barrier(20)

    def ask() -> None:
        start.wait()
        try:
            rates.take("runs", Rate(7, seconds=60), "ann")
            passed.append(True)
        except TooManyRequests:
            pass

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 7


@given(steps=st.lists(st.floats(0, 30), max_size=60))
def test_in_any_stretch_of_time_no_more_pass_than_the_rate_says(steps: list[float]) -> None:
    clock = Clock()
    rates, passed = Rates(clock), 0
    for step in steps:
        clock.now += step
        try:
            rates.take("runs", Rate(5, seconds=60), "ann")
            passed += 1
        except TooManyRequests:
            pass
    assert passed <= 5 + clock.now * 5 / 60 + 1e-9
