"""The exchanges of a run, kept beside it for the request view and the code that repeats it."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Engine, delete, insert, select

from backend.domain.exchanges import Exchange
from backend.record.database.engine import writing
from backend.record.database.tables import exchanges


def save_exchanges(engine: Engine, run_id: str, noted: Sequence[Exchange]) -> None:
    """Keep a run's exchanges, behind those that it has already (a run that was collected later)."""
    whole = [*load_exchanges(engine, run_id), *noted]
    content = json.dumps([asdict(exchange) for exchange in whole], ensure_ascii=False)
    with writing(engine) as connection:
        connection.execute(delete(exchanges).where(exchanges.c.run_id == run_id))
        connection.execute(insert(exchanges), {"run_id": run_id, "content": content})


def load_exchanges(engine: Engine, run_id: str) -> list[Exchange]:
    """Return a run's exchanges in their order; a run on this machine has none. Check first whose run it is."""
    with engine.connect() as connection:
        content = connection.scalar(select(exchanges.c.content).where(exchanges.c.run_id == run_id))
    return [Exchange(**values) for values in json.loads(content)] if content else []
