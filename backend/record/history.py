"""The record as a visitor looks at it: search and page, favourites, the trash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from backend.domain.errors import NotFound
from backend.domain.records import ASKED_ONCE, READY, Run
from backend.images.storage.files import ImageFiles
from backend.record.database.engine import exclusively
from backend.record.database.search_words import note_state
from backend.record.database.tables import book, favourites, images, runs, stored
from backend.record.search import EVERYTHING, GONE, Page, Place, Search, by_time, found_by
from backend.record.store import Store
from backend.record.trash import empty, let_boards_go, let_words_go

KEPT_IN_TRASH = timedelta(days=7)
MOST_RECOVERABLE = 20


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
        self, visitor: str, search: Search = EVERYTHING, before: Place | Run | None = None, through: Place | None = None
    ) -> Select[Any]:
        """Return the select of all runs that the search finds, newest first: behind one place, down to another."""
        return found_by(search, visitor, self.store.engine.dialect.name, before=before, through=through)

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
        return tuple(self.store.read(by_time().where(*mine)))

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
        latest = by_time().where(runs.c.visitor == visitor, runs.c.status != "running", runs.c.deleted.is_(None))
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
