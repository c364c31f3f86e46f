"""Pictures that were dropped, pasted or chosen, looked at before anything becomes of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import PlaygroundError
from backend.images.incoming import check_header, check_size, opened
from backend.playground import Playground
from backend.restore.read import read_metadata
from ui.library.from_file import MOST_FILES, uploaded

MOST_BROUGHT = 50
"""Pictures that are taken at once."""
_NAME = 200
"""Characters of a file's name that are shown."""
_REFUSED = {
    "kind": "is no picture: bring a PNG, JPEG, WebP or AVIF.",
    "large": "is larger than the most that is taken, 30 MB: make it smaller.",
    "upload": "did not arrive: bring it again.",
    "more": "is beyond the {} that are taken at once: bring it by itself.",
}
"""Why the browser has sent no file, by what it says of it."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture that can be used: its name, where its upload lies, and whose settings it carries (None for none).

    `number` is its place among all that were brought, from 0.
    """

    name: str
    path: Path
    source: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that can't be used, by its name, and why, as a sentence."""

    name: str
    why: str


def looked_at(playground: Playground, visitor: str, given: Mapping[str, str]) -> tuple[list[Brought], list[Refused]]:
    """Return which of the files that a browser tells of can be used, and which can't and why.

    Settings are looked for in as many as are read for them; so few are also decoded, and of more the header is enough
    for now.
    """
    files = _listed(given, "files")[:MOST_BROUGHT]
    whole, found, refused = len(files) <= MOST_FILES, [], []
    for number, file in enumerate(files):
        name = _name(file)
        try:
            path = uploaded(playground, visitor, file.get("path"))
            source = _checked(path, whole=whole, read=number < MOST_FILES)
        except PlaygroundError as error:
            refused.append(Refused(name, str(error)))
            continue
        found.append(Brought(name, path, source, number))
    return found, [*refused, *_not_sent(given)]


def _checked(path: Path, *, whole: bool, read: bool) -> str | None:
    """Return whose settings a picture carries; raise `BadImage` where it is none, too large or damaged."""
    check_size(path.stat().st_size)
    content = path.read_bytes()
    check_header(content)
    if whole:
        with opened(path) as picture:
            picture.load()
    found = read_metadata(content) if read else None
    return found.source if found else None


def _listed(given: Mapping[str, str], name: str) -> Sequence[Mapping[str, object]]:
    """Return a list of objects out of whatever a browser sent."""
    try:
        listed = json.loads(given.get(name, "[]"))
    except ValueError:
        return []
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _name(file: Mapping[str, object]) -> str:
    return str(file.get("name") or "")[:_NAME] or "?"


def _not_sent(given: Mapping[str, str]) -> Iterator[Refused]:
    for file in _listed(given, "refused")[: 2 * MOST_BROUGHT]:
        why = _REFUSED.get(str(file.get("why")), _REFUSED["upload"])
        yield Refused(_name(file), why.format(MOST_BROUGHT))
