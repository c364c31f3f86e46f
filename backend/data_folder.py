"""Where the record is kept: the data folder as set, or a Space's mounted storage."""

import sqlite3
import uuid
from pathlib import Path

from backend.settings import Settings

MOUNT = Path("/data")
"""Where a Space's storage is mounted, if it has any; its own disk is emptied by every restart."""


def data_folder(settings: Settings, mount: Path = MOUNT) -> Path:
    """Return where to keep the record: as set, else on a Space its storage where a database can live there."""
    if settings.space_id is None or "data" in settings.model_fields_set or not mount.is_dir():
        return settings.data
    folder = mount / "playground"
    return folder if _holds_a_database(folder) else settings.data


def _holds_a_database(folder: Path) -> bool:
    """Try it: a mounted bucket may lack the locks and the shared memory that SQLite needs."""
    probe = folder / f".probe-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(probe)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE probe (value INTEGER)")
            connection.commit()
        finally:
            connection.close()
    except (OSError, sqlite3.Error):
        return False
    finally:
        for leftover in folder.glob(f"{probe.name}*"):
            leftover.unlink(missing_ok=True)
    return True
