"""The table of what a room's members play together: rounds with votes, and words that several write in turns."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table

from backend.record.database.tables import Moment, metadata

# In the metadata of the rooms, to which each refers.
games = Table(
    "games",
    metadata,
    Column("room", ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", JSON, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
)
"""A room's games by their number in it, at most one of them open; votes and words stand in its state."""
