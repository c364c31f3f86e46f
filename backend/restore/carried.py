"""The texts that a file carries, by keyword, and what of them is JSON, each parsed once."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from backend.images.metadata.texts import XMP
from backend.images.metadata.xmp import texts_of_xmp

TEXTS = ("parameters", "UserComment", "comment", "Comment", "ImageDescription", "description")
"""Where a text may stand that no keyword tells."""
_TAGS = ("Model", "Make", "ImageDescription", "UserComment")
_BEGINS = re.compile(r"(prompt|workflow):[ \t]?(?=[{\[])", re.IGNORECASE)
"""ComfyUI's `prompt:` in EXIF (`SaveAnimatedWEBP`, `comfy_extras/nodes_images.py`), and `Prompt: ` and `Workflow: ` of
save-image-extended (`save-image-extended.py`)."""
_KEYWORDS = {
    *("Comment", "Description", "Software", "parameters", "prompt", "workflow", "extraMetadata"),
    *("invokeai_metadata", "sd-metadata", "parameters-json", "generation_data"),
}


class Carried:
    """Texts by keyword; a value may also be JSON that another one held."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self.texts = texts
        self._parsed: dict[str, Any] = {}

    @classmethod
    def by(cls, texts: Mapping[str, str]) -> "Carried":
        """Return a file's texts with those that stand in its XMP, which count where no other text has the name."""
        return cls({**texts_of_xmp(texts[XMP]), **texts} if XMP in texts else texts)

    def text(self, name: str) -> str:
        """Return a text, or an empty one."""
        value = self.texts.get(name)
        return value if isinstance(value, str) else ""

    def json(self, name: str) -> Any:
        """Return what a text is as JSON, or None where it is none."""
        if name not in self._parsed:
            self._parsed[name] = _parsed(self.texts.get(name))
        return self._parsed[name]

    def graph(self, keyword: str) -> Any:
        """Return ComfyUI's JSON: under its keyword, or in an EXIF tag that begins with it."""
        if (known := self.json(keyword)) is not None:
            return known
        for name in _TAGS:
            begins = _BEGINS.match(self.text(name))
            if begins and begins[1].casefold() == keyword:
                return _parsed(self.text(name)[begins.end() :])
        return None

    def inner(self) -> "Iterator[Carried]":
        """Yield the texts that an object holds by the keywords that they have in a PNG.

        So write NovelAI's WebP, Save Image Plus and converters from PNG; the values are texts or JSON already.
        """
        for name in TEXTS:
            values = self.json(name)
            held = {key: values[key] for key in _KEYWORDS & set(values)} if isinstance(values, dict) else {}
            if held:
                yield Carried(held)


def _parsed(value: Any) -> Any:
    if isinstance(value, dict | list):
        return value
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value.rstrip("\0"))
    except (ValueError, RecursionError):
        return None
