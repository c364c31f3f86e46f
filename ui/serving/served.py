"""What Gradio serves of the data folder: unguessable copies in its cache, made again when they are gone."""

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from gradio.utils import get_upload_folder

from backend.domain.errors import PlaygroundError, StorageFull
from backend.domain.records import Run, RunImage
from backend.images.incoming import opened
from backend.images.small_copy import small_copy
from backend.images.storage.disk import Disk
from backend.images.storage.files import SUFFIXES, ImageFiles
from backend.record.holders import Holders
from backend.record.run_json import run_json
from backend.record.zip_file import Zipped, read_zip, write_zip
from backend.upkeep.tidying import SERVED_FOLDER
from backend.visitors.identity import is_guest

THUMBNAIL_PIXELS = 384
"""Of the longer side."""
SERVED = "gradio_api/file="
"""What the address of every served file holds before its path."""


@dataclass(frozen=True, slots=True)
class Served:
    """Copies of images, one for each visitor; the gate serves it to nobody else, and a guest's to who knows its name.

    The secret in the names lives as long as the process.
    """

    files: ImageFiles
    holders: Holders
    disk: Disk = field(default_factory=Disk)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def copy(self, image: RunImage, visitor: str) -> Path:
        """Return a copy of the image's file, byte for byte, under a name fit for a download.

        Raises `NotFound`, `BadImage` or `StorageFull` where the file is gone, damaged, or out of reach.
        """
        seed = "unknown-seed" if image.seed is None else str(image.seed)
        name = f"z-image-{seed}-{image.width}x{image.height}{SUFFIXES[image.format]}"
        target = self._folder(image.sha256, visitor) / name
        if not shown_again(target):
            self._write(target, self.files.whole(image.sha256), visitor)
        return target

    def copies(
        self, images: Iterable[RunImage], visitor: str
    ) -> tuple[list[tuple[RunImage, Path]], list[dict[str, str]]]:
        """Return a copy of each image, and of those that can't be copied the sha256 and why."""
        copied, lost = [], []
        for image in images:
            try:
                copied.append((image, self.copy(image, visitor)))
            except PlaygroundError as error:
                lost.append({"sha256": image.sha256, "why": str(error)})
        return copied, lost

    def copy_of(self, sha256: str, visitor: str) -> Path:
        """Return a copy of any image of the data folder, such as an input; raises as `copy`."""
        target = self._folder(sha256, visitor) / f"image{self.files.path(sha256).suffix}"
        if not shown_again(target):
            self._write(target, self.files.whole(sha256), visitor)
        return target

    def thumbnail(self, sha256: str, visitor: str) -> Path:
        """Return a small JPEG of an image; raises as `copy`."""
        target = self._folder(sha256, visitor) / "thumbnail.jpg"
        if not shown_again(target):
            with opened(self.files.path(sha256)) as picture:
                small = small_copy(picture, THUMBNAIL_PIXELS)
            self._write(target, small, visitor)
        return target

    def archive(
        self,
        runs: Sequence[Run],
        visitor: str,
        *,
        chosen: Mapping[str, Sequence[int]] | None = None,
        name: str = "history",
        prefixes: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[Path, Zipped]:
        """Return a zip of the runs' images with `runs.json`, and what is in it; the same images have the same zip.

        With `chosen`, it has for each run id only those indices of its images. `name` is in the zip's own, and
        `prefixes` go before the names of a run's files, by its id.
        """
        told = [[run_json(run) for run in runs], chosen, dict(prefixes)]
        notes = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        target = self._folder(f"zip {notes}", visitor) / f"z-image-{_fit(name)}.zip"
        if shown_again(target) and not (known := read_zip(target)).left_out:
            return target, known
        taken = ((run.id, image) for run in runs for image in run.images)
        size = sum(image.bytes for of, image in taken if chosen is None or image.index in chosen.get(of, ()))
        self.disk.check(size, copy=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._note(target, visitor)
        zipped = write_zip(target, self.files, runs, chosen=chosen, prefixes=prefixes)
        self.disk.wrote(target.stat().st_size)
        return target, zipped

    def upload(self, content: bytes, image_format: str) -> Path:
        """Keep a picture that came inside a request where uploads may lie."""
        target = self._root() / secrets.token_hex(16) / f"image.{image_format}"
        self._place(target, content)
        return target

    def made(self, what: str, name: str, make: Callable[[], bytes], visitor: str) -> Path:
        """Return a file that is made of others, under this name: once, and again when it is gone; raises as `copy`."""
        target = self._folder(what, visitor) / name
        if not shown_again(target):
            self._write(target, make(), visitor)
        return target

    def document(self, name: str, text: str, visitor: str) -> Path:
        """Return a new text file under this name."""
        target = self._folder(f"document {secrets.token_hex(8)}", visitor) / name
        self._write(target, text.encode(), visitor)
        return target

    def _folder(self, sha256: str, visitor: str) -> Path:
        token = hmac.new(self.secret, f"{visitor} {sha256}".encode(), hashlib.sha256).hexdigest()[:32]
        return self._root() / token

    @staticmethod
    def _root() -> Path:
        return Path(get_upload_folder()) / SERVED_FOLDER

    def _note(self, target: Path, visitor: str) -> None:
        if not is_guest(visitor):
            self.holders.add_served(str(target), visitor)

    def _write(self, target: Path, content: bytes, visitor: str) -> None:
        self._note(target, visitor)
        self._place(target, content)

    def _place(self, target: Path, content: bytes) -> None:
        """Write a file whole or not at all: a second visitor must never be served half of it."""
        self.disk.check(len(content), copy=True)
        part = target.with_name(f".{secrets.token_hex(8)}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            reason = error.strerror or type(error).__name__
            raise StorageFull(f"The page has no room for a copy of it ({reason}): try it again later.") from error
        self.disk.wrote(len(content))


def _fit(name: str) -> str:
    """Return a name with the signs that every system takes in a file's."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in name)[:60].strip("-") or "pictures"


def shown_again(target: Path) -> bool:
    """Say whether a file is there already, and keep it for as long as it is shown; when it was made stays known."""
    try:
        os.utime(target, ns=(time.time_ns(), target.stat().st_mtime_ns))
    except OSError:
        return False
    return True


def url(path: Path) -> str:
    """Return the address of a served file, relative to the page."""
    return f"{SERVED}{quote(str(path))}"
