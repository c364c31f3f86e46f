"""The presets that come with the playground: sizes, styles, examples for each tab, and lists for wildcards."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, field_validator

from backend.domain.parts import Part
from backend.domain.recipes import Recipe, check_recipe
from backend.domain.requests import Mode
from backend.prompts.styles import Style

FOLDER = Path(__file__).parents[2] / "presets"

_Content = TypeVar("_Content")


class SizePreset(Part):
    """A size in pixels and its shape in words, as the official Space offers it."""

    width: int
    height: int
    ratio: str


class Example(Part):
    """A recipe to start from."""

    title: str
    request: Recipe

    @field_validator("request")
    @classmethod
    def _is_a_recipe(cls, value: Recipe) -> Recipe:
        return check_recipe(value)


@dataclass(frozen=True, slots=True)
class Presets:
    """All of `presets/` but the embedded model."""

    sizes: Mapping[str, Sequence[SizePreset]]
    """By tier: the length in pixels of a square's side."""
    styles: Sequence[Style]
    examples: Sequence[Example]
    lists: Mapping[str, Sequence[str]]

    def examples_of(self, mode: Mode) -> list[Example]:
        """Return a tab's examples."""
        return [example for example in self.examples if example.request["mode"] == mode]


def load_presets(folder: Path = FOLDER) -> Presets:
    """Read the folder; raise pydantic's `ValidationError` where a file isn't what it should be."""
    return Presets(
        sizes=_read(folder / "sizes.json", TypeAdapter(dict[str, list[SizePreset]])),
        styles=_read(folder / "styles.json", TypeAdapter(list[Style])),
        examples=_read(folder / "examples.json", TypeAdapter(list[Example])),
        lists={path.stem: read_list(path.read_text("utf-8")) for path in sorted(folder.glob("wildcards/*.txt"))},
    )


def read_list(text: str) -> tuple[str, ...]:
    """Return the lines of a wildcard file: neither empty ones nor those that begin with `#`."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _read(path: Path, kind: "TypeAdapter[_Content]") -> _Content:
    return kind.validate_python(json.loads(path.read_text("utf-8")))
