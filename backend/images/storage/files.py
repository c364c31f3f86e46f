"""Image files named after their own sha256, in the data folder; written whole or not at all."""

import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import Hashable, Iterator
from pathlib import Path

from backend.domain.errors import RUN_AGAIN, BadImage, NotFound, StorageFull, StorageUnreachable
from backend.images.storage.disk import Disk, files_below
from backend.images.storage.known_files import KnownFiles, KnownSides

SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "avif": ".avif"}
"""Of what lies here; an AVIF is only ever an input."""
FORMATS = {suffix: name for name, suffix in SUFFIXES.items()}

SHA256 = re.compile(r"[0-9a-f]{64}")


def missing(sha256: str) -> NotFound:
    """Return the error for an image that isn't there, or isn't there for who asks."""
    return NotFound(f"The image {sha256[:12]}… isn't in the data folder; upload it again.")


class ImageFiles:
    """A folder of content-addressed images: `ab/abcd….png`."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self.disk = disk or Disk()
        self.known = KnownFiles()
        self.sides = KnownSides()

    def put(self, content: bytes, image_format: str) -> str:
        """Keep the bytes and return their sha256; the same bytes are kept once."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._keep(self._target(sha256, SUFFIXES[image_format]), content)
        return sha256

    def kept(self, mark: Hashable) -> str | None:
        """Return the sha256 of what was put under this mark, now wanted again; None where it has to be put (anew)."""
        sha256 = self.known.sha256(mark)
        return sha256 if sha256 and self._renew(sha256) else None

    def path(self, sha256: str) -> Path:
        """Return where the image lies; raise `NotFound` where it doesn't."""
        for suffix in SUFFIXES.values():
            target = self._target(sha256, suffix)
            if self._has(target):
                return target
        raise missing(sha256)

    def holds(self, sha256: str) -> bool:
        """Whether the image lies here."""
        return any(_exists(self._target(sha256, suffix)) for suffix in SUFFIXES.values())

    def read(self, sha256: str) -> bytes:
        """Return the image's bytes; raise `NotFound`, or `StorageUnreachable` where the disk doesn't give them."""
        try:
            return self.path(sha256).read_bytes()
        except OSError as error:
            raise _unreadable(error) from error

    def whole(self, sha256: str) -> bytes:
        """Return the bytes that the image was kept with; raise `BadImage` for a damaged file, else as `read`."""
        content = self.read(sha256)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BadImage("The image's file is damaged: run it again with the same seed.")
        return content

    def seconds_since_put(self, sha256: str) -> float:
        """Return how long ago the image was last put; raise `NotFound` where it isn't there."""
        return time.time() - self.path(sha256).stat().st_mtime

    def delete(self, sha256: str) -> None:
        """Remove the image, if it is there."""
        for suffix in SUFFIXES.values():
            self._drop(self._target(sha256, suffix))

    def drop_old(self, sha256: str, seconds: float) -> bool:
        """Remove the image unless it was put within the last `seconds`, be it at this very moment; say if it went."""
        return sum(self._drop_old(self._target(sha256, suffix), seconds) for suffix in SUFFIXES.values()) > 0

    def candidates(self, before: float) -> Iterator[str]:
        """Yield the sha256 of images that may not have been wanted since a moment (seconds since 1970)."""
        for path, stat in files_below(self.folder):
            if path.suffix in FORMATS and SHA256.fullmatch(path.stem) and stat.st_mtime < before:
                yield path.stem

    def drop_copies(self, before: float) -> int:
        """Remove copies that nobody has read since a moment and that can be fetched again; return their number."""
        return 0

    def _keep(self, target: Path, content: bytes) -> None:
        try:
            whole = target.stat().st_size == len(content)  # One that was cut short since is written anew.
            if whole:
                os.utime(target)  # Nothing that was asked for a moment ago is cleared away.
        except OSError:
            whole = False
        if not whole:
            self._write(target, content)

    def _renew(self, sha256: str) -> bool:
        for suffix in SUFFIXES.values():
            try:
                os.utime(self._target(sha256, suffix))
            except OSError:
                continue
            return True
        return False

    def _drop_old(self, target: Path, seconds: float) -> bool:
        # Moved aside first: whoever puts the same image now finds none and writes it, or has made this one young.
        aside = target.with_name(f".{secrets.token_hex(8)}")
        try:
            target.rename(aside)
        except OSError:
            return False
        if time.time() - aside.stat().st_mtime < seconds:
            aside.replace(target)
            return False
        aside.unlink()
        return True

    def _has(self, target: Path) -> bool:
        return _exists(target)

    def _drop(self, target: Path) -> None:
        target.unlink(missing_ok=True)

    def _target(self, sha256: str, suffix: str) -> Path:
        if not SHA256.fullmatch(sha256):
            raise missing(sha256)
        return self.folder / sha256[:2] / f"{sha256}{suffix}"

    def _write(self, target: Path, content: bytes) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(handle)
                Path(name).replace(target)
                self.disk.wrote(len(content))
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StorageFull(
                f"The image could not be kept ({error.strerror or error}): free some disk space and {RUN_AGAIN}."
            ) from error


def _exists(target: Path) -> bool:
    try:
        return target.exists()
    except OSError as error:  # No permission, or a disk that gives up.
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> StorageUnreachable:
    reason = error.strerror or type(error).__name__
    return StorageUnreachable(f"The image can't be read now ({reason}): try it again in a minute.")
