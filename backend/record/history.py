"""The record as a visitor looks at it: search and page, favourites, the trash."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Tuple,
    delete,
    false,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from backend.domain.errors import NotFound
from backend.domain.records import ASKED_ONCE, READY, Run
from backend.domain.requests import Mode
from backend.images.storage.files import ImageFiles
from backend.record.database.engine import exclusively
from backend.record.database.search_words import (
    Placed,
    board,
    first_number,
    marks,
    matches,
    note_state,
    row_number,
    split,
    state,
)
from backend.record.database.search_words import table as prompts
from backend.record.database.tables import book, favourites, images, links, runs, stored
from backend.record.store import Store
from backend.record.trash import empty, let_boards_go, let_words_go

KEPT_IN_TRASH = timedelta(days=7)
GONE = datetime.fromtimestamp(1, UTC)
"""When a run was deleted that is in nobody's trash any more: the next clearing out takes it, with its young files."""
MOST_RECOVERABLE = 20
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


@dataclass(frozen=True, slots=True)
class Storage:
    """What a visitor's runs amount to, the trash included: how many, their images, and bytes on disk."""

    runs: int
    images: int
    bytes: int

    def __add__(self, other: "Storage") -> "Storage":
        """Return what two amount to together."""
        return Storage(self.runs + other.runs, self.images + other.images, self.bytes + other.bytes)


class History:
    """One visitor's view of the record; nothing of another's is ever found, changed or deleted."""

    def __init__(self, store: Store, files: ImageFiles) -> None:
        self.store = store
        self.files = files

    def page(self, visitor: str, search: Search = EVERYTHING, *, limit: int = 24, after: str | None = None) -> Page:
        """Return the next runs that the search finds; `after` is the id of the last run of the page before."""
        before = self.store.run(after, visitor) if after else None
        found = self.store.read(self.query(visitor, search, before).limit(limit + 1))
        return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)

    def leaf(
        self, visitor: str, search: Search, *, limit: int, before: Place | None = None, through: Place | None = None
    ) -> Page:
        """Return the runs that the search finds behind one place, and with `through` down to another, at most `limit`.

        Neither has to have a run still: what was deleted meanwhile moves nothing.
        """
        found = self.store.read(self.query(visitor, search, before, through).limit(limit + 1))
        return Page(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)

    def query(
        self, visitor: str, search: Search = EVERYTHING, before: Placed | None = None, through: Placed | None = None
    ) -> Select[Any]:
        """Return the select of all runs that the search finds, newest first: behind one place, down to another."""
        words = split(search.words)
        if search.words.strip() and not words:
            return select(runs).where(false())
        # What few of many runs have is found by its mark: by time, all those before it would be passed.
        marked = words or search.favourites or search.trash or search.board
        query = self._by_words(visitor, words, search, before, through) if marked else _by_time(before)
        if through is not None:
            query = query.where(tuple_(runs.c.created, runs.c.id) >= _at(through))
        return query.where(runs.c.visitor == visitor, *_conditions(search))

    def mark(self, visitor: str, run_id: str, index: int, *, favourite: bool) -> None:
        """Make image `index` of a run a favourite, or no longer; raise `NotFound` where there is none."""
        self.mark_all(visitor, [(run_id, index)], favourite=favourite)

    def mark_all(self, visitor: str, pictures: Sequence[tuple[str, int]], *, favourite: bool) -> None:
        """Make these images, each of a run, favourites or no longer: all of them, or none.

        Raises `NotFound` where there is none.
        """
        with exclusively(self.store.engine) as connection:
            for run_id, index in pictures:
                self._mark(connection, visitor, run_id, index, favourite=favourite)

    def _mark(self, connection: Connection, visitor: str, run_id: str, index: int, *, favourite: bool) -> None:
        row = {"visitor": visitor, "run_id": run_id, "position": index}
        of_run = select(favourites.c.position).where(favourites.c.visitor == visitor, favourites.c.run_id == run_id)
        run = self._found(connection, visitor, run_id, index)
        connection.execute(delete(favourites).where(*(favourites.c[name] == row[name] for name in row)))
        if favourite:
            connection.execute(insert(favourites).values(row))
        any_left = connection.execute(of_run.limit(1)).first() is not None
        note_state(connection, [run], "favourite", on=any_left)

    def _found(self, connection: Connection, visitor: str, run_id: str, index: int) -> Row[Any]:
        mine = select(runs.c.id, runs.c.created, runs.c.visitor).where(runs.c.id == run_id, runs.c.visitor == visitor)
        run = connection.execute(mine).first()
        if run is None:
            raise NotFound(f"There is no run {run_id!r} of yours; it may have been deleted.")
        kept = connection.scalars(select(images.c.position).where(images.c.run_id == run_id)).all()
        if index not in kept:
            raise NotFound(f"The run {run_id!r} has no image {index}; it has {len(kept)}.")
        return run

    def these(self, visitor: str, run_ids: Iterable[str]) -> tuple[Run, ...]:
        """Return those of these runs that are the visitor's, also of the trash, newest first."""
        mine = (runs.c.visitor == visitor, runs.c.id.in_(list(run_ids)))
        return tuple(self.store.read(_by_time(None).where(*mine)))

    def favourites(self, visitor: str, found: Iterable[Run]) -> frozenset[tuple[str, int]]:
        """Return which images of these runs are favourites, as run id and index."""
        query = select(favourites.c.run_id, favourites.c.position).where(
            favourites.c.visitor == visitor, favourites.c.run_id.in_([run.id for run in found])
        )
        with self.store.engine.connect() as connection:
            return frozenset((row.run_id, row.position) for row in connection.execute(query))

    def delete(self, visitor: str, run_ids: Sequence[str]) -> tuple[str, ...]:
        """Move runs to the trash and return the ids of those that moved; one that still runs stays where it is.

        What has lain in anybody's trash for too long goes for good at this moment, and when the playground starts.
        """
        self.clear_out()
        return self._move(visitor, run_ids, datetime.now(UTC), runs.c.deleted.is_(None), runs.c.status != "running")

    def restore(self, visitor: str, run_ids: Sequence[str]) -> tuple[str, ...]:
        """Take runs out of the trash again and return the ids of those that came back."""
        return self._move(visitor, run_ids, None, runs.c.deleted > GONE)

    def empty_trash(self, visitor: str) -> int:
        """Delete for good what the visitor has in the trash, files included; return the number of runs.

        A run with a file of the last minute leaves the trash too, and follows when next something is cleared out.
        """
        self.clear_out()
        theirs = (runs.c.visitor == visitor) & (runs.c.deleted > GONE)
        let_words_go(self.store, book.c.visitor == visitor)
        done = empty(self.store, self.files, theirs)
        with exclusively(self.store.engine) as connection:
            return done + int(connection.execute(update(runs).where(theirs).values(deleted=GONE)).rowcount)

    def clear_out(self, now: datetime | None = None) -> int:
        """Delete for good what has lain in anybody's trash for `KEPT_IN_TRASH`; return the number of runs."""
        before = (now or datetime.now(UTC)) - KEPT_IN_TRASH
        let_words_go(self.store, book.c.forgotten < before)
        let_boards_go(self.store, before)
        return empty(self.store, self.files, runs.c.deleted < before)

    def recoverable(self, visitor: str) -> tuple[Run, ...]:
        """Return the runs of which a provider may have more than is here.

        Those that may have been billed, while nobody heard how they ended; and those that were, whose images lie there.
        """
        latest = _by_time(None).where(runs.c.visitor == visitor, runs.c.status != "running", runs.c.deleted.is_(None))
        # One at a time: so each is read off the end of an index, however many runs there are.
        asked = [latest.where(runs.c.billed == billed).limit(MOST_RECOVERABLE) for billed in ("unknown", "yes")]
        found = [run for query in asked for run in self.store.read(query) if _is_open(run)]
        return tuple(sorted(found, key=lambda run: (run.created, run.id), reverse=True)[:MOST_RECOVERABLE])

    def storage(self, visitor: str) -> Storage:
        """Return how many runs and images the visitor has, and what they take on disk."""
        query = select(stored.c.runs, stored.c.images, stored.c.bytes).where(stored.c.visitor == visitor)
        with self.store.engine.connect() as connection:
            row = connection.execute(query).first()
        return Storage(row.runs, row.images, row.bytes) if row else Storage(0, 0, 0)

    def _by_words(
        self, visitor: str, words: list[str], search: Search, before: Placed | None, through: Placed | None
    ) -> Select[Any]:
        marked = marks(visitor, search.mode, search.backend)
        marked += [state("favourite", visitor)] * search.favourites + [state("deleted", visitor)] * search.trash
        marked += [board(search.board)] if search.board else []
        found = matches(self.store.engine.dialect.name, words, marked)
        query = select(runs).select_from(prompts).join(runs, runs.c.id == prompts.c.run_id).where(found)
        for compare, number in _row_numbers(search, before, through):
            query = query.where(compare(number))
        return query.order_by(prompts.c.rowid.desc())

    def _move(
        self, visitor: str, run_ids: Sequence[str], moment: datetime | None, *conditions: ColumnElement[bool]
    ) -> tuple[str, ...]:
        mine = (runs.c.visitor == visitor, runs.c.id.in_(run_ids), *conditions)
        with exclusively(self.store.engine) as connection:
            moved = connection.execute(select(runs.c.id, runs.c.created, runs.c.visitor).where(*mine)).all()
            connection.execute(update(runs).where(*mine).values(deleted=moment))
            note_state(connection, moved, "deleted", on=moment is not None)
        return tuple(row.id for row in moved)


def _is_open(run: Run) -> bool:
    ids = run.provider_ids
    return READY in ids or (bool(ids) and run.billed == "unknown" and ASKED_ONCE not in ids)


def _by_time(before: Placed | None) -> Select[Any]:
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
