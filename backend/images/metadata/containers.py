"""Text into and out of image files, without touching a pixel.

PNG: tEXt and iTXt chunks. JPEG and WebP: one EXIF block. All: one XMP packet. The layouts are those of the PNG
specification (section 11.3), of JFIF/EXIF (APP1), of the WebP container specification (VP8X, EXIF and XMP chunks), and
of the XMP specification, part 3.
"""

import io
import struct
import zlib

from PIL import Image

_PNG_HEAD = 33  # signature (8) and the IHDR chunk (25)
_APP1_MOST = 65533
"""Bytes of a JPEG segment's content: its length has 16 bits and counts its own two bytes (ITU-T T.81, B.1.1.4)."""
_EXIF_FLAG = 0x08
_XMP_FLAG = 0x04
"""Bits of a VP8X chunk that say what follows (RFC 9649, section 2.7)."""
_XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"


def add_png_texts(content: bytes, texts: dict[str, str]) -> bytes:
    """Insert text chunks behind the header of a PNG file."""
    chunks = b"".join(_text_chunk(key, text) for key, text in texts.items())
    return content[:_PNG_HEAD] + chunks + content[_PNG_HEAD:]


def add_jpeg_exif(content: bytes, exif: bytes) -> bytes:
    r"""Insert an EXIF block (`Exif\0\0` and TIFF) at the start of a JPEG file; one above 64 KiB is left out."""
    if len(exif) > _APP1_MOST:
        return content
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:]


def add_webp_exif(content: bytes, exif: bytes) -> bytes:
    """Append an EXIF chunk to a WebP file, and the VP8X header that announces it."""
    return _with_webp_chunk(content, b"EXIF", exif.removeprefix(b"Exif\0\0"), _EXIF_FLAG)


def add_png_xmp(content: bytes, packet: bytes) -> bytes:
    """Insert an XMP packet behind the header of a PNG file."""
    chunk = _png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)
    return content[:_PNG_HEAD] + chunk + content[_PNG_HEAD:]


def add_jpeg_xmp(content: bytes, packet: bytes) -> bytes:
    """Insert an XMP packet of less than 64 KB into a JPEG file, behind its JFIF and EXIF segments."""
    position = 2
    while content[position : position + 2] == b"\xff\xe0" or content[position + 4 : position + 10] == b"Exif\0\0":
        position += 2 + int.from_bytes(content[position + 2 : position + 4])
    data = _XMP_SEGMENT + packet
    return content[:position] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + content[position:]


def add_webp_xmp(content: bytes, packet: bytes) -> bytes:
    """Append an XMP packet to a WebP file, and the VP8X header that announces it."""
    return _with_webp_chunk(content, b"XMP ", packet, _XMP_FLAG)


def _with_webp_chunk(content: bytes, kind: bytes, data: bytes, flag: int) -> bytes:
    body = content[12:]
    if body[:4] == b"VP8X":
        body = body[:8] + bytes([body[8] | flag]) + body[9:]
    else:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
        # A lossless stream (VP8L) says in its own header whether it has alpha: bit 28 behind the signature byte.
        alpha = body[:4] == b"VP8L" and bool(struct.unpack("<I", body[9:13])[0] >> 28 & 1)
        flags = flag | (0x10 if alpha else 0)
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = _riff_chunk(b"VP8X", struct.pack("<I", flags) + sides) + body
    body += _riff_chunk(kind, data)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _text_chunk(key: str, text: str) -> bytes:
    try:
        return _png_chunk(b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _png_chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + text.encode())


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
