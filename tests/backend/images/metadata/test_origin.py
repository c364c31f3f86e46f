"""What other programs' files say of their origin, and files that mean harm."""

import time
import zlib

import pytest

from backend.images.metadata.credentials import NOT_CHECKED
from backend.images.metadata.origin import read_origin, source_type_of
from backend.images.metadata.source_type import NAMESPACE, VOCABULARY, packet
from tests.backend.restore.files import png, png_chunk, png_chunks

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
CAPTURE = VOCABULARY + "digitalCapture"


def rdf(inner: str, attributes: str = "") -> bytes:
    """Return a packet with another prefix than ours, as other programs write it."""
    return (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="{NAMESPACE}" xmlns:m="urn:m">'
        f'<rdf:Description rdf:about="" {attributes}>{inner}</rdf:Description></rdf:RDF>'
    ).encode()


@pytest.mark.parametrize(
    "content",
    [
        rdf(f"<e:DigitalSourceType>\n {CAPTURE}\n</e:DigitalSourceType>"),
        rdf(f'<e:DigitalSourceType rdf:resource="{CAPTURE}"/>'),
        rdf("", f'e:DigitalSourceType="{CAPTURE}"'),
        rdf(f"<m:Other>x</m:Other><e:DigitalSourceType>{CAPTURE}</e:DigitalSourceType><m:Other>y</m:Other>"),
        rdf(f"<e:DigitalSourceType>{CAPTURE}</e:DigitalSourceType>") + b"\0\0\n",
    ],
)
def test_the_term_is_found_however_it_is_written(content: bytes) -> None:
    assert source_type_of(content) == CAPTURE


def test_what_a_picture_was_made_from_is_not_what_it_is() -> None:
    ingredient = f'<m:Ingredient><rdf:Description e:DigitalSourceType="{CAPTURE}"/></m:Ingredient>'
    assert source_type_of(rdf(ingredient)) is None
    made = VOCABULARY + "trainedAlgorithmicMedia"
    assert source_type_of(rdf(f"{ingredient}<e:DigitalSourceType>{made}</e:DigitalSourceType>")) == made


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "' + CAPTURE.encode() + b'">]>'
HOSTILE = {
    "a doctype": DOCTYPE + rdf("<e:DigitalSourceType>&a;</e:DigitalSourceType>"),
    "a doctype in UTF-16": (DOCTYPE + rdf("<e:DigitalSourceType>&a;</e:DigitalSourceType>")).decode().encode("utf-16"),
    "an unknown entity": rdf("<e:DigitalSourceType>&a;</e:DigitalSourceType>"),
    "deep": rdf("<m:a>" * 100_000),
    "no xml": b"\xff" * 1000,
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_means_harm_says_nothing_and_takes_no_time(content: bytes) -> None:
    began = time.monotonic()
    assert source_type_of(content) is None
    assert time.monotonic() - began < 5


def test_a_very_long_term_is_shortened() -> None:
    said = source_type_of(rdf(f"<e:DigitalSourceType>{'x' * 100_000}</e:DigitalSourceType>"))
    assert said == "x" * 200


def test_a_packed_packet_is_read_and_a_bomb_is_not() -> None:
    head = b"XML:com.adobe.xmp\0\1\0\0\0"
    small = read_origin(png_chunks((b"iTXt", head + zlib.compress(packet("trainedAlgorithmicMedia")))))
    assert small is not None
    assert small.term == "trainedAlgorithmicMedia"
    assert read_origin(png_chunks((b"iTXt", head + zlib.compress(b" " * 50_000_000)))) is None


def test_a_manifest_is_seen_and_nothing_is_said_of_what_is_in_it() -> None:
    plain = png()
    found = read_origin(plain[:33] + png_chunk(b"caBX", b"junk") + plain[33:])
    assert found is not None
    assert (found.source_type, found.term, found.credentials) == (None, None, NOT_CHECKED)


def test_a_file_that_says_nothing_has_no_origin() -> None:
    assert read_origin(png(parameters="a boat")) is None
    assert read_origin(b"") is None
