"""Images coming in: checked before they are decoded, upright, opaque, and of the size that a model takes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError, features

from backend.domain.errors import BadImage, StorageUnreachable
from backend.images.metadata.exif import claimed_bytes
from backend.images.metadata.late_chunks import exif_of
from backend.images.metadata.texts import exif_blocks
from backend.images.storage.files import SUFFIXES, ImageFiles

MOST_BYTES = 30 * 2**20
"""Of one file."""
MOST_PIXELS = 40_000_000
"""Of one picture, whatever its sides: 120 MB as RGB."""
_EXIF_SLACK = 65_536
RESULTS = ("PNG", "JPEG", "WEBP")
"""What a result may be, in Pillow's words."""
INPUTS = (*RESULTS, "AVIF") if features.check("avif") else RESULTS
"""What may come in; Pillow is built with AVIF in its wheels since 11.3, elsewhere by choice."""
NAMED = "PNG, JPEG, WebP or AVIF" if "AVIF" in INPUTS else "PNG, JPEG or WebP"
MULTIPLE = 16
"""Z-Image's sides: the VAE's factor 8 times the transformer's patch of 2."""

_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises for files that are broken, or that mean harm."""


def take_upload(files: ImageFiles, path: Path) -> str:
    """Check an uploaded file by its size and header, keep its bytes, and return its sha256.

    One that was taken before, and hasn't changed, isn't read again. Raises `BadImage` for one that is too large or no
    image, and `StorageFull` where there is no room.
    """
    now = path.stat()
    check_size(now.st_size)
    mark = (str(path), now.st_size, now.st_mtime_ns)
    if known := files.kept(mark):
        return known
    files.disk.check(now.st_size)
    content = path.read_bytes()
    header = read_header(content)
    sha256 = files.known.note(mark, files.put(content, header.format))
    if header.sides:
        files.sides.note(sha256, header.sides)
    return sha256


def check_size(size: int) -> None:
    """Raise `BadImage` for a file of more bytes than are taken."""
    if size > MOST_BYTES:
        raise BadImage(f"The file has {size / 2**20:.0f} MB; the most is {MOST_BYTES // 2**20} MB. Make it smaller.")


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture's header says: `png`, `jpeg`, `webp` or `avif`, and width and height in pixels as it is seen.

    The sides are None where it doesn't say how the picture is to be turned in a way that can be read.
    """

    format: str
    sides: tuple[int, int] | None


def check_header(content: bytes, formats: tuple[str, ...] = INPUTS) -> str:
    """Return the format (`png`, `jpeg`, `webp`, `avif`) by the header alone; raise `BadImage` with the way out."""
    return read_header(content, formats).format


def read_header(content: bytes, formats: tuple[str, ...] = INPUTS) -> Header:
    """Return what the header says; raise `BadImage` with the way out where the picture can't be taken."""
    if any(claimed_bytes(block) > 2 * len(block) + _EXIF_SLACK for block in exif_blocks(content)):
        # Pillow copies what every entry points to: 64 KB of entries that share their bytes become 350 MB.
        raise BadImage("The image's EXIF data is broken: save it again in an image program, without its EXIF data.")
    try:
        with Image.open(io.BytesIO(content), formats=formats) as picture:
            image_format, (width, height) = (picture.format or "").lower(), picture.size
            # A phone's JPEG (MPO) may hold a second view or a depth map; the first picture is the photo.
            frames = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
            # What is too large is never looked at more closely: its EXIF data may stand behind its pixels.
            sides = _sides_of(picture) if width * height <= MOST_PIXELS else None
    except _UNREADABLE as error:
        raise BadImage(f"The file is no {NAMED} image that can be read: save it as one of these.") from error
    if width * height > MOST_PIXELS:
        raise BadImage(
            f"The image has {width}×{height} pixels; the most is {MOST_PIXELS // 10**6} million. Make it smaller."
        )
    if frames > 1:
        raise BadImage(f"The image is an animation of {frames} frames: save the one you want as a PNG.")
    return Header(image_format if image_format in SUFFIXES else "jpeg", sides)


def _sides_of(picture: Image.Image) -> tuple[int, int] | None:
    try:
        return upright_size(picture)
    except _UNREADABLE:  # Whoever needs the sides is told.
        return None


def check_whole(content: bytes) -> None:
    """Read every pixel of an image that a provider made; raise `BadImage` where it is none, or cut off.

    A store that breaks off without having said the length leaves a file whose header is right.
    """
    check_header(content, RESULTS)
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
    except _UNREADABLE as error:
        raise BadImage("The file is cut off or damaged: fetch it again.") from error


def upright(image: Image.Image) -> Image.Image:
    """Return the image as its EXIF says it is to be seen, in RGB, on white where it was transparent."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        opaque = Image.new("RGBA", image.size, "white")
        opaque.alpha_composite(image.convert("RGBA"))
        image = opaque
    if image.mode.startswith("I"):
        # 16-bit greys: Pillow's own conversion cuts them off at 255.
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def open_upright(file: Path | IO[bytes]) -> Image.Image:
    """Read an image as `upright` does (its mode as stored, turned as EXIF says); raises as `opened`."""
    with opened(file) as picture:
        return upright(picture)


@contextmanager
def opened(file: Path | IO[bytes]) -> Iterator[Image.Image]:
    """Open an image of the data folder, to look at its header or its pixels.

    Raises `BadImage` where either is broken, and `StorageUnreachable` where the disk doesn't give the file.
    """
    try:
        with Image.open(file) as picture:
            yield picture
    except _UNREADABLE as error:
        # Pillow's own OSErrors have no number.
        if isinstance(error, OSError) and error.errno is not None:
            raise StorageUnreachable(f"The image can't be read now ({error.strerror}): try it in a minute.") from error
        raise BadImage("The image is damaged: open it in an image program, save it again, and upload that.") from error


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return width and height as an opened image is to be seen, by its header alone."""
    # EXIF orientations 5 to 8 lay the image on its side.
    return (picture.height, picture.width) if exif_of(picture).get(0x0112, 1) >= 5 else picture.size


def sides_of(files: ImageFiles, sha256: str) -> tuple[int, int]:
    """Return width and height of a kept picture as it is to be seen, in pixels; its header is opened but once.

    Raises `NotFound` where it isn't there, and else as `opened`.
    """
    path = files.path(sha256)
    if known := files.sides.of(sha256):
        return known
    with opened(path) as picture:
        return files.sides.note(sha256, upright_size(picture))


def round_up(side: int, multiple: int = MULTIPLE) -> int:
    """Return the next multiple at or above `side`, in pixels."""
    return -(-side // multiple) * multiple
