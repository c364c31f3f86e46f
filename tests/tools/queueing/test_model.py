import math

import pytest

from tools.queueing.__main__ import least_devices, load_of
from tools.queueing.model import Load, simulate
from tools.queueing.theory import mean_wait, waiting_part


@pytest.mark.parametrize(("offered", "devices"), [(0.7, 1), (1.6, 2), (6.4, 8), (27.0, 30)])
def test_where_its_assumptions_hold_the_simulation_meets_the_theory(offered: float, devices: int) -> None:
    load = Load(visits_a_second=offered / 3, images=1, draw_seconds=3, spread=None)
    seen = simulate(load, devices, seconds=150_000 / load.visits_a_second, seed=1)
    waited = sum(wait > 0 for wait in seen.waits) / len(seen.waits)
    assert waited == pytest.approx(waiting_part(offered, devices), rel=0.05)
    assert seen.mean == pytest.approx(mean_wait(offered, devices, 3), rel=0.1)


def test_the_textbook_values_of_erlangs_formula() -> None:
    assert waiting_part(0.5, 1) == pytest.approx(0.5)  # M/M/1 waits with the probability that it is busy
    assert waiting_part(1.0, 2) == pytest.approx(1 / 3)
    assert mean_wait(0.5, 1, 2.0) == pytest.approx(2.0)


def test_an_image_takes_as_long_on_average_as_it_is_said_to() -> None:
    load = Load(visits_a_second=0.1, images=1, draw_seconds=3, spread=0.5)
    seen = simulate(load, 10, seconds=200_000, seed=1)
    assert seen.busy_seconds / len(seen.waits) == pytest.approx(3, rel=0.02)


def test_a_full_line_turns_visitors_away_and_bounds_the_wait() -> None:
    load = Load(visits_a_second=1, images=1, draw_seconds=3, spread=None)
    seen = simulate(load, 2, seconds=20_000, seed=1, waiting=4)
    assert seen.refused_part == pytest.approx(0.360, abs=0.02)  # M/M/2 with 4 places to wait
    assert seen.percentile(0.5) < 4 * 3 / 2 + 3


def test_a_seed_gives_the_same_result() -> None:
    load = Load(visits_a_second=0.5)
    assert simulate(load, 20, seconds=2_000, seed=7).waits == simulate(load, 20, seconds=2_000, seed=7).waits


def test_the_devices_that_are_proposed_keep_the_wait_and_one_less_does_not() -> None:
    load = load_of(1_000, draw_seconds=3)
    devices = least_devices(load)
    assert devices >= math.ceil(load.offered)
    enough, less = (simulate(load, count, seconds=50_000, seed=2).percentile(0.95) for count in (devices, devices - 1))
    assert enough <= 5 < less
