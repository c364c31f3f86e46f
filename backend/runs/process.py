"""Several playgrounds on one PostgreSQL: each is a process with a number, and a lock that it holds while it lives."""

import secrets
from typing import Any

from sqlalchemy import Connection, Engine, delete, event, func, insert, select

from backend.runs.tables import carriers

_PROCESS = "playground_process"
"""The engine's option that holds its process's number."""


def register_process(engine: Engine) -> None:
    """Draw a number for this process and lock it, on a connection that stays open until the engine is disposed of.

    PostgreSQL gives the lock back by itself once the connection is gone, as after a kill.
    """
    number = secrets.randbits(62)
    engine.update_execution_options(**{_PROCESS: number})
    alive = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    alive.execute(select(func.pg_advisory_lock(number)))

    def close(_: Any) -> None:
        if not alive.closed:
            alive.invalidate()  # Back in the pool, it would keep the lock.
            alive.close()

    event.listen(engine, "engine_disposed", close)


def carry(engine: Engine, connection: Connection, run_id: str) -> None:
    """Write down, within a transaction, that this process carries the run; nothing on SQLite, where it is alone."""
    process = engine.get_execution_options().get(_PROCESS)
    if process is not None:
        connection.execute(insert(carriers), {"run_id": run_id, "process": process})


def take_over(engine: Engine, connection: Connection, run_id: str) -> bool:
    """Make this process the run's carrier, within a transaction; return False where another one that lives is it."""
    mine = engine.get_execution_options().get(_PROCESS)
    if mine is None:
        return True
    theirs = connection.scalar(select(carriers.c.process).where(carriers.c.run_id == run_id))
    if theirs not in (None, mine) and not connection.scalar(select(func.pg_try_advisory_xact_lock(theirs))):
        return False
    connection.execute(delete(carriers).where(carriers.c.run_id == run_id))
    carry(engine, connection, run_id)
    return True
