"""A grid before it runs: every cell's request, checked, and the price of the whole."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from pydantic import ValidationError

from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import (
    InvalidRequest,
    NotReady,
    OverBudget,
    PlaygroundError,
    Problem,
    TooManyRequests,
    from_validation,
)
from backend.domain.events import Event, Stopped
from backend.domain.parts import RANDOM_SEED
from backend.domain.requests import Request, parse_request
from backend.experiments.axes import BACKEND, PROMPT_WORDS, SIZE, Axis, sides
from backend.generation.generate import DRAWN_SEEDS, generate
from backend.generation.prepared import Asked
from backend.generation.pricing import estimate_of, total
from backend.playground import Playground
from backend.prompts.grammar import escaped
from backend.prompts.variables import PROMPTS
from backend.prompts.wording import PLAIN, Wording
from backend.threads.merge import merge

MOST_CELLS = 100
AT_ONCE = 2
"""Runs beside each other."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of the grid: where it stands on each axis (from 0), and what makes it."""

    place: tuple[int, ...]
    backend: str
    request: Request
    estimate: Estimate

    @property
    def key(self) -> str:
        """Return the cell's name in the stream of events, such as `2-0`."""
        return "-".join(map(str, self.place))


@dataclass(frozen=True, slots=True)
class Plan:
    """All cells in reading order (the first axis runs across, the second down, the third by sheet)."""

    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]

    @property
    def price(self) -> Estimate:
        """Return what the whole may cost; None where a cell's price is unknown."""
        return total([cell.estimate for cell in self.cells])


def plan(
    playground: Playground,
    caller: Caller,
    backend: str,
    request: Request,
    axes: Sequence[Axis],
    wording: Wording = PLAIN,
) -> Plan:
    """Return the grid of a request along one to three axes; raise `InvalidRequest` naming the first cell that can't be.

    A seed that isn't given is drawn once, so that all cells share it unless an axis varies it. Styles go around the
    prompt of each cell, and choices in it are drawn from the cell's seed.
    """
    if not 1 <= len(axes) <= 3 or len({axis.field for axis in axes}) != len(axes):
        raise InvalidRequest([Problem("axes", "must be one to three, each of another field.")])
    number = 1
    for axis in axes:
        number *= len(axis.values)
    if number > MOST_CELLS:
        raise InvalidRequest([Problem("axes", f"make {number} images; the most is {MOST_CELLS}. Take values out.")])
    shared = {"count": 1} | ({"seed": secrets.randbelow(DRAWN_SEEDS)} if request.seed == RANDOM_SEED else {})
    base = request.model_copy(update=shared)
    places = product(*(range(len(axis.values)) for axis in reversed(axes)))
    asked = Asked(playground.choose(backend), base, wording)
    cells = [_cell(playground, caller, asked, axes, tuple(reversed(place))) for place in places]
    return Plan(tuple(axes), tuple(cells))


def run(
    playground: Playground, caller: Caller, planned: Plan, *, at_once: int = AT_ONCE
) -> Iterator[tuple[str, Event]]:
    """Run the cells in order, some at once, and yield each event with its cell's key; close it to stop the rest.

    Each waits for its turn where too many runs have begun. Once one is refused, for a cap or a key, so are the rest.
    """
    running = _Running(playground, caller)
    starts = {cell.key: partial(running.cell, cell) for cell in planned.cells}
    return merge(starts, at_once=at_once)


@dataclass(slots=True)
class _Running:
    playground: Playground
    caller: Caller
    refused: bool = False

    def cell(self, cell: Cell) -> Iterator[Event]:
        """Run a cell; one that comes behind a refusal is not begun."""
        if self.refused:
            yield Stopped(0)
            return
        try:
            yield from generate(self.playground, self.caller, cell.backend, cell.request, patient=True)
        except (OverBudget, NotReady, TooManyRequests):
            self.refused = True
            raise


def _cell(playground: Playground, caller: Caller, asked: Asked, axes: Sequence[Axis], place: tuple[int, ...]) -> Cell:
    values, name = asked.request.model_dump(), asked.backend.name
    words: list[tuple[str, str]] = []
    for axis, index in zip(axes, place, strict=True):
        value = axis.values[index]
        if axis.field == BACKEND:
            name, values["options"] = value, {}
        elif axis.field == SIZE:
            values["width"], values["height"] = sides(value)
        elif axis.field == PROMPT_WORDS:
            words.append((axis.values[0], value))
        elif axis.field in PROMPTS:
            values[axis.field] = escaped(value)  # Its own choices were drawn when the axis was read.
        else:
            values[axis.field] = value
    for looked_for, value in words:
        values["prompt"] = _replaced(values["prompt"], looked_for, value)
    backend = playground.choose(name)
    try:
        if values["seed"] in (RANDOM_SEED, str(RANDOM_SEED)):
            values["seed"] = secrets.randbelow(DRAWN_SEEDS)
        (request,) = Asked(backend, parse_request(values), asked.wording).drawn().requests
        backend.capabilities.check(request)
        return Cell(place, backend.name, request, estimate_of(playground, caller, backend, request))
    except ValidationError as error:
        raise _at(axes, place, from_validation(error)) from error
    except PlaygroundError as error:
        raise _at(axes, place, error) from error


def _replaced(prompt: str, looked_for: str, value: str) -> str:
    if looked_for not in prompt:
        raise InvalidRequest([Problem(PROMPT_WORDS, f"begin with {looked_for[:60]!r}, which isn't in the prompt.")])
    return prompt.replace(looked_for, value)


def _at(axes: Sequence[Axis], place: tuple[int, ...], error: PlaygroundError) -> InvalidRequest:
    where = ", ".join(axis.label(index)[:60] for axis, index in zip(axes, place, strict=True))
    return InvalidRequest([Problem("grid", f"can't make the cell of {where}: {error}")])
