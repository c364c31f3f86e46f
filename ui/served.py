"""What Gradio serves of the data folder: unguessable copies in its cache, made again when they are gone."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from gradio.utils import get_upload_folder

from backend.encoding import preview_jpeg
from backend.errors import PlaygroundError, StorageFull
from backend.pixels import opened
from backend.runs.archive import Zipped, write_zip
from backend.runs.files import SUFFIXES, ImageFiles
from backend.runs.holders import Holders
from backend.runs.records import Run, RunImage
from backend.visitors.identity import is_guest

THUMBNAIL_PIXELS = 384
SERVED = "gradio_api/file="
"""What the address of every served file holds before its path."""


@dataclass(frozen=True, slots=True)
class Served:
    """Copies of images, one for each visitor; the gate serves it to nobody else, and a guest's to who knows its name.

    The secret in the names lives as long as the process.
    """

    files: ImageFiles
    holders: Holders
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def copy(self, image: RunImage, visitor: str) -> Path:
        """Return a copy of the image's file, byte for byte, under a name fit for a download.

        Raises `NotFound`, `BadImage` or `StorageFull` where the file is gone, damaged, or out of reach.
        """
        seed = "unknown-seed" if image.seed is None else str(image.seed)
        name = f"z-image-{seed}-{image.width}x{image.height}{SUFFIXES[image.format]}"
        target = self._folder(image.sha256, visitor) / name
        if not target.exists():
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
        if not target.exists():
            self._write(target, self.files.whole(sha256), visitor)
        return target

    def thumbnail(self, sha256: str, visitor: str) -> Path:
        """Return a small JPEG of an image; raises as `copy`."""
        target = self._folder(sha256, visitor) / "thumbnail.jpg"
        if not target.exists():
            with opened(self.files.path(sha256)) as picture:
                small = preview_jpeg(picture, THUMBNAIL_PIXELS)
            self._write(target, small, visitor)
        return target

    def archive(self, runs: Sequence[Run], visitor: str) -> tuple[Path, Zipped]:
        """Return a new zip of the runs' images with `runs.json`, and what is in it."""
        target = self._folder(f"zip {secrets.token_hex(8)}", visitor) / "z-image-history.zip"
        target.parent.mkdir(parents=True, exist_ok=True)
        self._note(target, visitor)
        return target, write_zip(target, self.files, runs)

    def document(self, name: str, text: str, visitor: str) -> Path:
        """Return a new text file under this name."""
        target = self._folder(f"document {secrets.token_hex(8)}", visitor) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        self._note(target, visitor)
        target.write_text(text, encoding="utf-8", newline="")
        return target

    def _folder(self, sha256: str, visitor: str) -> Path:
        token = hmac.new(self.secret, f"{visitor} {sha256}".encode(), hashlib.sha256).hexdigest()[:32]
        return Path(get_upload_folder()) / token

    def _note(self, target: Path, visitor: str) -> None:
        if not is_guest(visitor):
            self.holders.add_served(str(target), visitor)

    def _write(self, target: Path, content: bytes, visitor: str) -> None:
        """Write a file whole or not at all: a second visitor must never be served half of it."""
        part = target.with_name(f".{secrets.token_hex(8)}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._note(target, visitor)
            part.write_bytes(content)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            reason = error.strerror or type(error).__name__
            raise StorageFull(
                f"The page has no room for a copy of the image ({reason}): try it again later."
            ) from error


def url(path: Path) -> str:
    """Return the address of a served file, relative to the page."""
    return f"{SERVED}{quote(str(path))}"
