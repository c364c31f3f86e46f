"""Runs whose playground is gone."""

from sqlalchemy import delete

from backend.playground import Playground
from backend.record.database.tables import carriers


def abandon(playground: Playground, run_id: str) -> None:
    """Let nobody carry a run any more, as after a kill."""
    with playground.store.engine.begin() as connection:
        connection.execute(delete(carriers).where(carriers.c.run_id == run_id))
