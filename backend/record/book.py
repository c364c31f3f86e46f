"""The prompt book: the prompts of a visitor's runs, each once, with those that they starred or forgot."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, insert, select, update

from backend.domain.errors import NotAllowed, NotFound
from backend.domain.records import CONTROL_PICTURE, RunImage
from backend.record.database.engine import exclusively
from backend.record.database.search_words import fits, split
from backend.record.database.tables import book, images, runs
from backend.record.history import History
from backend.record.search import EVERYTHING, Search

NEWEST = 2000
"""So many runs are looked at, so that a look takes as long with all the runs of years."""
MOST_STARRED = 500
_GONE = "This prompt is gone: its runs were deleted for good, and it wasn't starred."
_OF_A_RUN = (runs.c.id, runs.c.created, runs.c.prompt, runs.c.request, runs.c.provider_ids)
_DRAWN = exists(select(images.c.run_id).where(images.c.run_id == runs.c.id)).label("drawn")


@dataclass(frozen=True, slots=True)
class Words:
    """A prompt and its negative prompt, as a run was given them."""

    prompt: str
    negative: str = ""

    @property
    def digest(self) -> str:
        """Return what the page and the record call them."""
        return hashlib.sha256(json.dumps([self.prompt, self.negative]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A prompt of the book.

    `uses` is in how many of the runs that were looked at, `last` when it was used last there, `run_id` that run and
    `image` the newest one; a starred prompt none of whose runs was found has none of them.
    """

    words: Words
    starred: bool = False
    uses: int | None = None
    last: datetime | None = None
    run_id: str = ""
    image: RunImage | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Some prompts, newest use first: whether there are `more`, and whether there may be `older` ones by a search."""

    shown: tuple[Entry, ...]
    more: bool = False
    older: bool = False


@dataclass(slots=True)
class _Found:
    """What is gathered of a prompt; `moment` is by what it is sorted."""

    words: Words
    moment: datetime
    run_id: str = ""
    uses: int = 0
    pictured: str = ""


class PromptBook:
    """One visitor's prompts; nothing of another's is ever found or changed."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.engine = history.store.engine

    def page(
        self, whose: Sequence[str], search: Search = EVERYTHING, *, limit: int = 24, among: int = NEWEST
    ) -> Entries:
        """Return the prompts that the search finds.

        `whose` are the visitors whose runs the page shows; the first has the stars. A search for favourites finds
        starred prompts, one for the trash forgotten ones. Of the runs found, the newest `among` are looked at.
        """
        notes = self._notes(whose[0])
        rows = self._runs(whose, search, among)
        found = _gathered(rows, notes)
        for each in _kept(notes, search):
            found.setdefault(each.words.digest, each)
        wanted = [each for digest, each in found.items() if _belongs(each, notes.get(digest), search)]
        shown = sorted(wanted, key=attrgetter("moment"), reverse=True)[:limit]
        return Entries(tuple(self._entries(shown, notes)), len(wanted) > limit, len(rows) >= among)

    def has_stars(self, visitor: str) -> bool:
        """Whether the visitor has starred a prompt, which is there without any run."""
        kept = select(book.c.digest).where(book.c.visitor == visitor, book.c.prompt.is_not(None)).limit(1)
        with self.engine.connect() as connection:
            return connection.execute(kept).first() is not None

    def star(self, visitor: str, words: Words) -> None:
        """Keep a prompt's words, whatever becomes of its runs; raise `NotAllowed` above `MOST_STARRED`."""
        with exclusively(self.engine) as connection:
            others = (book.c.visitor == visitor, book.c.starred.is_not(None), book.c.digest != words.digest)
            if (connection.scalar(select(func.count()).where(*others)) or 0) >= MOST_STARRED:
                raise NotAllowed(f"You have starred {MOST_STARRED} prompts, which is the most: take a star off first.")
            connection.execute(delete(book).where(*_this(visitor, words.digest)))
            kept = {"starred": datetime.now(UTC), "prompt": words.prompt, "negative": words.negative}
            connection.execute(insert(book).values(visitor=visitor, digest=words.digest, **kept))

    def unstar(self, visitor: str, digest: str) -> None:
        """Keep a prompt no longer than its runs."""
        with exclusively(self.engine) as connection:
            connection.execute(delete(book).where(*_this(visitor, digest), book.c.forgotten.is_(None)))

    def forget(self, visitor: str, digest: str) -> None:
        """Take a prompt out of the book until it is used again; its runs stay, and `recall` brings it back."""
        now = datetime.now(UTC)
        with exclusively(self.engine) as connection:
            if not connection.execute(update(book).where(*_this(visitor, digest)).values(forgotten=now)).rowcount:
                connection.execute(insert(book).values(visitor=visitor, digest=digest, forgotten=now))

    def recall(self, visitor: str, digest: str) -> None:
        """Bring a forgotten prompt back, with its star."""
        this = _this(visitor, digest)
        with exclusively(self.engine) as connection:
            connection.execute(delete(book).where(*this, book.c.starred.is_(None)))
            connection.execute(update(book).where(*this).values(forgotten=None))

    def words(self, visitor: str, digest: str, run_id: str = "", whose: str = "") -> Words:
        """Return the words of a prompt that the visitor starred, or that a run of `whose` has.

        Raises `NotFound` where there is no such prompt any more.
        """
        kept = select(book.c.prompt, book.c.negative).where(*_this(visitor, digest), book.c.prompt.is_not(None))
        with self.engine.connect() as connection:
            row = connection.execute(kept).first()
        if row:
            return Words(row.prompt, row.negative)
        try:
            request = self.history.store.run(run_id, whose).request
        except NotFound as error:
            raise NotFound(_GONE) from error
        words = Words(request.prompt, request.negative_prompt)
        if words.digest != digest:
            raise NotFound(_GONE)
        return words

    def _runs(self, whose: Sequence[str], search: Search, among: int) -> list[Row[Any]]:
        """Return the newest runs that the search finds, newest first; forgotten prompts are found by living runs."""
        asked = replace(search, favourites=False, trash=False)
        with self.engine.connect() as connection:
            queries = [self.history.query(visitor, asked).with_only_columns(*_OF_A_RUN, _DRAWN) for visitor in whose]
            found = [row for query in queries for row in connection.execute(query.limit(among))]
        return sorted(found, key=lambda row: (row.created, row.id), reverse=True)[:among]

    def _notes(self, visitor: str) -> dict[str, Row[Any]]:
        with self.engine.connect() as connection:
            return {row.digest: row for row in connection.execute(select(book).where(book.c.visitor == visitor))}

    def _entries(self, shown: Iterable[_Found], notes: Mapping[str, Row[Any]]) -> Iterator[Entry]:
        shown = list(shown)
        pictured = select(runs).where(runs.c.id.in_([each.pictured for each in shown if each.pictured]))
        newest = {run.id: run.images[0] for run in self.history.store.read(pictured) if run.images}
        for each in shown:
            starred = _is_starred(notes.get(each.words.digest))
            if not each.run_id:
                yield Entry(each.words, starred)
                continue
            image = newest.get(each.pictured)
            yield Entry(each.words, starred, each.uses or None, each.moment, each.run_id, image)


def _gathered(rows: Iterable[Row[Any]], notes: Mapping[str, Row[Any]]) -> dict[str, _Found]:
    """Return the prompts of runs, which come newest first; only uses since a prompt was forgotten count."""
    found: dict[str, _Found] = {}
    for row in rows:
        if not row.prompt or row.provider_ids.get(CONTROL_PICTURE):
            continue
        words = Words(row.prompt, json.loads(row.request).get("negative_prompt") or "")
        digest = words.digest
        each = found.setdefault(digest, _Found(words, row.created, row.id))
        note = notes.get(digest)
        each.uses += note is None or note.forgotten is None or row.created > note.forgotten
        each.pictured = each.pictured or (row.id if row.drawn else "")
    return found


def _kept(notes: Mapping[str, Row[Any]], search: Search) -> Iterator[_Found]:
    """Yield starred prompts that need no run to be found: nothing else is known of them than their words."""
    if replace(search, words="", favourites=False, trash=False) != EVERYTHING:
        return
    words = split(search.words)
    if search.words.strip() and not words:
        return
    for row in notes.values():
        if row.prompt is not None and fits(row.prompt, words):
            yield _Found(Words(row.prompt, row.negative), row.starred)


def _belongs(found: _Found, note: Row[Any] | None, search: Search) -> bool:
    forgotten = note is not None and note.forgotten is not None and not found.uses
    return forgotten == search.trash and (search.trash or not search.favourites or _is_starred(note))


def _is_starred(note: Row[Any] | None) -> bool:
    return note is not None and note.starred is not None and note.forgotten is None


def _this(visitor: str, digest: str) -> tuple[ColumnElement[bool], ...]:
    return book.c.visitor == visitor, book.c.digest == digest
