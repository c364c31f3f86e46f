"""What a visitor's runs amount to, added up in the transaction in which each comes or goes."""

from sqlalchemy import Connection, func, insert, select, text

from backend.domain.records import Run
from backend.record.database.tables import images, runs, stored

# The same words in SQLite and PostgreSQL; SQLAlchemy has them for each of the two apart.
_ADD = text(
    "INSERT INTO stored (visitor, runs, images, bytes) "
    "SELECT visitor, :runs, :images, :bytes FROM runs WHERE id = :run "
    "ON CONFLICT (visitor) DO UPDATE SET runs = stored.runs + excluded.runs, "
    "images = stored.images + excluded.images, bytes = stored.bytes + excluded.bytes"
)


def count_run(connection: Connection, run_id: str) -> None:
    """Count a run that was just recorded."""
    connection.execute(_ADD, {"run": run_id, "runs": 1, "images": 0, "bytes": 0})


def count_image(connection: Connection, run_id: str, size: int) -> None:
    """Count an image of a run, of so many bytes."""
    connection.execute(_ADD, {"run": run_id, "runs": 0, "images": 1, "bytes": size})


def uncount(connection: Connection, run: Run) -> None:
    """Take off a run with its images, before its row is deleted."""
    size = sum(image.bytes for image in run.images)
    connection.execute(_ADD, {"run": run.id, "runs": -1, "images": -len(run.images), "bytes": -size})


def count_all(connection: Connection) -> None:
    """Count everything anew, as a record of an older version needs it."""
    connection.execute(stored.delete())
    of_run = select(images.c.run_id, func.count().label("images"), func.sum(images.c.bytes).label("bytes")).group_by(
        images.c.run_id
    )
    each = of_run.subquery()
    sums = (func.count(), func.coalesce(func.sum(each.c.images), 0), func.coalesce(func.sum(each.c.bytes), 0))
    found = select(runs.c.visitor, *sums).select_from(runs).outerjoin(each, each.c.run_id == runs.c.id)
    connection.execute(insert(stored).from_select(list(stored.c.keys()), found.group_by(runs.c.visitor)))
