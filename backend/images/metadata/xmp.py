"""The settings in a packet of XMP: the few properties that tools write them into, and nothing built of the rest."""

from collections.abc import Mapping
from contextlib import suppress
from xml.parsers import expat

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OF_THE_FILE = (f"{_RDF} RDF", f"{_RDF} Description")
_NAMES: Mapping[str, str] = {
    "http://purl.org/dc/elements/1.1/ description": "description",
    "http://ns.adobe.com/exif/1.0/ UserComment": "UserComment",
    "http://ns.adobe.com/xap/1.0/ CreatorTool": "CreatorTool",
    "https://github.com/Comfy-Org/ComfyUI prompt": "prompt",
    "https://github.com/Comfy-Org/ComfyUI workflow": "workflow",
}
"""By namespace and name: what Draw Things writes, and ComfyUI since 2026 (its frontend's `xmp.ts`, PR #4420)."""
_ITEM = f"{_RDF} li"
_MOST_DEPTH = 50
_MOST_TEXT = 2**20


def texts_of_xmp(packet: str) -> dict[str, str]:
    """Return the properties by the name that the same text has in a PNG or in EXIF; none where the packet is no XML."""
    found = _Reader()
    with suppress(expat.ExpatError, _NoXMP):
        found.parser.Parse(packet.strip("\0 \r\n\t\ufeff"), True)
    return {name: "".join(parts).strip() for name, parts in found.texts.items()}


class _NoXMP(Exception):
    """It declares entities, or is nested as no packet is."""


class _Reader:
    """Follows a packet element by element; of a property in several languages the first counts."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.path: list[str] = []
        self.name: str | None = None
        self.items = 0
        self.left = _MOST_TEXT
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._read

    def _refuse(self, *_: object) -> None:
        raise _NoXMP

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) == _MOST_DEPTH:
            raise _NoXMP
        self.path.append(name)
        if tuple(self.path[-2:]) == _OF_THE_FILE:
            for key, text in attributes.items():
                self._add(_NAMES.get(key), text)
        elif tuple(self.path[-3:-1]) == _OF_THE_FILE and name in _NAMES:
            self.name, self.items = _NAMES[name], 0
        self.items += name == _ITEM

    def _end(self, name: str) -> None:
        self.path.pop()
        if tuple(self.path[-2:]) == _OF_THE_FILE and _NAMES.get(name) == self.name:
            self.name = None

    def _read(self, text: str) -> None:
        if self.items <= 1:
            self._add(self.name, text)

    def _add(self, name: str | None, text: str) -> None:
        if name is not None and self.left > 0:
            self.left -= len(text)
            self.texts.setdefault(name, []).append(text)
