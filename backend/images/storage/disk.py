"""How much the playground keeps on its disk: what would pass the limit is refused before it costs anything."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from backend.domain.errors import StorageFull

GB = 10**9
"""Bytes, as disks are sold by them."""
BLOCK = 4096
"""Bytes that a file takes at least, on the disks that playgrounds run on."""
MEASURED_AGAIN = 60.0
"""Seconds after which nothing is refused before it was looked anew: another process may have made room, or taken it."""
RECORDS_SHARE = 50
"""One part in so many stays free for the record, which notes also what is refused a file."""
RELIEVED_AGAIN = 30.0
"""Seconds after which room is made anew: one who is refused all the time must not keep the disk busy."""

Counts = Callable[[Path, os.stat_result], bool]


class Disk:
    """Counts what lies in some folders, with what was written since they were measured and what runs may still write.

    `grows` are files in them that others write, such as the record's; they are looked at each time. Without a limit
    (bytes) it refuses nothing, and measures nothing.
    """

    def __init__(self, limit: int | None = None, *folders: Path, grows: Sequence[Path] = ()) -> None:
        self.limit = limit
        self.make_room: Callable[[int], None] = lambda _: None
        """Removes what can be made again, once nothing more would fit; it is given the bytes that are to be free."""
        self._folders: list[tuple[Path, Counts]] = [(folder, lambda *_: True) for folder in folders]
        self._lock = threading.RLock()
        self._relief = threading.Lock()
        self._measured = False
        self._looked = 0.0
        self._relieved = -RELIEVED_AGAIN
        self._grows = grows
        self._bytes = self._grown_before = 0
        self._claims: dict[str, int] = {}

    def watch(self, folder: Path, counts: Counts) -> None:
        """Count of this folder too what `counts` says yes to, by a file's path and its size and times.

        One that lies in a folder that is counted is counted with it.
        """
        if not any(folder.resolve().is_relative_to(known.resolve()) for known, _ in self._folders):
            self._folders.append((folder, counts))

    @property
    def used(self) -> int:
        """Return the bytes that are taken or claimed."""
        with self._lock:
            return self._bytes + sum(self._claims.values()) + self._grown() - self._grown_before

    def wrote(self, size: int) -> None:
        """Count a file of so many bytes that was written since."""
        with self._lock:
            self._bytes += on_disk(size)

    def check(self, size: int, *, copy: bool = False) -> None:
        """Raise `StorageFull` where so many bytes more would pass the limit, though room was made.

        A copy may take what runs have claimed: that is meant for their copies too, and a copy can go again.
        """
        if self.limit is None or self._fits(size, copy=copy):
            return
        # One makes room, and the others that need it wait for that.
        with self._relief:
            if time.monotonic() - self._looked >= MEASURED_AGAIN:
                self.measure()
            if not self._fits(size, copy=copy) and time.monotonic() - self._relieved >= RELIEVED_AGAIN:
                self.make_room(size)
                self.measure()
                self._relieved = time.monotonic()
        if not self._fits(size, copy=copy):
            raise self._refusal(size)

    def claim(self, name: str, size: int) -> None:
        """Check the room for what a run may write, and keep it for that run until it is released; raises as `check`."""
        if self.limit is None:
            return
        self.check(size)
        with self._lock:
            if not self._fits(size):  # Another run was faster.
                raise self._refusal(size)
            self._claims[name] = size

    def release(self, name: str) -> None:
        """Give back a claim; what was written by then is counted by itself."""
        with self._lock:
            self._claims.pop(name, None)

    def measure(self) -> int:
        """Count anew what lies in the folders, and return it in bytes."""
        with self._lock:
            before, grown = self._bytes, self._grown()
        found = sum(
            on_disk(stat.st_size)
            for folder, counts in self._folders
            for path, stat in files_below(folder)
            if counts(path, stat)
        )
        with self._lock:
            # What was written meanwhile may have been seen or not: counted twice is safer than not at all.
            self._bytes = found + max(self._bytes - before, 0)
            self._grown_before = grown
            self._measured = True
            self._looked = time.monotonic()
        return found

    def _grown(self) -> int:
        return sum(on_disk(path.stat().st_size) for path in self._grows if path.exists())

    def _refusal(self, size: int) -> StorageFull:
        assert self.limit is not None
        taken = f"{_told(self.used)} of the {_told(self.limit)} that this playground may keep are taken"
        way = "Delete what you don't need and empty the trash, or try again later."
        return StorageFull(f"There is no room for this: it may take {_told(size)}, and {taken}. {way}")

    def _fits(self, size: int, *, copy: bool = False) -> bool:
        assert self.limit is not None
        if not self._measured:
            self.measure()
        claimed = sum(self._claims.values()) if copy else 0
        return self.used - claimed + on_disk(size) <= self.limit - self.limit // RECORDS_SHARE


def on_disk(size: int) -> int:
    """Return what a file of so many bytes takes, in whole blocks."""
    return -(-size // BLOCK) * BLOCK


def _told(size: int) -> str:
    return f"{size / GB:.1f} GB" if size >= GB else f"{size / 10**6:.1f} MB"


def files_below(folder: Path, *, deep: bool = True) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield every file below a folder with its size and times; what is removed meanwhile is passed over.

    Without `deep`, only those in the folder itself.
    """
    try:
        with os.scandir(folder) as found:
            below = list(found)
    except OSError:
        return
    for entry in below:
        try:
            inside, stat = entry.is_dir(follow_symlinks=False), entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if inside and deep:
            yield from files_below(Path(entry.path))
        elif not inside:
            yield Path(entry.path), stat
