"""The places of a file where other tools keep their settings, and files without end."""

import io
import json
import struct
import time
from typing import Any
from xml.sax.saxutils import escape

import pytest
from PIL import Image

from backend.images.metadata.boxes import avif_parts, avif_size
from backend.images.metadata.picture_size import picture_size
from backend.images.metadata.xmp import texts_of_xmp
from backend.restore.read import read_metadata
from tests.backend.restore.comfyui.graphs import PROMPT, SEED, graph, node
from tests.backend.restore.files import png, png_chunk, with_comment, with_texts
from tests.backend.restore.tools.test_infotext import FORGE

COMFY = "https://github.com/Comfy-Org/ComfyUI"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def xmp(inner: str = "", attributes: str = "") -> bytes:
    """Return a packet that speaks of the file itself."""
    about = f'<rdf:Description rdf:about="" {attributes}>{inner}</rdf:Description>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">{about}</rdf:RDF></x:xmpmeta>'.encode()


def saved(image_format: str, **more: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, image_format, **more)
    return buffer.getvalue()


def tag(number: int, text: str) -> bytes:
    exif = Image.Exif()
    exif[number] = text
    return exif.tobytes()


def recipe(content: bytes) -> dict[str, Any]:
    restored = read_metadata(content)
    assert restored is not None
    return dict(restored.recipe)


GRAPH = json.dumps(graph())
XMP_GRAPH = xmp(f"<comfy:prompt>{escape(GRAPH)}</comfy:prompt>", f'xmlns:comfy="{COMFY}"')
PLACES = {
    "the graph in AVIF's EXIF": saved("AVIF", exif=tag(0x0110, f"prompt:{GRAPH}")),
    "the graph in AVIF's XMP": saved("AVIF", xmp=XMP_GRAPH),
    "the graph in WebP's XMP": saved("WEBP", xmp=XMP_GRAPH),
    "the graph in JPEG's XMP": saved("JPEG", xmp=XMP_GRAPH),
    "save-image-extended": saved("JPEG", exif=tag(0x010F, f"Prompt: {GRAPH}")),
    "Save Image Plus": with_comment("WEBP", json.dumps({"prompt": graph(), "workflow": {"nodes": []}}).encode()),
    "texts in an object": with_comment(
        "JPEG", b"ASCII\0\0\0" + json.dumps({"prompt": GRAPH, "workflow": "{}"}).encode()
    ),
}


@pytest.mark.parametrize("content", PLACES.values(), ids=PLACES)
def test_the_graph_is_found_wherever_it_stands(content: bytes) -> None:
    found = recipe(content)
    assert (found["prompt"], found["seed"], found["width"]) == (PROMPT, SEED, 1024)


def test_an_avif_of_forges_is_read() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + FORGE.encode("utf-16-be")
    assert recipe(saved("AVIF", exif=exif.tobytes()))["seed"] == 4294967301


def test_an_avif_says_its_size() -> None:
    assert picture_size(saved("AVIF")) == (64, 48)


@pytest.mark.parametrize("where", ["a node", "EXIF"])
def test_a_prompt_with_a_picture_in_it_is_read(where: str) -> None:
    large = json.dumps(graph(n70=node("LoadImageBase64", image="A" * 3_000_000)))
    content = with_texts({"prompt": large}) if where == "a node" else saved("WEBP", exif=tag(0x0110, f"prompt:{large}"))
    assert recipe(content)["seed"] == SEED


def test_a_prompt_of_words_without_end_is_left_alone() -> None:
    assert read_metadata(with_texts({"prompt": json.dumps(graph(n70=node("Note", text="a word " * 200_000)))})) is None


def test_of_a_property_in_several_languages_the_first_counts() -> None:
    items = '<rdf:li xml:lang="x-default">one</rdf:li><rdf:li xml:lang="de">zwei</rdf:li>'
    packet = xmp(
        f"<d:description><rdf:Alt>{items}</rdf:Alt></d:description>", 'xmlns:d="http://purl.org/dc/elements/1.1/"'
    )
    assert texts_of_xmp(packet.decode()) == {"description": "one"}


def test_a_property_may_be_an_attribute_and_one_of_an_ingredient_does_not_count() -> None:
    exif = 'xmlns:e="http://ns.adobe.com/exif/1.0/"'
    assert texts_of_xmp(xmp("", f'{exif} e:UserComment="here"').decode()) == {"UserComment": "here"}
    ingredient = f'<m:From xmlns:m="urn:m"><rdf:Description {exif} e:UserComment="there"/></m:From>'
    assert texts_of_xmp(xmp(ingredient).decode()) == {}


@pytest.mark.parametrize(
    "packet",
    ['<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "<m:a>" * 100_000, "<a>&b;</a>", "\ufffd" * 1000, ""],
    ids=["a doctype", "deep", "an entity", "no xml", "nothing"],
)
def test_a_packet_that_means_harm_says_nothing(packet: str) -> None:
    assert texts_of_xmp(packet) == {}


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


HEAD = box(b"ftyp", b"avif\0\0\0\0avif")
BOXES = {
    "a box longer than the file": HEAD + struct.pack(">I4s", 2**31, b"meta"),
    "a box without a length": HEAD + struct.pack(">I4s", 0, b"meta") * 50_000,
    "a box of a negative length": HEAD + struct.pack(">I4s", 3, b"meta"),
    "many boxes": HEAD + box(b"free", b"") * 200_000,
    "meta in meta": HEAD + b"".join(struct.pack(">I4sI", 12 * (50_000 - n), b"meta", 0) for n in range(50_000)),
    "items without end": HEAD + box(b"meta", bytes(4) + box(b"iloc", b"\2\0\0\0\x44\0" + b"\xff" * 100_000)),
    "cut": saved("AVIF", exif=tag(0x0110, "x"))[:180],
}


@pytest.mark.parametrize("content", BOXES.values(), ids=BOXES)
def test_boxes_that_mean_harm_take_no_time(content: bytes) -> None:
    began = time.monotonic()
    assert list(avif_parts(content)) == []
    avif_size(content)
    assert read_metadata(content) is None
    assert time.monotonic() - began < 5


def test_an_item_that_points_everywhere_gives_no_more_than_there_is() -> None:
    """65,000 extents of the whole file each."""
    extents = struct.pack(">HHH", 1, 0, 65_000) + struct.pack(">II", 0, 2**30) * 65_000
    entry = box(b"infe", b"\2\0\0\0" + struct.pack(">HH4s", 1, 0, b"Exif") + b"\0")
    listed = box(b"iinf", bytes(4) + struct.pack(">H", 1) + entry)
    located = box(b"iloc", b"\0\0\0\0\x44\0" + struct.pack(">H", 1) + extents)
    assert list(avif_parts(HEAD + box(b"meta", bytes(4) + listed + located))) == []


def test_a_large_text_is_looked_at_once() -> None:
    """Hundreds of texts of some megabytes each: no more than one such is gone through."""
    one = png_chunk(b"tEXt", b"a\0" + b'"' * 2**22)
    began = time.monotonic()
    assert read_metadata(png()[:33] + one * 8 + png()[33:]) is None
    assert time.monotonic() - began < 5
