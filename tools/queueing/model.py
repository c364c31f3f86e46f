"""The line before the devices: visitors come, ask for images one after another, and look at each before the next."""

import math
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

WARM_VISITS = 5
"""The visits, one after another, that fill the empty world before anything counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Who comes and what they ask for.

    `visits_a_second` come (Poisson), each asking for `images` (geometric, this many on average), looking at each for
    `look_seconds` (exponential). An image takes `draw_seconds`: log-normal with the coefficient of variation `spread`,
    or exponential where that is None.
    """

    visits_a_second: float
    images: float = 10.0
    look_seconds: float = 60.0
    draw_seconds: float = 3.0
    spread: float | None = 0.5

    @property
    def offered(self) -> float:
        """Return the devices that are busy on average, as long as nobody is turned away."""
        return self.visits_a_second * self.images * self.draw_seconds

    @property
    def visit_seconds(self) -> float:
        """Return how long a visit takes on average, as long as nothing waits."""
        return self.images * (self.look_seconds + self.draw_seconds)


@dataclass(slots=True)
class Seen:
    """What a simulated time showed: the seconds that each image waited, how many were refused, and device seconds."""

    waits: list[float] = field(default_factory=list)
    refused: int = 0
    busy_seconds: float = 0.0
    most_runs: int = 0

    @property
    def mean(self) -> float:
        """Return the mean wait in seconds."""
        return sum(self.waits) / len(self.waits)

    def percentile(self, part: float) -> float:
        """Return the wait in seconds that this part (0 to 1) of the images stayed under."""
        return sorted(self.waits)[min(int(part * len(self.waits)), len(self.waits) - 1)]

    @property
    def refused_part(self) -> float:
        """Return the part of what was asked for that was turned away."""
        return self.refused / (self.refused + len(self.waits))


def simulate(load: Load, devices: int, *, seconds: float, seed: int, waiting: float = math.inf) -> Seen:
    """Simulate so many seconds on so many devices, once the first visits are long over; `waiting` is the line's limit.

    The same seed gives the same result.
    """
    warm = max(seconds / 10, WARM_VISITS * load.visit_seconds)
    model = _Model(load, devices, waiting, warm_until=warm, dice=random.Random(seed))
    model.world.process(model.arrivals())
    model.world.run(until=warm + seconds)
    return model.seen


class _Model:
    def __init__(self, load: Load, devices: int, waiting: float, *, warm_until: float, dice: random.Random) -> None:
        self.load, self.waiting, self.warm_until, self.dice = load, waiting, warm_until, dice
        self.world = simpy.Environment()
        self.devices = simpy.Resource(self.world, capacity=devices)
        self.seen = Seen()

    def arrivals(self) -> Generator[Any, Any, None]:
        while True:
            yield self.world.timeout(self.dice.expovariate(self.load.visits_a_second))
            self.world.process(self._visit())

    def _visit(self) -> Generator[Any, Any, None]:
        while True:
            yield from self._image()
            if self.dice.random() < 1 / self.load.images:
                return
            yield self.world.timeout(self.dice.expovariate(1 / self.load.look_seconds))

    def _image(self) -> Generator[Any, Any, None]:
        asked, counted = self.world.now, self.world.now >= self.warm_until
        if self.devices.count == self.devices.capacity and len(self.devices.queue) >= self.waiting:
            self.seen.refused += counted
            return
        with self.devices.request() as turn:
            runs = self.devices.count + len(self.devices.queue)
            self.seen.most_runs = max(self.seen.most_runs, runs)
            yield turn
            if counted:
                self.seen.waits.append(self.world.now - asked)
            seconds = self._draw_seconds()
            yield self.world.timeout(seconds)
            self.seen.busy_seconds += seconds * counted

    def _draw_seconds(self) -> float:
        mean, spread = self.load.draw_seconds, self.load.spread
        if spread is None:
            return self.dice.expovariate(1 / mean)
        sigma = math.sqrt(math.log(1 + spread**2))
        return self.dice.lognormvariate(math.log(mean) - sigma**2 / 2, sigma)
