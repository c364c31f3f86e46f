import os
from itertools import islice

import pytest

from tools.tiny_model.training.ahead import POLITE, steps


def squared(step: int) -> tuple[int, int, int]:
    """Return a step's data, the process that made it and its niceness."""
    return step * step, os.getpid(), os.nice(0)


@pytest.mark.parametrize("workers", [0, 2])
def test_steps_come_in_order_from_the_first_on(workers: int) -> None:
    made = list(islice(steps(squared, first=3, workers=workers), 6))
    assert [value for value, _, _ in made] == [9, 16, 25, 36, 49, 64]
    makers = {process for _, process, _ in made}
    assert makers == {os.getpid()} if not workers else os.getpid() not in makers


def test_those_who_draw_ahead_give_way() -> None:
    ((_, _, niceness),) = islice(steps(squared, first=0, workers=1), 1)
    assert niceness == min(19, os.nice(0) + POLITE)
