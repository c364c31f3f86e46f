"""Tidying: what was only looked at, and copies that can be made again, go by age, and by size where room runs out.

What a run shows or started from is never touched.
"""

import logging
import os
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from backend.domain.errors import StorageFull
from backend.images.storage.disk import GB, Disk, files_below, on_disk
from backend.playground import Playground
from backend.record.unused import remove_unused

log = logging.getLogger(__name__)

SERVED_FOLDER = "z-image-playground"
"""Within Gradio's cache, which other programs share: what lies below is ours, and can be made again."""

HOUR, DAY = 3600.0, 24 * 3600.0
EVERY_SECONDS = HOUR / 4
UNUSED_SECONDS = DAY
"""A copy that nobody was shown for so long goes, and a picture that no run has: a page may have it on its easel."""
MADE_SECONDS = 6 * DAY
"""A copy goes at this age at the latest, so that it isn't there any more once it is forgotten to whom it is served."""
FORGOTTEN_AFTER = timedelta(days=7)
YOUNG_SECONDS = 600.0
"""Where room runs out, copies go before their time; somebody may be loading one that is younger."""
_UPLOADS = re.compile(r"[0-9a-f]{64}")
"""Gradio names the folder of an upload by the file's content."""


@dataclass(frozen=True, slots=True)
class Tidying:
    """Tidies a playground's data folder and its part of Gradio's cache; safe beside others that use the same.

    `ours`: no other program has the cache. `former` are caches that earlier versions used, where what they left goes.
    """

    playground: Playground
    cache: Path
    ours: bool = False
    former: Sequence[Path] = ()

    @property
    def served(self) -> Path:
        """Return the folder of what the page serves."""
        return self.cache / SERVED_FOLDER

    @property
    def disk(self) -> Disk:
        """Return what counts the room."""
        return self.playground.disk

    def start(self) -> threading.Thread:
        """Tidy in the background for as long as the process lives, and whenever room runs out."""
        self.connect()
        thread = threading.Thread(target=self._go_on, daemon=True, name="tidying")
        thread.start()
        return thread

    def connect(self) -> None:
        """Count the copies against the limit, and make room when it is reached."""
        began, served = time.time(), str(self.served)

        def counts(path: Path, stat: os.stat_result) -> bool:
            # Others' files may lie in the cache: what is older than this process is only ours where we made it.
            return self.ours or stat.st_mtime >= began or str(path).startswith(served)

        self.disk.watch(self.cache, counts)
        self.disk.make_room = self.make_room

    def tidy(self, now: float | None = None) -> int:
        """Remove what is old (`now`: seconds since 1970), and return how many files went."""
        now = time.time() if now is None else now
        gone = sum(self._copies(cache, now) + self._uploads(cache, now) for cache in (self.cache, *self.former))
        gone += self._halves(now)
        gone += remove_unused(self.playground.store.engine, self.playground.files, now - UNUSED_SECONDS)
        gone += self.playground.files.drop_copies(now - MADE_SECONDS)
        gone += self._kept_by_backends(now - UNUSED_SECONDS)
        self.playground.holders.forget_served(datetime.fromtimestamp(now, UTC) - FORGOTTEN_AFTER)
        self.playground.orders.forget(datetime.fromtimestamp(now, UTC) - FORGOTTEN_AFTER)
        return gone

    def make_room(self, size: int) -> None:
        """Remove what is old, then copies, the longest unused first, until so many bytes are free."""
        try:
            self.tidy()
        except (SQLAlchemyError, StorageFull) as error:  # A record that is locked; copies can go all the same.
            log.warning("What is old could not be tidied away: %s", error)
        young = time.time() - YOUNG_SECONDS
        self.playground.files.drop_copies(young)
        self._kept_by_backends(young)
        # Some more than is asked for, or the next one would come here again.
        too_much = self.disk.measure() + size + (self.disk.limit or 0) // 10 - (self.disk.limit or 0)
        old = sorted((stat.st_atime, stat.st_size, path) for path, stat in files_below(self.served))
        for used, length, path in old:
            if too_much <= 0 or used > young:
                break
            too_much -= on_disk(length) if _removed(path) else 0

    def _go_on(self) -> None:
        while True:
            try:
                gone, used = self.tidy(), self.disk.measure()
                if gone:
                    log.info("%d files were tidied away; %.2f GB are in use", gone, used / GB)
            except Exception:  # The thread's rim: a locked record, or a disk that is away, is there again next time.
                log.exception("Tidying broke down")
            time.sleep(EVERY_SECONDS)

    def _kept_by_backends(self, before: float) -> int:
        return sum(backend.tidy(before) for backend in self.playground.backends.values())

    def _copies(self, cache: Path, now: float) -> int:
        """Remove served files by age: by when somebody was last shown one, and by when it was made."""
        gone, served = 0, cache / SERVED_FOLDER
        for path, stat in files_below(served):
            if now - stat.st_atime > UNUSED_SECONDS or now - stat.st_mtime > MADE_SECONDS:
                gone += _removed(path)
        for folder in served.iterdir() if served.is_dir() else ():
            _remove_empty(folder, now)
        return gone

    def _uploads(self, cache: Path, now: float) -> int:
        """Remove the uploads of a process that has ended: Gradio only remembers its own."""
        gone, ours = 0, self.ours and cache == self.cache
        for path, stat in files_below(cache):
            upload = path.parent.parent == cache and _UPLOADS.fullmatch(path.parent.name)
            old = upload and now - max(stat.st_mtime, stat.st_atime) > DAY + HOUR
            # Others' too may lie here, and what was uploaded to this process is Gradio's to remove.
            if old and (ours or self.playground.holders.is_served(str(path))):
                gone += _removed(path)
                _remove_empty(path.parent, now)
        return gone

    def _halves(self, now: float) -> int:
        """Remove what was begun and broken off: uploads in Gradio's folder, images in the data folder."""
        begun = [(path, stat) for path, stat in files_below(self.playground.files.folder) if path.name.startswith(".")]
        begun += [(path, stat) for path, stat in files_below(self.cache, deep=False) if path.name.startswith("tmp")]
        return sum(_removed(path) for path, stat in begun if now - stat.st_mtime > HOUR)


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:  # Another process was faster, or it is another program's.
        return False
    return True


def _remove_empty(folder: Path, now: float) -> None:
    try:
        # One that was just made is about to be filled.
        if now - folder.stat().st_mtime > HOUR:
            folder.rmdir()
    except OSError:  # Something lies in it, or it is gone.
        return
