"""Files that mean harm, or come broken: each is taken as a picture or refused in a sentence, and costs little."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from backend.domain.errors import BadImage
from backend.images.incoming import MOST_BYTES, check_header, open_upright, take_upload
from backend.images.storage.files import ImageFiles


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *extra: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG of black pixels whose header says what it likes; `extra` chunks stand before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 4096)
    parts = (chunk(b"IHDR", header), *extra, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow mentions what is corrupt, and goes on.

PHOTO = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
BOMB = zlib.compress(b"\0" * 50_000_000, 9)

REFUSED = {
    "an empty file": b"",
    "text": b"hello",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "HTML in front of a picture": b"<html><script>" + encoded(PHOTO, "PNG"),
    "GIF": encoded(PHOTO.convert("P"), "GIF"),
    "TIFF": encoded(PHOTO, "TIFF"),
    "BMP": encoded(PHOTO, "BMP"),
    "PDF": encoded(PHOTO, "PDF"),
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "an animated PNG": encoded(PHOTO, "PNG", save_all=True, append_images=[PHOTO.rotate(90)]),
    "an animated WebP": encoded(PHOTO, "WEBP", save_all=True, append_images=[PHOTO.rotate(90)]),
    "a bomb of 100 megapixels": png(10_000, 10_000),
    "a bomb of 10 gigapixels": png(100_000, 100_000),
    "a bomb of all that fits in a header": png(2**31 - 1, 2**31 - 1),
    "a strip of 41 megapixels": png(41_000_000, 1),
    "no pixels": png(0, 0),
    "text that unpacks to 50 MB": png(16, 16, chunk(b"zTXt", b"note\0\0" + BOMB)),
    "a profile that unpacks to 50 MB": png(16, 16, chunk(b"iCCP", b"icc\0\0" + BOMB)),
    "a header cut off": encoded(PHOTO, "PNG")[:20],
}
TAKEN = {
    "CMYK": encoded(PHOTO.convert("CMYK"), "JPEG"),
    "grey": encoded(PHOTO.convert("L"), "JPEG"),
    "16-bit grey": encoded(PHOTO.convert("I;16"), "PNG"),
    "1-bit": encoded(PHOTO.convert("1"), "PNG"),
    "a palette with transparency": encoded(PHOTO.convert("P"), "PNG", transparency=3),
    "grey with alpha": encoded(PHOTO.convert("LA"), "PNG"),
    "WebP with alpha": encoded(PHOTO.convert("RGBA"), "WEBP", lossless=True),
    "a phone's JPEG with a second picture inside": encoded(PHOTO, "MPO", save_all=True, append_images=[PHOTO]),
    "EXIF that is garbage": encoded(PHOTO, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 200),
    "an orientation of 99": encoded(
        PHOTO, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0\0\0\0\0"
    ),
    "a colour profile that is garbage": encoded(PHOTO, "PNG", icc_profile=b"\xff" * 500),
    "a colour profile": encoded(
        PHOTO, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ),
    "HTML behind a picture": encoded(PHOTO, "PNG") + b"<script>alert(1)</script>",
}
BROKEN = {
    "PNG cut off": encoded(PHOTO, "PNG")[:-200],
    "JPEG cut off": encoded(PHOTO, "JPEG")[:-400],
    "WebP cut off": encoded(PHOTO, "WEBP")[:-100],
    "PNG with a wrong checksum": encoded(PHOTO, "PNG").replace(b"IDAT", b"IDAT\0", 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_that_we_take_is_refused_by_its_header(name: str) -> None:
    with pytest.raises(BadImage):
        check_header(REFUSED[name])


@pytest.mark.parametrize("name", TAKEN)
def test_a_strange_but_honest_picture_becomes_plain_rgb(name: str, tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(TAKEN[name])
    files = ImageFiles(tmp_path / "images")
    image = open_upright(files.path(take_upload(files, tmp_path / "upload")))
    assert image.mode == "RGB"
    assert image.size in ((64, 48), (16, 16))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_is_refused_when_it_is_uploaded_or_opened(name: str, tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(BROKEN[name])
    files = ImageFiles(tmp_path / "images")
    with pytest.raises(BadImage):
        open_upright(files.path(take_upload(files, tmp_path / "upload")))


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    with (tmp_path / "upload").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(BadImage, match="the most is 30 MB"):
        take_upload(ImageFiles(tmp_path / "images"), tmp_path / "upload")


@given(content=st.binary(max_size=200), kind=st.sampled_from(["PNG", "JPEG", "WEBP"]), at=st.integers(0, 2000))
@example(content=b"", kind="PNG", at=0)
def test_whatever_bytes_stand_in_a_file_nothing_but_a_refusal_comes_of_it(
    content: bytes, kind: str, at: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = SAMPLES[kind]
    at %= len(whole)
    path = tmp_path_factory.mktemp("fuzz") / "upload"
    for damaged in (whole[:at] + content + whole[at + len(content) :], whole[:8] + content, content):
        path.write_bytes(damaged)
        try:
            check_header(damaged)
            open_upright(path)
        except BadImage:
            continue


SAMPLES = {kind: encoded(PHOTO, kind) for kind in ("PNG", "JPEG", "WEBP")}
SAMPLES["JPEG"] = encoded(
    PHOTO, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
)
