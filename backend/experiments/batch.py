"""A prompt a line, or a picture: runs for each of them, checked and priced as a whole before the first begins."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from pydantic import ValidationError

from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import BadImage, InvalidRequest, NotFound, PlaygroundError, Problem, from_validation
from backend.domain.events import Event
from backend.domain.records import CostKind, Run
from backend.domain.requests import parse_request
from backend.experiments.grid import Cell, Plan
from backend.experiments.grid import run as run_cells
from backend.generation.prepared import Asked, Prepared
from backend.generation.pricing import estimate_of, total
from backend.playground import Playground
from backend.prompts.variables import fill_request

MOST_LINES = 200
MOST_BYTES = 131_072
"""Of a file of prompts."""


@dataclass(frozen=True, slots=True)
class Line:
    """A prompt, and the number of its line, from 1; or of a picture, whose file's name `name` is."""

    number: int
    prompt: str
    name: str = ""

    @property
    def label(self) -> str:
        """Return what it is called: by its picture where it has one, since many may share a prompt."""
        return self.name or self.prompt


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line becomes: a run, or one an image where it holds choices; or why it can't be any."""

    line: Line
    cells: tuple[Cell, ...] = ()
    error: PlaygroundError | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """All lines in their order."""

    entries: tuple[Entry, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Return every run, in the order in which they go."""
        return tuple(cell for entry in self.entries for cell in entry.cells)

    @property
    def price(self) -> Estimate:
        """Return what the whole may cost."""
        return total([cell.estimate for cell in self.cells])

    @property
    def images(self) -> int:
        """Return how many images are drawn if all goes well."""
        return sum(cell.request.count for cell in self.cells)


def read_lines(text: str) -> tuple[Line, ...]:
    """Read prompts, one a line; blank lines and those that begin with `#` are none.

    Raises `InvalidRequest` for none, for too many, and for a text above `MOST_BYTES` (UTF-8).
    """
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        raise InvalidRequest([Problem("lines", f"have {size} bytes; at most {MOST_BYTES} are read. Split the file.")])
    rows = enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
    lines = [Line(number, row.strip()) for number, row in rows if row.strip() and not row.lstrip().startswith("#")]
    if not lines:
        raise InvalidRequest([Problem("lines", "have no prompt; write one a line. Lines with # are notes.")])
    if len(lines) > MOST_LINES:
        message = f"have {len(lines)} prompts; at most {MOST_LINES} run in one go. Split the file."
        raise InvalidRequest([Problem("lines", message)])
    return tuple(lines)


def plan_batch(
    playground: Playground, caller: Caller, asked: Asked, lines: Sequence[Line], values: Mapping[str, str]
) -> Batch:
    """Return what the lines become with everything else as it was asked, their variables filled from `values`.

    A given seed is that of every line; else each line draws one. A line that can't be run says why in its entry; raises
    a `PlaygroundError` where none can.
    """

    def prepared(line: Line) -> Prepared:
        written = parse_request({**asked.request.model_dump(), "prompt": line.prompt})
        return replace(asked, request=fill_request(written, values)).prepared(caller)

    return plan(playground, caller, [(line, partial(prepared, line)) for line in lines])


def plan(playground: Playground, caller: Caller, presses: Sequence[tuple[Line, Callable[[], Prepared]]]) -> Batch:
    """Return what each line becomes by what prepares it; raises as `plan_batch`, `InvalidRequest` for too many."""
    if len(presses) > MOST_LINES:
        message = f"are {len(presses)} in all; at most {MOST_LINES} run in one go. Take fewer."
        raise InvalidRequest([Problem("lines", message)])
    batch = Batch(tuple(_entry(playground, caller, line, prepare) for line, prepare in presses))
    wrong = [entry.error for entry in batch.entries if entry.error]
    if len(wrong) == len(batch.entries):
        raise wrong[0]
    return batch


def run_batch(playground: Playground, caller: Caller, batch: Batch) -> Iterator[tuple[str, Event]]:
    """Run one after the other and yield each event with its cell's key; close it to stop the rest.

    A run that fails leaves the others be; behind a refusal for a cap, a rate or a key, no further one begins.
    """
    return run_cells(playground, caller, Plan((), batch.cells), at_once=1)


def _entry(playground: Playground, caller: Caller, line: Line, prepare: Callable[[], Prepared]) -> Entry:
    try:
        prepared = prepare()
        backend = prepared.backend
        cells = [
            Cell((line.number, index), backend.name, each, estimate_of(playground, caller, backend, each))
            for index, each in enumerate(prepared.requests)
        ]
        return Entry(line, tuple(cells))
    except ValidationError as error:
        return Entry(line, error=from_validation(error))
    except (InvalidRequest, BadImage, NotFound) as error:
        return Entry(line, error=error)


def paid(runs: Sequence[Run], kind: CostKind) -> Decimal:
    """Return what the runs whose costs are of this kind came to, in USD."""
    return sum((run.cost_usd for run in runs if run.cost_kind == kind and run.cost_usd is not None), Decimal(0))


def unknown_costs(runs: Sequence[Run]) -> int:
    """Return of how many runs nobody knows what they cost."""
    return sum(run.cost_kind == "unknown" or (run.cost_usd is None and run.cost_kind != "free") for run in runs)
