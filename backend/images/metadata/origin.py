"""What an image file says of who made it: IPTC's digital source type, and its Content Credentials."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from xml.parsers import expat

from backend.images.metadata.credentials import Credentials, not_checked
from backend.images.metadata.source_type import NAMESPACE, VOCABULARY
from backend.images.metadata.texts import XMP, has_manifest, read_texts

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PROPERTY = f"{NAMESPACE} DigitalSourceType"
_OF_THE_FILE = [f"{_RDF} RDF", f"{_RDF} Description"]
"""Where a property speaks of the file itself, and not of something that it was made from."""
_MOST_TEXT = 200
_MOST_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of its origin; of what isn't signed, nobody knows whether it is true."""

    source_type: str | None
    """IPTC's digital source type as it stands there, mostly a URI; shortened."""
    credentials: Credentials | None
    """What its C2PA manifest says, if it has one."""

    @property
    def term(self) -> str | None:
        """Return the term alone, where it is one of IPTC's vocabulary."""
        return term_of(self.source_type or "")


def term_of(source_type: str) -> str | None:
    """Return the term of a digital source type, where it is one of IPTC's vocabulary."""
    uri = source_type.replace("https://", "http://", 1)
    return uri.removeprefix(VOCABULARY) if uri.startswith(VOCABULARY) else None


def read_origin(content: bytes, check: Callable[[bytes], Credentials] = not_checked) -> Origin | None:
    """Return what a PNG, JPEG or WebP file says of its origin, or None where it says nothing.

    Bounded as `read_metadata` is: no content makes it raise or take long, but for `check`, which is asked of a file
    that has Content Credentials.
    """
    source_type = source_type_of(read_texts(content).get(XMP, "").encode())
    credentials = check(content) if has_manifest(content) else None
    return Origin(source_type, credentials) if source_type or credentials else None


def source_type_of(packet: bytes) -> str | None:
    """Return the digital source type of an XMP packet; None where there is none, or it is no XML."""
    found = _Finder()
    with suppress(expat.ExpatError, _NoXMP):
        found.parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    text = " ".join("".join(found.texts).split())
    return text[:_MOST_TEXT] or None


class _NoXMP(Exception):
    """It declares entities, or is nested as no packet is."""


class _Finder:
    """Follows a packet element by element and keeps the property's text alone; nothing is built of the rest."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.path: list[str] = []
        self.inside = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        # Refused by the parser itself, in whatever encoding it comes: without a doctype there are no entities.
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._read

    def _refuse(self, *_: object) -> None:
        raise _NoXMP

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) == _MOST_DEPTH:
            raise _NoXMP
        self.texts += self._given(name, attributes)
        self.inside = len(self.path) + 1 if self._is_property(name) else self.inside
        self.path.append(name)

    def _given(self, name: str, attributes: dict[str, str]) -> Iterator[str]:
        """Yield what stands in an attribute: the property itself, or as a resource."""
        if self._is_property(name):
            yield attributes.get(f"{_RDF} resource", "")
        elif [*self.path[-1:], name] == _OF_THE_FILE and not any(self.texts):
            yield attributes.get(_PROPERTY, "")

    def _is_property(self, name: str) -> bool:
        return name == _PROPERTY and self.path[-2:] == _OF_THE_FILE and not any(self.texts)

    def _end(self, _: str) -> None:
        self.inside = 0 if self.inside == len(self.path) else self.inside
        self.path.pop()

    def _read(self, text: str) -> None:
        if self.inside and len(self.texts) < _MOST_TEXT:
            self.texts.append(text)
