"""The ledger: money is reserved before a run, and settled, released or held after it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Engine, Select, Update, bindparam, case, delete, func, insert, or_, select, update

from backend.domain.errors import OverBudget
from backend.money.caps import UNPRICED, WINDOW, Caps, Scope, Standing
from backend.record.database.engine import exclusively
from backend.record.database.tables import BY_THE_HOUSE, NANO, Money, api_keys, ledger
from backend.visitors.identity import has_a_key

log = logging.getLogger(__name__)

Entry = Literal["reserved", "settled", "released", "held"]
Payer = Literal["house", "visitor", "nobody"]
"""Whose money it is: the server's key, the visitor's own, or none (this machine); caps hold for the first."""


class Charged(Protocol):
    """What money is reserved for: a run, or a question to the prompt helper."""

    @property
    def id(self) -> str:
        """Return what it is settled by."""

    @property
    def visitor(self) -> str:
        """Return whose it is."""

    @property
    def backend(self) -> str:
        """Return who is paid."""

    @property
    def room(self) -> str | None:
        """Return the room that it counts for, or None."""


_COUNTED = case(
    (ledger.c.state == "released", 0),
    (ledger.c.state == "settled", ledger.c.settled_usd),
    (ledger.c.settled_usd > ledger.c.reserved_usd, ledger.c.settled_usd),
    else_=ledger.c.reserved_usd,
)

# Built once, with values as parameters: SQLAlchemy takes longer to build a statement than the database to run it.
_HOUSE = select(func.sum(_COUNTED, type_=Money)).where(BY_THE_HOUSE)
# Without an upper end: a clock set back must not hide what was spent.
_RECENT = _HOUSE.where(ledger.c.created > bindparam("since"))
_SPENT: dict[Scope, Select[tuple[Decimal]]] = {
    "visitor": _RECENT.where(ledger.c.visitor == bindparam("who")),
    "address": _RECENT.where(ledger.c.address == bindparam("who")),
    "room": _HOUSE.where(ledger.c.room == bindparam("who")),
    "key": _HOUSE.where(ledger.c.visitor == bindparam("who")),
    "house": _RECENT,
}
_PAID_SO_FAR = select(func.sum(_COUNTED, type_=Money)).where(
    ledger.c.visitor == bindparam("who"), ledger.c.payer == bindparam("payer"), ledger.c.created > bindparam("since")
)
_CAP_OF_KEY = select(api_keys.c.cap_usd).where(api_keys.c.visitor == bindparam("who"))
_RESERVE = insert(ledger)
_CLOSE = update(ledger).where(ledger.c.run_id == bindparam("closed"))
_BILL = update(ledger).where(
    ledger.c.run_id == bindparam("billed"),
    or_(ledger.c.settled_usd.is_(None), ledger.c.settled_usd < bindparam("known", type_=Money)),
)
_CLOSE_UNBILLED = _CLOSE.where(ledger.c.settled_usd.is_(None))


class Budget:
    """Reserve the pessimistic price first; afterwards settle the bill, release it, or hold it where nobody knows.

    A visitor's entry moves from reserved to settled, released or held; held ones may still be settled or released.
    A bill that was settled once is never released again.
    """

    def __init__(self, engine: Engine, caps: Caps | None = None) -> None:
        self.engine = engine
        self.caps = caps or Caps()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction that no other can outrun; pass it to `reserve` and to the store."""
        with exclusively(self.engine) as connection:
            yield connection

    def reserve(
        self,
        run: Charged,
        amount: Decimal | None,
        *,
        payer: Payer = "house",
        address: str | None = None,
        spent: bool = False,
        in_place_of: str | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Set money aside for a run that is about to start; raise `OverBudget` where a cap has too little left.

        `amount` is the highest price in USD, or None where nobody knows it, which no cap lets through. `address` marks
        where a visitor without a login comes from. What may be `spent` already is set aside whatever is left. What was
        set aside before for the same purpose, under the id `in_place_of`, is lifted first. With `connection`, it
        becomes part of that transaction.
        """
        if connection is None:
            more: dict[str, Any] = {"payer": payer, "address": address, "spent": spent, "in_place_of": in_place_of}
            with self.transaction() as connection:
                return self.reserve(run, amount, **more, connection=connection)
        if in_place_of is not None:
            self.lift([in_place_of], connection=connection)
        aside = _nanos(amount or Decimal(0))
        if payer == "house" and not spent:
            self._check(connection, run, amount, address)
        values: dict[str, Any] = {
            "run_id": run.id,
            "visitor": run.visitor,
            "address": address,
            "room": run.room,
            "payer": payer,
        }
        values |= {"backend": run.backend, "created": datetime.now(UTC), "state": "reserved", "reserved_usd": aside}
        connection.execute(_RESERVE, values)
        return None

    def lift(self, ids: Sequence[str], *, connection: Connection) -> None:
        """Take back what was set aside for something that hasn't begun, as if it had never been."""
        connection.execute(delete(ledger).where(ledger.c.run_id.in_(ids), ledger.c.state == "reserved"))

    def bill(self, run_id: str, known: Decimal, *, connection: Connection) -> None:
        """Note what is surely billed already (USD), of a run that goes on or whose whole bill nobody knows.

        Caps count it where it is more than the reservation. It never becomes less.
        """
        if known.is_finite() and known > 0:
            connection.execute(_BILL, {"billed": run_id, "known": known, "settled_usd": known})

    def settle(self, run_id: str, bill: Decimal, *, connection: Connection | None = None) -> None:
        """Replace the reservation by what was billed (USD); a bill that can't be one (below 0) is held as unknown."""
        if not bill.is_finite() or bill < 0:
            log.warning("Run %s came with a bill of %s; its reservation is held", run_id, bill)
            self.hold(run_id, connection=connection)
        else:
            self._close(run_id, "settled", connection, settled_usd=bill)

    def release(self, run_id: str, *, connection: Connection | None = None) -> None:
        """Give the reservation back: it is known that nothing was billed. A bill that is known stays."""
        self._close(run_id, "released", connection, _CLOSE_UNBILLED, settled_usd=Decimal(0))

    def hold(self, run_id: str, *, connection: Connection | None = None) -> None:
        """Keep the reservation: it isn't known what was billed."""
        self._close(run_id, "held", connection)

    def entry(self, run_id: str) -> tuple[Entry, Decimal, Decimal | None] | None:
        """Return state, reserved and settled USD of a run, or None where none was reserved."""
        query = select(ledger.c.state, ledger.c.reserved_usd, ledger.c.settled_usd).where(ledger.c.run_id == run_id)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.state, row.reserved_usd, row.settled_usd)

    def payer(self, run_id: str) -> Payer | None:
        """Return whose money a run took, or None where none was reserved."""
        with self.engine.connect() as connection:
            payer: Payer | None = connection.execute(select(ledger.c.payer).where(ledger.c.run_id == run_id)).scalar()
            return payer

    def standings(self, visitor: str, *, room: str | None = None, address: str | None = None) -> tuple[Standing, ...]:
        """Return how each cap stands that holds for this visitor, in this room, from this address."""
        with self.engine.connect() as connection:
            return self._standings(connection, visitor, room=room, address=address)

    def counted(self, visitor: str, payer: Payer) -> Decimal:
        """Return what counts of a visitor's last 24 hours (USD): bills, and reservations of what isn't billed yet."""
        values = {"who": visitor, "payer": payer, "since": datetime.now(UTC) - WINDOW}
        with self.engine.connect() as connection:
            return connection.execute(_PAID_SO_FAR, values).scalar() or Decimal(0)

    def _check(self, connection: Connection, run: Charged, amount: Decimal | None, address: str | None) -> None:
        standings = self._standings(connection, run.visitor, room=run.room, address=address)
        if standings and amount is None:
            raise OverBudget(UNPRICED)
        for standing in standings:
            if amount is not None and standing.spent + _nanos(amount) > standing.cap:
                details = {"scope": standing.scope, "left_usd": str(standing.left)}
                raise OverBudget(standing.refusal(amount), details=details)

    def _standings(
        self, connection: Connection, visitor: str, *, room: str | None, address: str | None
    ) -> tuple[Standing, ...]:
        own = _cap_of_key(connection, visitor)
        scopes: tuple[tuple[Scope, Decimal | None, str | None], ...] = (
            ("key", own, visitor),
            ("visitor", self.caps.visitor if own is None else None, visitor),
            ("address", self.caps.visitor if address and own is None else None, address),
            ("room", self.caps.room if room else None, room),
            ("house", self.caps.house, None),
        )
        return tuple(
            Standing(scope, cap, _spent(connection, scope, who)) for scope, cap, who in scopes if cap is not None
        )

    def _close(
        self, run_id: str, state: Entry, connection: Connection | None, statement: Update = _CLOSE, **values: Any
    ) -> None:
        if connection is None:
            with self.transaction() as connection:
                return self._close(run_id, state, connection, statement, **values)
        connection.execute(statement, {"closed": run_id, "state": state, **values})
        return None


def _cap_of_key(connection: Connection, visitor: str) -> Decimal | None:
    """Return what an owner's key may cost in all, which stands in for a visitor's cap; None for everybody else."""
    if not has_a_key(visitor):
        return None
    cap: Decimal | None = connection.execute(_CAP_OF_KEY, {"who": visitor}).scalar()
    return cap


def _spent(connection: Connection, scope: Scope, who: str | None) -> Decimal:
    values = {"who": who, "since": datetime.now(UTC) - WINDOW}
    return connection.execute(_SPENT[scope], values).scalar() or Decimal(0)


def _nanos(amount: Decimal) -> Decimal:
    """Round up to what the ledger can hold, so that a reservation is never below its price."""
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"a reservation of {amount} USD")
    return (amount * NANO).to_integral_value(ROUND_UP) / NANO
