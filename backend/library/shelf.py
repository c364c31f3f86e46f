"""What a visitor keeps for themselves: styles, presets (recipes) and lists for wildcards, by name."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Engine, delete, func, insert, select

from backend.domain.errors import InvalidRequest, NotFound, Problem
from backend.domain.recipes import Recipe, check_recipe
from backend.prompts.expansion import Lists
from backend.prompts.grammar import parse
from backend.prompts.styles import Style
from backend.record.database.engine import writing
from backend.record.database.tables import shelf

Kind = Literal["style", "preset", "list"]

MOST_OF_A_KIND = 500
MOST_BYTES = 65_536
MOST_NAME = 120


class Shelf:
    """Named values in the record's database; each visitor has a shelf of their own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def save_style(self, visitor: str, style: Style) -> None:
        """Keep a style, in place of the one of the same name."""
        self._put(visitor, "style", style.name, style.model_dump(exclude={"name"}))

    def save_preset(self, visitor: str, name: str, recipe: Mapping[str, Any]) -> Recipe:
        """Keep a recipe under a name and return it as it was read; raise `InvalidRequest` where a value is wrong."""
        checked = check_recipe(recipe)
        self._put(visitor, "preset", name, checked)
        return checked

    def save_list(self, visitor: str, name: str, lines: Sequence[str]) -> None:
        """Keep the lines of a wildcard; raise `InvalidRequest` for one that is no dynamic prompt, or for none."""
        if not name.replace("-", "").replace("_", "").isalnum() or "__" in name or len(name) > 64:
            raise InvalidRequest(
                [Problem("name", f"is {name[:60]!r}; take up to 64 letters, digits, `-` and single `_`.")]
            )
        for line in lines:
            parse(line)
        if not lines:
            raise InvalidRequest([Problem("lines", "has none; write at least one.")])
        self._put(visitor, "list", name, list(lines))

    def styles(self, visitor: str) -> list[Style]:
        """Return the visitor's styles by name."""
        return [Style(name=name, **value) for name, value in self._all(visitor, "style").items()]

    def presets(self, visitor: str) -> dict[str, Recipe]:
        """Return the visitor's presets by name."""
        return self._all(visitor, "preset")

    def lists(self, visitor: str) -> Lists:
        """Return the visitor's wildcards by name."""
        return self._all(visitor, "list")

    def remove(self, visitor: str, kind: Kind, name: str) -> None:
        """Take something off the shelf; raise `NotFound` where it isn't there."""
        with writing(self.engine) as connection:
            if not connection.execute(delete(shelf).where(*_at(visitor, kind), shelf.c.name == name)).rowcount:
                raise NotFound(f"There is no {kind} {name[:60]!r} of yours; it may be removed already.")

    def _put(self, visitor: str, kind: Kind, name: str, value: Any) -> None:
        _check(name, value)
        with writing(self.engine) as connection:
            connection.execute(delete(shelf).where(*_at(visitor, kind), shelf.c.name == name))
            count = connection.scalar(select(func.count()).select_from(shelf).where(*_at(visitor, kind))) or 0
            if count >= MOST_OF_A_KIND:
                message = f"has {count} entries already; remove one first."
                raise InvalidRequest([Problem(kind, message)])
            connection.execute(insert(shelf).values(visitor=visitor, kind=kind, name=name, value=value))

    def _all(self, visitor: str, kind: Kind) -> dict[str, Any]:
        query = select(shelf.c.name, shelf.c.value).where(*_at(visitor, kind)).order_by(shelf.c.name)
        with self.engine.connect() as connection:
            return {row.name: row.value for row in connection.execute(query)}


def _at(visitor: str, kind: Kind) -> tuple[Any, Any]:
    return shelf.c.visitor == visitor, shelf.c.kind == kind


def _check(name: str, value: Any) -> None:
    if not name.strip() or len(name) > MOST_NAME:
        raise InvalidRequest([Problem("name", f"has {len(name)} characters; it needs 1 to {MOST_NAME}.")])
    size = len(json.dumps(value).encode())
    if size > MOST_BYTES:
        raise InvalidRequest([Problem("value", f"has {size} bytes; at most {MOST_BYTES} are kept under one name.")])
