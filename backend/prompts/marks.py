"""Marks that other tools read inside a prompt and this model takes for words: tags of networks, weights in brackets.

The grammar is A1111's: `<lora:name:0.8>`, `(words:1.3)`; a backslash before a bracket makes it an ordinary sign.
"""

import re
from dataclasses import dataclass

MOST_CHARACTERS = 20_000
MOST_DEPTH = 8
"""Weights inside weights that are read."""
LORA_KINDS = ("lora", "lyco")
_KINDS = ("lora", "lyco", "hypernet", "embed", "embedding", "style", "segment", "object", "refiner")
_TAG = re.compile(rf"<({'|'.join(_KINDS)}):([^<>]{{1,300}})>", re.IGNORECASE)
_WEIGHT = re.compile(
    r"(?<!\\)\(([^()\[\]{}:\\]{1,500})(?!(?<=\d):\d{1,2}\)):\s{0,3}[-+]?(?:\d{1,2}(?:\.\d{0,4})?|\.\d{1,4})\s{0,3}\)",
    re.ASCII,
)
"""Not `(16:9)` and `(at 10:30)`, though A1111 takes them for weights."""
_STRENGTH = re.compile(r"(?:unet=|te=)?([-+]?(?:\d{1,3}(?:\.\d{0,6})?|\.\d{1,6}))", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in angle brackets: its kind in small letters, the name, and how strongly it acts."""

    kind: str
    name: str
    weight: float = 1.0

    @property
    def is_lora(self) -> bool:
        """Whether it asks for a LoRA."""
        return self.kind in LORA_KINDS


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks, the tags in their order, and how many weights in brackets there were."""

    words: str
    tags: tuple[Tag, ...] = ()
    weights: int = 0


def read_marks(text: str) -> Marked:
    """Take the marks out of a text (its first `MOST_CHARACTERS`); one without any comes back letter by letter."""
    tags: list[Tag] = []
    words = _TAG.sub(lambda found: _noted(tags, found), text[:MOST_CHARACTERS])
    weights = 0
    for _ in range(MOST_DEPTH):
        words, several = _WEIGHT.subn(lambda found: found[1], words)
        weights += several
        if not several:
            break
    if not tags and words == text:
        return Marked(text)
    if tags:
        words = re.sub(r"[ \t]*,(?:[ \t]*,)+", ",", words)  # What stood between two commas was a tag.
    return Marked(words.strip().strip(",").strip(), tuple(tags), weights)


def _noted(tags: list[Tag], found: "re.Match[str]") -> str:
    tags.append(_tag(found[1].lower(), found[2]))
    return ""


def _tag(kind: str, body: str) -> Tag:
    """Read name and weight; a name may hold colons itself (`civitai:58390@62833:0.8`), so the first number ends it."""
    parts = [part.strip() for part in body.split(":")]
    for place, part in enumerate(parts[1:], 1):
        if strength := _STRENGTH.fullmatch(part):
            return Tag(kind, ":".join(parts[:place]), float(strength[1]))
    return Tag(kind, ":".join(parts))
