"""Several playgrounds on one record: each is a process with a number, and a lock that it holds while it lives.

The operating system (or PostgreSQL) gives the lock back once the process is gone, even by a kill; no clock and no
process id, which may be another's tomorrow, says who lives.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, Text, cast, delete, event, insert, or_, select

from backend.record.database.process_locks import AdvisoryLocks, FileLocks, Locks
from backend.record.database.tables import carriers, runs

_PROCESS = "playground_process"
"""The engine's option that holds its process."""


@dataclass(frozen=True, slots=True)
class Process:
    """One playground: the number under which it carries runs, and the lock that tells others it lives."""

    number: int
    locks: Locks


def register_process(engine: Engine) -> None:
    """Draw a number for this process and lock it until the engine is disposed of; call it while nobody else writes."""
    locks = AdvisoryLocks(engine) if engine.dialect.name == "postgresql" else FileLocks.beside(engine.url.database)
    if locks is None:  # A record in memory is nobody else's.
        return
    process = Process(secrets.randbits(62), locks)
    locks.hold(process.number)
    engine.update_execution_options(**{_PROCESS: process})

    def close(_: Any) -> None:
        locks.let_go()

    event.listen(engine, "engine_disposed", close)


def number_of(engine: Engine) -> int | None:
    """Return the number of this process on a record; None where nobody else could be on it."""
    process = _of(engine)
    return None if process is None else process.number


def renew(engine: Engine) -> None:
    """Take the lock of this process again where it was lost, as with a connection to PostgreSQL that broke."""
    process = _of(engine)
    if process is not None:
        process.locks.renew(process.number)


def carry(engine: Engine, connection: Connection, run_id: str) -> None:
    """Write down, within a transaction, that this process carries a run that nobody carries."""
    process = _of(engine)
    if process is not None:
        connection.execute(insert(carriers), {"run_id": run_id, "process": process.number})


def put_down(connection: Connection, run_id: str) -> None:
    """Write down, within a transaction, that nobody carries the run: it has ended."""
    connection.execute(delete(carriers).where(carriers.c.run_id == run_id))


def left_by_others(engine: Engine) -> Select[Any]:
    """Return a select of the id and process of each running run that this process doesn't carry.

    Those that a provider may bill come first, then the oldest.
    """
    process, theirs = _of(engine), carriers.c.process
    query = select(runs.c.id, theirs).select_from(runs.outerjoin(carriers)).where(runs.c.status == "running")
    if process is not None:
        query = query.where(or_(theirs.is_(None), theirs != process.number))
    return query.order_by(cast(runs.c.provider_ids, Text) == "{}", runs.c.created)


def take_over(engine: Engine, connection: Connection) -> list[str]:
    """Make this process the carrier of each run whose process is gone, within a transaction; return their ids."""
    found = connection.execute(left_by_others(engine)).all()
    living = {number for number in {row.process for row in found} if lives(engine, connection, number)}
    taken = [row.id for row in found if row.process not in living]
    for run_id in taken:
        put_down(connection, run_id)
        carry(engine, connection, run_id)
    return taken


def carried_elsewhere(engine: Engine, connection: Connection, run_id: str) -> bool:
    """Whether another process that lives carries the run."""
    process = _of(engine)
    theirs = connection.scalar(select(carriers.c.process).where(carriers.c.run_id == run_id))
    return process is not None and theirs != process.number and lives(engine, connection, theirs)


def lives(engine: Engine, connection: Connection, number: int | None) -> bool:
    """Whether the process of this number holds its lock; an older record may name none, and that one is gone."""
    process = _of(engine)
    return process is not None and number is not None and process.locks.held(number, connection)


def _of(engine: Engine) -> Process | None:
    found: Process | None = engine.get_execution_options().get(_PROCESS)
    return found
