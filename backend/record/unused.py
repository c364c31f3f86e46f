"""Pictures that were looked at and became no run: found and removed, with the note of who brought them."""

import time
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import Engine, delete, func, select

from backend.images.storage.files import ImageFiles
from backend.record.database.engine import writing
from backend.record.database.queue_tables import queue_inputs
from backend.record.database.tables import holders, images, inputs, runs

_BATCH = 200


def remove_unused(engine: Engine, files: ImageFiles, before: float) -> int:
    """Remove the pictures that nothing needs and nobody used since `before` (seconds since 1970).

    Returns their number. What a run shows or started from is needed, and what a queued press starts from. A run's
    picture is put or renewed in the moment before its row is written, so one that is old and without a run is none that
    is just about to have one. Nothing goes that was put since a run began which hasn't ended: it may be a paid image of
    that run, and the record that would say so was locked.
    """
    gone, before = 0, min(before, _unended(engine, before))
    found = iter(files.candidates(before))
    while batch := list(islice(found, _BATCH)):
        unused = set(batch) - _used(engine, batch)
        removed = [sha256 for sha256 in unused if files.drop_old(sha256, time.time() - before)]
        if removed:
            with writing(engine) as connection:
                connection.execute(delete(holders).where(holders.c.item.in_(removed)))
        gone += len(removed)
    return gone


def _unended(engine: Engine, latest: float) -> float:
    with engine.connect() as connection:
        began = connection.scalar(select(func.min(runs.c.created)).where(runs.c.status == "running"))
    return latest if began is None else began.timestamp()


def _used(engine: Engine, found: Iterable[str]) -> set[str]:
    with engine.connect() as connection:
        return {
            sha256
            for column in (images.c.sha256, images.c.original, inputs.c.sha256, queue_inputs.c.sha256)
            for sha256 in connection.scalars(select(column).where(column.in_(found)))
        }
