"""The tables of the record: runs with images and inputs, shelves, the ledger of money, and what visitors share."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    literal,
)
from sqlalchemy.types import TypeDecorator

NANO = 10**9
"""Parts of a dollar that are counted."""


class Money(TypeDecorator[Decimal]):
    """USD as whole nano-dollars: exact, and summed by the database itself."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        """Return an amount in USD as nano-dollars."""
        return None if value is None else int((value * NANO).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        """Return nano-dollars as USD."""
        return None if value is None else (Decimal(value) / NANO).normalize() + 0


class Moment(TypeDecorator[datetime]):
    """A moment as microseconds since 1970, UTC: the same order in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """Return a moment as microseconds since 1970."""
        return None if value is None else round(value.timestamp() * 1_000_000)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """Return microseconds since 1970 as a moment in UTC."""
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("visitor", String(64), nullable=False),
    Column("room", String(64)),
    Column("backend", String(32), nullable=False),
    Column("mode", String(32), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("request", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seconds", Float),
    Column("estimate_usd", Money),
    Column("cost_usd", Money),
    Column("cost_kind", String(16), nullable=False),
    Column("provider_ids", JSON, nullable=False),
    Column("error", Text),
    Column("billed", String(8)),
    Column("deleted", Moment),
    Index("runs_of_a_visitor", "visitor", "created", "id"),
    Index("runs_of_a_mode", "visitor", "mode", "created", "id"),
    Index("runs_of_a_backend", "visitor", "backend", "created", "id"),
    Index("runs_by_cost", "visitor", "cost_usd"),
    Index("runs_by_status", "status"),
    Index("runs_of_a_room", "room", "created", "id"),
)


def _of_few(name: str, few: ColumnElement[bool], *columns: Column[Any]) -> None:
    """Add an index of the few rows of a table that meet a condition.

    SQLite takes an index with more columns that a query names a value of before another, and asks nobody how many rows
    either has; so the column of the condition stands in it too.
    """
    Index(name, *columns, sqlite_where=few, postgresql_where=few)


_DELETED = runs.c.deleted.is_not(None)
_of_few("runs_in_the_trash_of", _DELETED, runs.c.visitor, runs.c.deleted)
_of_few("runs_to_clear_out", _DELETED, runs.c.deleted)
_of_few("runs_left_open", runs.c.billed.is_not(None), runs.c.visitor, runs.c.billed, runs.c.created, runs.c.id)
BILLED = runs.c.cost_kind == literal("billed", literal_execute=True)
_of_few("runs_billed", BILLED, runs.c.visitor, runs.c.cost_kind, runs.c.created, runs.c.id)
_of_few("runs_billed_by", BILLED, runs.c.visitor, runs.c.backend, runs.c.cost_kind, runs.c.created, runs.c.id)

stored = Table(
    "stored",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("runs", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
"""What each visitor's runs amount to, added up as they come and go."""

carriers = Table(
    "carriers",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("process", BigInteger, nullable=False),
)
"""Which process carries a run, by a number that it drew at its start; written where several may share the record."""

images = Table(
    "images",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("format", String(8), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("seed", BigInteger),
    Column("cost_usd", Money),
    Column("flagged", Boolean),
    Column("original", String(64)),
    Column("bytes", BigInteger, nullable=False),
    Column("details", JSON, nullable=False),
    Index("images_by_original", "original"),
)

inputs = Table(
    "inputs",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("content", Text, nullable=False),
)

favourites = Table(
    "favourites",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("position", Integer, primary_key=True),
)

shelf = Table(
    "shelf",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("value", JSON, nullable=False),
)

book = Table(
    "book",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("starred", Moment),
    Column("forgotten", Moment, index=True),
    Column("prompt", Text),
    Column("negative", Text),
)
"""What visitors have said of their prompts; the words of those that are starred stay here without any run."""

ledger = Table(
    "ledger",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("visitor", String(64), nullable=False),
    Column("address", String(64)),
    Column("room", String(64)),
    Column("backend", String(32), nullable=False),
    Column("payer", String(16), nullable=False),
    Column("created", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reserved_usd", Money, nullable=False),
    Column("settled_usd", Money),
    # With all that a sum by day reads.
    Index("ledger_of_a_visitor", "visitor", "created", "backend", "state", "settled_usd"),
)
BY_THE_HOUSE = ledger.c.payer == literal("house", literal_execute=True)
for _whose in ("visitor", "address", "room"):
    _of_few(f"ledger_by_the_house_{_whose}", BY_THE_HOUSE, ledger.c[_whose], ledger.c.payer, ledger.c.created)
_of_few("ledger_by_the_house", BY_THE_HOUSE, ledger.c.payer, ledger.c.created)

holders = Table(
    "holders",
    metadata,
    Column("item", String(64), primary_key=True),
    Column("visitor", String(64), primary_key=True),
    Column("created", Moment, nullable=False, index=True),
)

links = Table(
    "links",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("visitor", String(64), nullable=False, index=True),
    Column("created", Moment, nullable=False),
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("host", String(64), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("closed", Moment),
)

members = Table(
    "members",
    metadata,
    Column("room", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("visitor", String(64), primary_key=True, index=True),
    Column("name", String(40), nullable=False),
    Column("joined", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("removed", Moment),
)

board_marks = Table(
    "board_marks",
    metadata,
    Column("room", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("position", Integer, primary_key=True),
    Column("visitor", String(64), primary_key=True),
    Column("mark", String(16), primary_key=True),
    Column("created", Moment, nullable=False),
)
"""What members of a room have done to pictures on its board: pinned, hidden, or answered by a sign."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("cap_usd", Money, nullable=False),
    Column("created", Moment, nullable=False),
    Column("revoked", Moment),
)
"""The keys that an owner has made for programs, each a visitor; of the key itself there is a hash alone."""

orders = Table(
    "orders",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("order_id", String(32), nullable=False, index=True),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("caller", String(64), nullable=False),
    Column("what", String(64), nullable=False),
    Column("mark", String(64)),
    Column("created", Moment, nullable=False, index=True),
    Column("undelivered", Boolean, nullable=False),
    # Who is to hand out an answer that may have cost money; nobody once it is through.
    Column("process", BigInteger),
    Index("orders_again", "caller", "what", "created"),
    Index("orders_by_mark", "caller", "mark"),
)
"""What a program asked for in one request, a row a run of it, so that the same request again buys nothing again."""
