"""Recipe links: a form's settings in an address. They fill the form and run nothing; no key, no pixels, no hashes."""

import base64
import binascii
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from backend.domain.errors import BadLink, Problem, from_validation
from backend.domain.recipes import Recipe, complete
from backend.domain.requests import IMAGE_FIELDS, MODES, REQUEST_TYPES, Mode, Request
from backend.images.metadata.request_text import recipe

VERSION = "1"
MOST_CHARACTERS = 12_000
"""Of the address; browsers and proxies carry 16 kB at the least."""
MOST_BYTES = 64 * 1024
"""Unpacked; the longest recipe, with two prompts of 3000 Chinese characters, has 20 kB."""

MOST_DROPPED = 20

_BROKEN = "This link is damaged or cut off: ask for it again."


@dataclass(frozen=True, slots=True)
class OpenedRecipe:
    """The settings that a link holds, as far as this version knows them, and a sentence for each that it dropped."""

    recipe: Recipe
    dropped: tuple[Problem, ...] = ()


def pack(request: Request) -> str:
    """Return the request as the value of `?recipe=…`, without its images."""
    return pack_recipe(recipe(request))


def pack_recipe(values: Recipe) -> str:
    """Return a recipe as the value of `?recipe=…`; letters, digits, `-`, `_` and a dot."""
    packed = zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def unpack(text: str) -> OpenedRecipe:
    """Read the value of `?recipe=…`; raise `BadLink` where it can't be read at all.

    Fields that this version doesn't know, or whose value it no longer takes, are dropped and named.
    """
    version, _, body = text.partition(".")
    if version != VERSION or not body or len(text) > MOST_CHARACTERS:
        raise BadLink(_BROKEN)
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(packed, MOST_BYTES)
        if not unpacker.eof:
            raise BadLink(_BROKEN)
        values = json.loads(content)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise BadLink(_BROKEN) from error
    if not isinstance(values, dict):
        raise BadLink(_BROKEN)
    return fitting(values)


def fitting(values: dict[str, Any]) -> OpenedRecipe:
    """Return what of a recipe's values is right, and what was dropped; an unknown mode becomes text to image."""
    mode: Mode = next((mode for mode in MODES if mode == values.get("mode")), "text_to_image")
    dropped = [] if mode == values.get("mode") else [Problem("mode", "is unknown here; text to image was taken.")]
    kind, left_out = REQUEST_TYPES[mode], {"mode", "controls", *IMAGE_FIELDS[mode]}
    kept = {name: value for name, value in values.items() if name in kind.model_fields and name not in left_out}
    unknown = values.keys() - kind.model_fields.keys()
    dropped += [Problem(name[:60], "is no setting of this version; it was left out.") for name in sorted(unknown)]
    while problems := _problems(mode, kept):
        wrong = _named(problems) & kept.keys() or kept.keys() - {"prompt"} or kept.keys()
        dropped += problems
        kept = {name: value for name, value in kept.items() if name not in wrong}
    return OpenedRecipe({**kept, "mode": mode}, tuple(dropped[:MOST_DROPPED]))


def _problems(mode: Mode, values: dict[str, Any]) -> tuple[Problem, ...]:
    """Say what is wrong with the values, as if the images and what else is needed were there."""
    try:
        REQUEST_TYPES[mode].model_validate(complete(mode, values))
    except ValidationError as error:
        return from_validation(error).problems
    return ()


def _named(problems: tuple[Problem, ...]) -> set[str]:
    """Return the fields that the problems stand in; for one of several fields together, those in its sentence."""
    fields = {problem.field.partition(".")[0] for problem in problems if problem.field}
    return fields or {name for problem in problems for name in re.findall(r"`(\w+)`", problem.message)}
