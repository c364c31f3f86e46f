"""The files of weights under a folder, and the folders of whole models; no link leads out of it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.local.weights.reading import ENDINGS

_ENDINGS = tuple(ENDINGS)
INDEX = "model_index.json"
MOST_DEEP = 12
"""Folders in one another; InvokeAI has 3, the hub's cache 4."""
MOST_ENTRIES = 500_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of weights, or a folder of a whole model (`whole`), under a root, with what changes when it does."""

    root: Path
    path: Path
    changed: int
    size: int
    whole: bool = False


def walk(root: Path) -> Iterator[Seen]:
    """Yield what lies under a folder; a link is followed only to what lies under it too, and each folder once."""
    walker = _Walker(root.resolve())
    yield from walker.under(str(walker.root), 0)


class _Walker:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._left = MOST_ENTRIES
        self._been: set[tuple[int, int]] = set()

    def under(self, folder: str, depth: int) -> Iterator[Seen]:
        entries = self._entries(folder)
        whole = next((entry for entry in entries if entry.name == INDEX), None)
        if whole and (stat := self._stat(whole)):
            # A part that is added or taken away changes its folder.
            parts = (each.stat() for each in entries if self._is_folder(each))
            changed = max(stat.st_mtime_ns, *(part.st_mtime_ns for part in parts), 0)
            yield Seen(self.root, Path(folder), changed, stat.st_size, whole=True)
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.name.lower().endswith(_ENDINGS) and (stat := self._stat(entry)):
                yield Seen(self.root, Path(entry.path), stat.st_mtime_ns, stat.st_size)
            elif depth < MOST_DEEP and self._is_new_folder(entry):
                yield from self.under(entry.path, depth + 1)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:  # It is another user's, or was just removed.
            return []
        self._left -= len(entries)
        return entries if self._left > 0 else []

    def _stat(self, entry: os.DirEntry[str]) -> os.stat_result | None:
        try:
            if entry.is_symlink() and not self._inside(entry):
                return None
            return entry.stat() if entry.is_file() else None
        except OSError:
            return None

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir() and (not entry.is_symlink() or self._inside(entry))
        except OSError:
            return False

    def _is_new_folder(self, entry: os.DirEntry[str]) -> bool:
        if not self._is_folder(entry):
            return False
        try:
            stat = entry.stat()
        except OSError:
            return False
        known = (stat.st_dev, stat.st_ino) in self._been
        self._been.add((stat.st_dev, stat.st_ino))
        return not known

    def _inside(self, entry: os.DirEntry[str]) -> bool:
        return Path(entry.path).resolve().is_relative_to(self.root)
