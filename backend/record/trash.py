"""Deleting for good: rows first, then the files that nothing refers to any more."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from backend.domain.errors import NotFound
from backend.domain.records import Run
from backend.images.storage.files import ImageFiles
from backend.record.database.board_tables import board_pictures, boards
from backend.record.database.engine import exclusively, writing
from backend.record.database.queue_tables import batch_runs, queue_inputs
from backend.record.database.search_words import note_board, row_number
from backend.record.database.search_words import table as prompts
from backend.record.database.stored import uncount
from backend.record.database.tables import book, holders, images, inputs, runs
from backend.record.store import Store

YOUNG_SECONDS = 60.0
"""A file that was put this recently may belong to a run whose row isn't written yet."""
_BATCH = 100
_TO_GO = and_(runs.c.deleted.is_not(None), runs.c.status != "running")
"""What may go for good; looked at again with the deletion itself, since a run may be restored meanwhile."""


def empty(store: Store, files: ImageFiles, condition: ColumnElement[bool]) -> int:
    """Delete the runs of the trash that meet the condition; return their number.

    The ledger keeps its entries: what was spent stays spent. A run one of whose files was put within the last
    minute waits for the next time.
    """
    # Said so that it is a range: no index of all of a visitor's runs looks better to the database then.
    trashed = runs.c.deleted > datetime.fromtimestamp(0, UTC)
    with store.engine.connect() as connection:
        found = connection.scalars(select(runs.c.id).where(trashed, condition)).all()
    done = 0
    for start in range(0, len(found), _BATCH):
        for run in store.read(select(runs).where(runs.c.id.in_(found[start : start + _BATCH]))):
            done += _delete(store, files, run)
    return done


def let_words_go(store: Store, condition: ColumnElement[bool]) -> None:
    """Give up the kept words of forgotten prompts that meet the condition; that they are forgotten stays."""
    kept = (book.c.forgotten.is_not(None), book.c.prompt.is_not(None), condition)
    with store.engine.connect() as connection:
        if connection.execute(select(book.c.digest).where(*kept).limit(1)).first() is None:
            return
    with writing(store.engine) as connection:
        connection.execute(update(book).where(*kept).values(starred=None, prompt=None, negative=None))


def let_boards_go(store: Store, before: datetime) -> None:
    """Give up the boards that were deleted before this moment; the pictures that lay on them stay."""
    gone = select(boards.c.id).where(boards.c.deleted < before)
    with store.engine.connect() as connection:
        found = connection.scalars(gone).all()
    for board_id in found:
        with exclusively(store.engine) as connection:
            of_run = select(runs.c.id, runs.c.created).join(board_pictures, board_pictures.c.run_id == runs.c.id)
            marked = connection.execute(of_run.where(board_pictures.c.board_id == board_id).distinct()).all()
            # Looked at again: it may have been brought back meanwhile.
            if connection.execute(delete(boards).where(boards.c.id == board_id, boards.c.deleted < before)).rowcount:
                note_board(connection, marked, board_id, on=False)


def _delete(store: Store, files: ImageFiles, run: Run) -> bool:
    with exclusively(store.engine) as connection:
        held = {*_images(run), *connection.scalars(select(inputs.c.sha256).where(inputs.c.run_id == run.id))}
        if any(_is_young(files, sha256) for sha256 in held):
            return False
        if connection.execute(select(runs.c.id).where(runs.c.id == run.id, _TO_GO)).first() is None:
            return False
        uncount(connection, run)
        connection.execute(delete(prompts).where(prompts.c.rowid == row_number(run)))
        connection.execute(delete(batch_runs).where(batch_runs.c.run_id == run.id))
        connection.execute(delete(runs).where(runs.c.id == run.id))
        unused = list(_unused(connection, held, run.visitor))
        mine = (holders.c.visitor == run.visitor, holders.c.item.in_(unused))
        connection.execute(delete(holders).where(*mine))
    for sha256 in unused:
        files.drop_old(sha256, YOUNG_SECONDS)
    return True


def _images(run: Run) -> Iterator[str]:
    for image in run.images:
        yield from filter(None, (image.sha256, image.original))


def _unused(connection: Connection, held: Iterable[str], visitor: str) -> Iterator[str]:
    """Yield those that no run shows or started from, no queued press needs, and that nobody else has brought."""
    for sha256 in held:
        shown = select(images.c.run_id).where(or_(images.c.sha256 == sha256, images.c.original == sha256))
        taken = select(inputs.c.run_id).where(inputs.c.sha256 == sha256)
        queued = select(queue_inputs.c.entry_id).where(queue_inputs.c.sha256 == sha256)
        brought = select(holders.c.visitor).where(holders.c.item == sha256, holders.c.visitor != visitor)
        if connection.execute(shown.union(taken, queued, brought).limit(1)).first() is None:
            yield sha256


def _is_young(files: ImageFiles, sha256: str) -> bool:
    try:
        return files.seconds_since_put(sha256) < YOUNG_SECONDS
    except NotFound:
        return False
