"""Files with and without credentials, and what the library's own reader says of them."""

import io
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import c2pa

from backend.domain.parts import OutputFormat
from backend.images.credentials.claim import Deed
from backend.images.credentials.reader import settings_of
from backend.images.credentials.signing import Signing
from backend.images.encoding import encode
from backend.images.metadata.source_type import VOCABULARY
from tests.backend.images.metadata.test_source_type import NOISE
from tests.backend.restore.files import png_chunk
from tests.certificates import Chain

PHOTO = Deed("text_to_image", "trainedAlgorithmicMedia", "a model", "a machine")


def report(content: bytes, image_format: str, chain: Chain | None = None) -> dict[str, Any]:
    """Return what the library says of a file; the chain's root is trusted."""
    context = c2pa.Context.from_dict(settings_of(chain.root.decode() if chain else "", ""))
    with c2pa.Reader(f"image/{image_format}", io.BytesIO(content), context=context) as reader:
        found: dict[str, Any] = json.loads(reader.json())
    return found


def active(content: bytes, image_format: str) -> dict[str, Any]:
    """Return the manifest that speaks for the file."""
    found = report(content, image_format)
    manifest: dict[str, Any] = found["manifests"][found["active_manifest"]]
    return manifest


def actions(content: bytes, image_format: str) -> list[dict[str, Any]]:
    """Return the actions that are claimed, in order."""
    (assertion,) = (each for each in active(content, image_format)["assertions"] if "actions" in each["label"])
    found: list[dict[str, Any]] = assertion["data"]["actions"]
    return found


def signed(signing: Signing | None, image_format: OutputFormat = "png") -> bytes:
    """Return a file that somebody has signed."""
    assert signing is not None
    return signing.sign(encode(NOISE, image_format), image_format, PHOTO, ())


def from_a_camera(chain: Chain, of: bytes | None = None) -> bytes:
    """Return a PNG that another program has signed, with a small picture, a place and an author; `of` is its parent."""
    context = c2pa.Context.from_dict(
        settings_of(chain.root.decode(), "") | {"builder": {"thumbnail": {"enabled": True}}}
    )
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["it"]}}
    taken = {"action": "c2pa.created", "digitalSourceType": f"{VOCABULARY}digitalCapture"}
    place = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": "39,21.102N"}
    told = {
        "c2pa.actions.v2": {"actions": [opened if of else taken]},
        "c2pa.metadata": place,
        "org.example.author": {"name": "Ann the author"},
    }
    assertions = [{"label": label, "data": data} for label, data in told.items()]
    builder = c2pa.Builder({"claim_generator_info": [{"name": "A camera"}], "assertions": assertions}, context=context)
    if of:
        builder.add_ingredient({"title": "it", "relationship": "parentOf", "label": "it"}, "image/png", io.BytesIO(of))
    target = io.BytesIO()
    info = c2pa.C2paSignerInfo("es256", chain.certificates, chain.key, None)
    builder.sign(c2pa.Signer.from_info(info), "image/png", io.BytesIO(encode(NOISE, "png")), target)
    return target.getvalue()


def with_another_pixel(content: bytes, image_format: str) -> bytes:
    """Return the file with one pixel that is another."""
    if image_format != "png":
        changed = bytearray(content)
        # A JPEG ends with its scan; a WebP's pixels come before anything that is appended.
        at = len(content) - 10 if image_format == "jpeg" else content.index(b"VP8 ") + 200
        changed[at] ^= 1
        return bytes(changed)
    chunks = list(_chunks(content))
    rows = bytearray(zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT")))
    rows[-1] ^= 1
    others = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
    return content[:8] + b"".join(
        png_chunk(kind, data) for kind, data in (*others[:-1], (b"IDAT", zlib.compress(rows)), others[-1])
    )


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, content[at + 8 : at + 8 + length]
        at += 12 + length
