"""Two things measured in turns, so that a noisy machine is noisy for both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]
Clock = Callable[[], float]
Cost = Callable[[], float]
_PROCESS_CLOCK = 2
"""CPUCLOCK_SCHED of Linux's `include/linux/posix-timers_types.h`."""


@dataclass(frozen=True)
class Pair:
    """Median seconds of ours and of what it is measured against."""

    ours: float
    against: float

    @property
    def ratio(self) -> float:
        """Ours in times of the other."""
        return self.ours / self.against

    @property
    def more_ms(self) -> float:
        """What ours costs on top, in milliseconds."""
        return (self.ours - self.against) * 1000


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what came out, the goal, and whether it was met."""

    what: str
    against: str
    measured: str
    goal: str
    met: bool


def side_by_side(ours: Work, against: Work, *, rounds: int = 15, clock: Clock = time.perf_counter) -> Pair:
    """Time both `rounds` times in turns, after one round that isn't counted; the order changes every round.

    `time.process_time` as the clock leaves out what other programs do on the machine meanwhile.
    """
    return in_turns(lambda: seconds(ours, clock), lambda: seconds(against, clock), rounds=rounds)


def in_turns(ours: Cost, against: Cost, *, rounds: int = 15) -> Pair:
    """Take the costs of both, in turns as `side_by_side`; a pair's seconds are whatever the costs are counted in."""
    ours(), against()
    taken: dict[str, list[float]] = {"ours": [], "against": []}
    for turn in range(rounds):
        order = [("ours", ours), ("against", against)]
        for name, cost in order if turn % 2 == 0 else reversed(order):
            taken[name].append(cost())
    return Pair(statistics.median(taken["ours"]), statistics.median(taken["against"]))


def computing(pid: int) -> Clock:
    """Return the clock of a process's computing (user and system, in seconds), by which other programs don't count.

    Linux alone: its number of another process's clock is in `clock_getcpuclockid` of its C library.
    """
    return lambda: time.clock_gettime((~pid << 3) | _PROCESS_CLOCK)


def seconds(work: Work, clock: Clock = time.perf_counter) -> float:
    """Return what one call takes, in seconds."""
    began = clock()
    work()
    return clock() - began


def at_most(pair: Pair, ratio: float) -> Row:
    """Return a row's figures where the goal is a ratio; name it with `dataclasses.replace`."""
    shown = f"{pair.ours * 1000:.1f} ms : {pair.against * 1000:.1f} ms = {pair.ratio:.2f} ×"
    return Row("", "", shown, f"≤ {ratio:g} ×", pair.ratio <= ratio)
