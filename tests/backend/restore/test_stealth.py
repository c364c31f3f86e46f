"""Settings in the lowest bits of an alpha channel."""

import gzip
import io
import json
import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.restore import stealth
from backend.restore.read import read_metadata
from backend.restore.stealth import stealth_text
from tests.backend.restore.files import png, png_chunk
from tests.backend.restore.tools.test_infotext import FORGE

NOISE = np.random.default_rng(0).integers(0, 255, (200, 120, 4), dtype=np.uint8)
TEXT = "a fox\nSteps: 8, Seed: 7, CFG scale: 1"


def hidden(data: bytes, signature: bytes = b"stealth_pngcomp", pixels: Any = NOISE, length: int | None = None) -> Any:
    """Return pixels with a text in the lowest bits of their alpha, column by column."""
    told = signature + (len(data) * 8 if length is None else length).to_bytes(4) + data
    bits = np.unpackbits(np.frombuffer(told, dtype=np.uint8))
    made = pixels.copy()
    column = made[..., 3].T.reshape(-1)
    column[: len(bits)] = (column[: len(bits)] & 254) | bits[: len(column)]
    made[..., 3] = column.reshape(made.shape[1], made.shape[0]).T
    return made


def saved(pixels: Any, image_format: str = "PNG", **more: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, image_format, **more)
    return buffer.getvalue()


PACKED = gzip.compress(TEXT.encode())
FILES = {
    "packed": saved(hidden(PACKED)),
    "plain": saved(hidden(TEXT.encode(), b"stealth_pnginfo")),
    "lossless WebP": saved(hidden(PACKED), "WEBP", lossless=True, exact=True),
    "lower than its signature": saved(hidden(PACKED, pixels=NOISE[:40])),
    "rows without filters": saved(hidden(PACKED), compress_level=0),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_the_text_is_read(content: bytes) -> None:
    assert stealth_text(content) == TEXT


def filtered(pixels: Any, kind: int) -> bytes:
    """Return a PNG all of whose rows have this filter, by the standard's own formulas."""
    rows, above = [], np.zeros(pixels.shape[1] * 4, dtype=int)
    for row in pixels.reshape(pixels.shape[0], -1).astype(int):
        left, corner = (np.concatenate([np.zeros(4, dtype=int), line[:-4]]) for line in (row, above))
        near = [abs(left + above - corner - other) for other in (left, above, corner)]
        paeth = np.where((near[0] <= near[1]) & (near[0] <= near[2]), left, np.where(near[1] <= near[2], above, corner))
        guess = (0 * row, left, above, (left + above) // 2, paeth)[kind]
        rows.append(bytes([kind]) + ((row - guess) % 256).astype(np.uint8).tobytes())
        above = row
    size = struct.pack(">II", pixels.shape[1], pixels.shape[0])
    head, body = png_chunk(b"IHDR", size + b"\x08\x06\0\0\0"), png_chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + head + body + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_of_a_row_is_undone(kind: int) -> None:
    assert stealth_text(filtered(hidden(PACKED), kind)) == TEXT


def test_the_settings_come_back() -> None:
    restored = read_metadata(saved(hidden(gzip.compress(FORGE.encode()), pixels=np.tile(NOISE, (2, 2, 1)))))
    assert restored is not None
    assert (restored.source, restored.recipe["seed"]) == ("A1111 infotext", 4294967301)


def test_novelais_object_is_read_there_too() -> None:
    held = {"Software": "NovelAI", "Comment": json.dumps({"prompt": "a fox", "uc": "blurry", "seed": 7, "steps": 28})}
    restored = read_metadata(saved(hidden(gzip.compress(json.dumps(held).encode()))))
    assert restored is not None
    assert (restored.source, restored.recipe["seed"]) == ("NovelAI", 7)


def test_it_is_looked_at_only_where_nothing_else_was_found() -> None:
    text = png_chunk(b"tEXt", b"parameters\0a hen\nSteps: 8, Seed: 5, CFG scale: 1")
    content = FILES["packed"]
    restored = read_metadata(content[:33] + text + content[33:])
    assert restored is not None
    assert restored.recipe["seed"] == 5


def test_a_picture_without_the_signature_is_never_decoded() -> None:
    """Its rows are cut off behind the first column's beginning, and nobody minds."""
    assert stealth_text(saved(NOISE)[:2000]) is None
    assert stealth_text(saved(NOISE, "WEBP", lossless=True)[:300]) is None


HOSTILE = {
    "a bomb": saved(hidden(gzip.compress(b"a" * 50_000_000), pixels=np.tile(NOISE, (5, 5, 1)))),
    "a length without end": saved(hidden(PACKED, length=2**32 - 1)),
    "no length": saved(hidden(PACKED, length=0)),
    "what isn't packed": saved(hidden(b"x" * 500)),
    "cut off": FILES["packed"][:3000],
    "a signature of rows that are no rows": b"\x89PNG\r\n\x1a\n"
    + png_chunk(b"IHDR", struct.pack(">II", 2**15, 2**9) + b"\x08\x06\0\0\0")
    + png_chunk(b"IDAT", zlib.compress(bytes(50_000_000))),
    "a wide picture": b"\x89PNG\r\n\x1a\n"
    + png_chunk(b"IHDR", struct.pack(">II", 2**16, 2**8) + b"\x08\x06\0\0\0")
    + png_chunk(b"IDAT", zlib.compress(bytes(70_000_000))),
    "a picture without end": b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", b"\x7f\xff\xff\xff" * 2 + b"\x08\x06\0\0\0"),
    "chunks of nothing": png()[:33] + png_chunk(b"IDAT", b"") * 100_000,
    "a WebP that is none": b"RIFF\0\0\0\0WEBPVP8L\xff\0\0\0\x2f\xff\xc0\xff\x10",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_means_harm_takes_no_time(content: bytes) -> None:
    began = time.monotonic()
    text = stealth_text(content)
    assert text is None or len(text) <= stealth.MOST_TEXT
    assert time.monotonic() - began < 5


def test_a_larger_picture_than_is_decoded_for_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stealth, "_MOST_PIXELS", 100)
    monkeypatch.setattr(stealth, "_MOST_LOSSLESS", 100)
    assert stealth_text(FILES["packed"]) is None
    assert stealth_text(FILES["lossless WebP"]) is None
