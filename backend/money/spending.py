"""What a visitor's runs add up to, counted by the database: spend by day, seconds by size and steps, drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import BigInteger, Engine, func, select, type_coerce

from backend.record.database.tables import BILLED, images, ledger, runs

_DAY = 86_400_000_000
"""Microseconds: the unit that moments are stored in."""

MOST_TIMED = 1_000
"""Runs that a mean of seconds is taken over: the latest say it, and a long record costs no more than a short one."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What one backend billed on one day (UTC), in USD; `unknown` runs told no cost and are not in the sum."""

    day: date
    backend: str
    usd: Decimal
    runs: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Speed:
    """The mean seconds an image took at a size and number of steps on a backend."""

    backend: str
    width: int
    height: int
    steps: int
    seconds: float
    runs: int


@dataclass(frozen=True, slots=True)
class Bill:
    """An estimate beside its bill, in USD."""

    run_id: str
    backend: str
    created: datetime
    estimate_usd: Decimal
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Drift:
    """The median of bill over estimate, and over how many runs."""

    median: float
    runs: int


def spend_by_day(engine: Engine, *visitors: str, days: int = 30) -> Sequence[Spend]:
    """Return the visitors' spend of the last days, oldest first, as the ledger has it: what is deleted stays spent."""
    day = type_coerce(ledger.c.created, BigInteger).op("/")(_DAY).label("day")
    told = func.coalesce(func.sum(ledger.c.settled_usd), Decimal(0)).label("usd")
    unknown = func.count().filter(ledger.c.state == "held").label("unknown")
    query = (
        select(day, ledger.c.backend, told, func.count().label("runs"), unknown)
        .where(
            ledger.c.visitor.in_(visitors), ledger.c.created >= _since(days), ledger.c.state.in_(("settled", "held"))
        )
        .group_by(day, ledger.c.backend)
        .order_by(day, ledger.c.backend)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Spend(_day(row.day), row.backend, row.usd, row.runs, row.unknown) for row in rows]


def seconds_by_size(engine: Engine, *visitors: str, days: int = 30, limit: int = MOST_TIMED) -> Sequence[Speed]:
    """Return how many seconds images took, by backend, size and steps; only of the latest runs that ended well."""
    first = images.alias("first")
    pictures = select(func.count()).where(images.c.run_id == runs.c.id).scalar_subquery()
    query = (
        select(runs.c.backend, first.c.width, first.c.height, runs.c.steps, runs.c.seconds, pictures.label("pictures"))
        .join(first, (first.c.run_id == runs.c.id) & (first.c.position == 0))
        .where(runs.c.visitor.in_(visitors), runs.c.created >= _since(days))
        .where(runs.c.status == "finished", runs.c.seconds.is_not(None))
        .order_by(runs.c.created.desc(), runs.c.id.desc())
        .limit(limit)
    ).subquery()
    key = (query.c.backend, query.c.width, query.c.height, query.c.steps)
    mean = func.avg(query.c.seconds / query.c.pictures).label("mean")
    with engine.connect() as connection:
        rows = connection.execute(select(*key, mean, func.count().label("runs")).group_by(*key).order_by(*key)).all()
    return [Speed(row.backend, row.width, row.height, row.steps, float(row.mean), row.runs) for row in rows]


def bills(engine: Engine, *visitors: str, limit: int = 200) -> Sequence[Bill]:
    """Return the latest runs whose estimate and bill (USD) are both known, newest first."""
    query = (
        select(runs.c.id, runs.c.backend, runs.c.created, runs.c.estimate_usd, runs.c.cost_usd)
        .where(runs.c.visitor.in_(visitors), BILLED, runs.c.estimate_usd.is_not(None))
        .where(runs.c.cost_usd.is_not(None))
        .order_by(runs.c.created.desc(), runs.c.id.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Bill(row.id, row.backend, row.created, row.estimate_usd, row.cost_usd) for row in rows]


def drift(engine: Engine, visitor: str, backend: str, *, limit: int = 100) -> Drift | None:
    """Return how far a visitor's latest bills on a backend were from their estimates, or None before the first."""
    query = (
        select(runs.c.estimate_usd, runs.c.cost_usd)
        .where(runs.c.visitor == visitor, runs.c.backend == backend, BILLED)
        .where(runs.c.status == "finished", runs.c.estimate_usd > Decimal(0), runs.c.cost_usd.is_not(None))
        .order_by(runs.c.created.desc(), runs.c.id.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        ratios = [float(row.cost_usd / row.estimate_usd) for row in connection.execute(query)]
    return Drift(median(ratios), len(ratios)) if ratios else None


def _since(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _day(number: Any) -> date:
    return date(1970, 1, 1) + timedelta(days=int(number))
