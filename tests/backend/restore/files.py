"""Image files as other tools write them: the same chunks, tags and encodings."""

import io
import json
import struct
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

_DOT = Image.new("RGB", (8, 8), "red")


def png(**texts: str) -> bytes:
    """Return a PNG with these texts (names with `_` for ` ` and `__` for `-`), as Pillow's users write them."""
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key.replace("__", "-"), text)
    buffer = io.BytesIO()
    _DOT.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def png_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG with raw chunks behind its header."""
    plain = png()
    raw = b"".join(png_chunk(kind, data) for kind, data in chunks)
    return plain[:33] + raw + plain[33:]


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk with its length and check sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_exif(image_format: str, exif: Image.Exif) -> bytes:
    """Return a JPEG or WebP with EXIF."""
    buffer = io.BytesIO()
    # As bytes: Pillow's PNG writer passes over an object that has entries in a folder of its own alone.
    _DOT.save(buffer, image_format, exif=exif.tobytes())
    return buffer.getvalue()


def with_comment(image_format: str, comment: bytes) -> bytes:
    """Return a JPEG or WebP whose UserComment holds these bytes, in the Exif folder as A1111 writes it."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = comment
    return with_exif(image_format, exif)


def with_texts(texts: dict[str, object], picture: Image.Image = _DOT) -> bytes:
    """Return a PNG of this picture with texts under any names; objects are written as JSON."""
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text if isinstance(text, str) else json.dumps(text))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
