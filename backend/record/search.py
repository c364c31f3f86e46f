"""A search of a visitor's runs, the places between which it looks, and the select that finds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Tuple, false, literal, select, tuple_

from backend.domain.records import Run
from backend.domain.requests import Mode
from backend.record.database.search_words import Placed, board, first_number, marks, matches, row_number, split, state
from backend.record.database.search_words import table as prompts
from backend.record.database.tables import links, runs

GONE = datetime.fromtimestamp(1, UTC)
"""When a run was deleted that is in nobody's trash any more: the next clearing out takes it, with its young files."""
_LONGEST_MOMENT = 17
"""Digits of microseconds since 1970 that are no moment any more: the year 2286 is the last with fewer."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; every part narrows. `words` must all stand in the prompt, the last may be half typed.

    `board` is a board's id: it finds the runs that have a picture on it. `shared` finds those that a link shows.
    """

    words: str = ""
    mode: Mode | None = None
    backend: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    least_usd: Decimal | None = None
    most_usd: Decimal | None = None
    favourites: bool = False
    trash: bool = False
    board: str | None = None
    shared: bool = False


EVERYTHING = Search()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands in time's order, also once the run itself is gone."""

    created: datetime
    id: str

    def __str__(self) -> str:
        """Return it as a text, which `read` takes."""
        return f"{round(self.created.timestamp() * 1_000_000)}-{self.id}"

    @classmethod
    def read(cls, text: object) -> "Place | None":
        """Return the place that a text names; None where it names none."""
        moment, _, run_id = str(text)[:80].partition("-")
        if not (run_id and moment.isdecimal() and moment.isascii() and len(moment) < _LONGEST_MOMENT):
            return None
        return cls(datetime.fromtimestamp(int(moment) / 1_000_000, UTC), run_id)


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, newest first; `after` is the run to continue behind, or None at the end."""

    runs: tuple[Run, ...]
    after: str | None = None


def together(pages: Sequence[Page], limit: int) -> Page:
    """Return the newest of several visitors' first pages, as if the runs were one's."""
    if len(pages) == 1:
        return pages[0]
    found = sorted((run for page in pages for run in page.runs), key=lambda run: (run.created, run.id), reverse=True)
    more = len(found) > limit or any(page.after for page in pages)
    return Page(tuple(found[:limit]), found[:limit][-1].id if more else None)


def found_by(
    search: Search, visitor: str, dialect: str, *, before: Placed | None = None, through: Placed | None = None
) -> Select[Any]:
    """Return the select of all runs of a visitor's that a search finds, newest first.

    It looks behind one place, down to another; `dialect` is SQLAlchemy's name of the database.
    """
    words = split(search.words)
    if search.words.strip() and not words:
        return select(runs).where(false())
    # What few of many runs have is found by its mark: by time, all those before it would be passed.
    if words or search.favourites or search.trash or search.board:
        query = _by_words(search, visitor, dialect, words)
        for compare, number in _row_numbers(search, before, through):
            query = query.where(compare(number))
    else:
        query = by_time(before)
    if through is not None:
        query = query.where(tuple_(runs.c.created, runs.c.id) >= _at(through))
    return query.where(runs.c.visitor == visitor, *_conditions(search))


def _by_words(search: Search, visitor: str, dialect: str, words: list[str]) -> Select[Any]:
    marked = marks(visitor, search.mode, search.backend)
    marked += [state("favourite", visitor)] * search.favourites + [state("deleted", visitor)] * search.trash
    marked += [board(search.board)] if search.board else []
    found = matches(dialect, words, marked)
    query = select(runs).select_from(prompts).join(runs, runs.c.id == prompts.c.run_id).where(found)
    return query.order_by(prompts.c.rowid.desc())


def by_time(before: Placed | None = None) -> Select[Any]:
    """Return the select of all runs, newest first: of those behind a place, where one is given."""
    query = select(runs)
    if before is not None:
        query = query.where(tuple_(runs.c.created, runs.c.id) < _at(before))
    return query.order_by(runs.c.created.desc(), runs.c.id.desc())


def _at(place: Placed) -> Tuple:
    return tuple_(literal(place.created, runs.c.created.type), literal(place.id))


def _row_numbers(
    search: Search, before: Placed | None, through: Placed | None
) -> list[tuple[Callable[[int], ColumnElement[bool]], int]]:
    """Return within which rows the index of words has to look: time bounds them, since it lies in time's order."""
    number = prompts.c.rowid
    asked: tuple[tuple[Callable[[int], ColumnElement[bool]], int | None], ...] = (
        (number.__ge__, first_number(search.since) if search.since else None),
        (number.__lt__, first_number(search.until) if search.until else None),
        (number.__lt__, row_number(before) if before else None),
        (number.__ge__, first_number(through.created) if through else None),
    )
    return [(compare, value) for compare, value in asked if value is not None]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    asked: tuple[tuple[Callable[[Any], ColumnElement[bool]], Any], ...] = (
        (runs.c.mode.__eq__, search.mode),
        (runs.c.backend.__eq__, search.backend),
        (runs.c.created.__ge__, search.since),
        (runs.c.created.__lt__, search.until),
        (runs.c.cost_usd.__ge__, search.least_usd),
        (runs.c.cost_usd.__le__, search.most_usd),
    )
    conditions = [compare(value) for compare, value in asked if value is not None]
    conditions.append(runs.c.deleted > GONE if search.trash else runs.c.deleted.is_(None))
    if search.shared:
        conditions.append(runs.c.id.in_(select(links.c.run_id)))
    return conditions
