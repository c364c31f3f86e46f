"""Tiles of pictures that were stopped: the next run that asks for the same begins where that one ended."""

import hashlib
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from PIL import Image

from backend.images.boxes import Box
from backend.images.storage.disk import files_below

KEPT_SECONDS = 24 * 60 * 60
MOST_BYTES = 2**30
"""Of all tiles together; the oldest go first."""
_SUFFIX = ".png"


class KeptTiles:
    """Tiles as PNG files in a folder, by what decides over their pixels; None keeps nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def get(self, name: str) -> Image.Image | None:
        """Return a tile (RGB), or None where there is none that can be read."""
        if self._folder is None:
            return None
        with suppress(OSError, SyntaxError), Image.open(self._path(name)) as found:
            return found.convert("RGB")
        return None

    def put(self, name: str, tile: Image.Image) -> None:
        """Keep a tile; where the disk refuses it, there is none: it would be drawn again."""
        if self._folder is None:
            return
        target = self._path(name)
        beside = target.with_suffix(f".{uuid.uuid4().hex}")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                tile.save(beside, "PNG", compress_level=1)
                beside.replace(target)
            finally:
                beside.unlink(missing_ok=True)

    def drop(self, names: Iterable[str]) -> None:
        """Forget the tiles of a picture that is done."""
        for name in names if self._folder else ():
            with suppress(OSError):
                self._path(name).unlink(missing_ok=True)

    def sweep(self, before: float | None = None) -> int:
        """Forget what was kept before a moment (seconds since 1970; a day ago if None), and the oldest of too much.

        Returns how many tiles went.
        """
        if self._folder is None:
            return 0
        before = time.time() - KEPT_SECONDS if before is None else before
        found = sorted(((stat.st_mtime, stat.st_size, path) for path, stat in files_below(self._folder)), reverse=True)
        sizes = accumulate(size for _, size, _ in found)
        old = [
            path
            for (made, _, path), all_newer in zip(found, sizes, strict=True)
            if made < before or all_newer > MOST_BYTES
        ]
        for path in old:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        return len(old)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}{_SUFFIX}"


def name_of(asked: str, box: Box) -> str:
    """Return a tile's name by all that was asked for and where it lies."""
    return hashlib.sha256(f"{asked} {box}".encode()).hexdigest()
