"""Where uploads lie, and the copies that the page serves: a folder for each data folder, which no other program has.

Gradio's own is one for all programs of a machine. It names uploads by their content, and a server that ends removes
its own, so that a picture would leave every other page that shows the same.
"""

import hashlib
import logging
import os
import sqlite3
import tempfile
from pathlib import Path

from backend.data_folder import data_folder
from backend.domain.errors import WrongSetting
from backend.setting_words import TAKES, wrong
from backend.settings import Settings

VARIABLE = "GRADIO_TEMP_DIR"
COMMON = "gradio"
"""Gradio's own, in the system's temporary folder."""

log = logging.getLogger(__name__)


def upload_folder(settings: Settings) -> Path:
    """Return the folder that the owner set, else one in the system's temporary folder, by the data folder's path."""
    return _place(settings) / "uploads" if settings.temp_dir is None else _place(settings)


def former_folders(settings: Settings) -> tuple[Path, ...]:
    """Return where earlier versions of the playground left uploads and copies, which somebody has to tidy away."""
    return (Path(tempfile.gettempdir()).resolve() / COMMON,) if settings.temp_dir is None else ()


def make_upload_folder(settings: Settings) -> Path:
    """Make the folder, for this user alone where the owner named none; raise `WrongSetting` where it can't be used."""
    folder, place = upload_folder(settings), _place(settings)
    try:
        place.mkdir(mode=0o777 if settings.temp_dir else 0o700, parents=True, exist_ok=True)
        if settings.temp_dir is None and _is_strangers(place):
            raise _refused(settings, "somebody else made it")
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _refused(settings, error.strerror or str(error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refused(settings, "it can't be written to")
    return folder


class InUse:
    """Tells who else serves from an upload folder: each playground that does shares a lock, SQLite's on an empty file.

    SQLite's for the same reasons as those of the record (`process_locks.py`). The file lies where it isn't served: on
    Unix a process that opens and closes it by other means loses its lock.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = _place(settings) / "in-use.lock"
        self._mine: sqlite3.Connection | None = None

    def begin(self) -> None:
        """Share the lock for as long as this playground serves; without one, nobody is known to serve beside it.

        The folder is made where it isn't there: only a start by command line has made it before.
        """
        try:
            make_upload_folder(self._settings)
            self._mine = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._mine.execute("PRAGMA journal_mode=MEMORY")  # Or a second file lies beside it.
            self._mine.execute("BEGIN")
            self._mine.execute("SELECT * FROM sqlite_master").fetchall()
        except (sqlite3.Error, WrongSetting) as error:
            log.warning("%s can't be locked, so that others don't see that this one serves: %s", self._path, error)

    def end(self) -> bool:
        """Give the lock back, and return whether another playground still shares it; yes where that can't be told."""
        if self._mine is None:
            return True
        try:
            self._mine.execute("COMMIT")
            self._mine.execute("PRAGMA busy_timeout=0")
            self._mine.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            return True
        finally:
            self._mine.close()
            self._mine = None
        return False


def _place(settings: Settings) -> Path:
    if settings.temp_dir is not None:
        return settings.temp_dir.expanduser().absolute()
    mark = hashlib.sha256(str(data_folder(settings)).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()).resolve() / f"z-image-playground-{mark}"


def _is_strangers(folder: Path) -> bool:
    """Whether somebody else made a folder where everybody may make one, or laid a link there."""
    return folder.is_symlink() or (hasattr(os, "getuid") and folder.lstat().st_uid != os.getuid())


def _refused(settings: Settings, why: str) -> WrongSetting:
    if settings.temp_dir is not None:
        return wrong(VARIABLE, settings.temp_dir, why)
    way = f"take it away, or set {VARIABLE} to {TAKES[VARIABLE]}."
    return WrongSetting(f"Uploads can't be kept in {_place(settings)} ({why}): {way}")
