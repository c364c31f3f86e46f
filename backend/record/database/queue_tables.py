"""The tables of the queues: the presses that wait, which are no runs yet, and whether they are drawn."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from backend.record.database.tables import Moment, Money

metadata = MetaData()

queues = Table(
    "queues",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("paused", Boolean, nullable=False),
    Column("said", Text),
    # Who carries it while it isn't paused; once that one is gone, it is.
    Column("process", BigInteger),
)
"""The queue of presses of each visitor who has had one, and why it is paused."""

queue_entries = Table(
    "queue_entries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("visitor", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("backend", String(32), nullable=False),
    Column("room", String(64)),
    Column("own_key", Boolean, nullable=False),
    Column("requests", Text, nullable=False),
    Column("most_images", Integer),
    Column("most_usd", Money),
    Column("estimate_usd", Money),
    Column("free", Boolean, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("spent_usd", Money, nullable=False),
    Column("run_id", String(32)),
    Column("set_aside", Boolean, nullable=False, index=True),
    Column("said", Text),
    Column("created", Moment, nullable=False),
    Column("dropped", Moment),
    # Its place in a batch, where it is of one.
    Column("batch_id", String(32)),
    Column("batch_number", Integer),
    Column("batch_label", String(200)),
    Index("queue_of_a_visitor", "visitor", "position"),
)
"""What waits to be drawn, a row a press; no key stands in it, only whether one of the visitor's own is to pay."""

queue_inputs = Table(
    "queue_inputs",
    metadata,
    Column("entry_id", ForeignKey("queue_entries.id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("visitor", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("total", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Index("batches_of_a_visitor", "visitor", "created"),
)
"""Lists of presses that were added at once, until their visitor puts them away."""

batch_runs = Table(
    "batch_runs",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("run_id", String(32), primary_key=True, index=True),
    Column("number", Integer, nullable=False),
    Column("label", String(200), nullable=False),
)
"""The runs that were begun for a batch, each with its entry's number and what that is called."""
