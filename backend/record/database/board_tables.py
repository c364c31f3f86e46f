"""The tables of the boards: the names under which visitors gather pictures, and which pictures lie on each."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from backend.record.database.tables import Moment, metadata

# In the metadata of the runs, to which the pictures refer.
boards = Table(
    "boards",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("visitor", String(64), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("created", Moment, nullable=False),
    Column("deleted", Moment),
)
"""A visitor's boards; a deleted one can be brought back for a week, as runs can."""

board_pictures = Table(
    "board_pictures",
    metadata,
    Column("board_id", ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Index("boards_of_a_run", "run_id"),
)
"""What lies on a board: images of runs. Those of a run in the trash stay here, so that they come back with it."""
