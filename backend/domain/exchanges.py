"""What was said to a provider and what it answered, as it may be shown: no key, no pixels, nothing endless."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue, SecretStr

MOST_NOTED = 40
"""Of one run; of what comes after, the last is kept."""
MOST_TEXT = 4000
"""Characters that are kept of a message."""
MOST_PARSED = 4 * 2**20
"""Bytes of a message up to which it is read as JSON."""
_SHORT = 256
_DATA = re.compile(r"data:([\w./+-]{1,60});base64,")
_QUERY = re.compile(r"(https?://[^\s?]{1,500})\?\S+")
HIDDEN = "•••"
WORDS = frozenset({"positivePrompt", "negativePrompt", "prompt", "negative_prompt"})
"""The visitor's own words: shown as they are, whatever address they speak of."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer; `scheme` is the word before the key, or empty where none was sent.

    In `sent`, an image reads `data:image/png;base64,<image 1, 5120 bytes>`. `status` is None where no answer came.
    """

    method: str
    url: str
    scheme: str
    sent: JsonValue
    status: int | None
    received: JsonValue
    pays: bool = False


@dataclass(slots=True)
class _Notes:
    exchanges: list[Exchange] = field(default_factory=list)


_notes: ContextVar[_Notes | None] = ContextVar("exchanges", default=None)


@contextmanager
def noting() -> Iterator[list[Exchange]]:
    """Note every exchange of this thread while the block runs, in the list that it yields."""
    notes = _Notes()
    token = _notes.set(notes)
    try:
        yield notes.exchanges
    finally:
        _notes.reset(token)


def note(
    *,
    method: str,
    url: str,
    scheme: str,
    sent: Any,
    status: int | None,
    received: bytes,
    key: SecretStr | None,
    pays: bool,
) -> None:
    """Note an exchange, if anybody is noting; files that are fetched or put are left out."""
    notes = _notes.get()
    answer = _json(received)
    if notes is None or (sent is None and answer is None):
        return
    shown = Exchange(
        method,
        _QUERY.sub(r"\1?…", url),
        scheme if key is not None else "",
        fit_to_show(sent, key),
        status,
        fit_to_show(answer, key),
        pays,
    )
    if len(notes.exchanges) >= MOST_NOTED:
        notes.exchanges.pop()
    notes.exchanges.append(shown)


def fit_to_show(value: Any, key: SecretStr | None = None) -> JsonValue:
    """Return JSON without the key, with images and other long texts named instead of shown."""
    images: dict[str, int] = {}
    return _shown(value, key.get_secret_value() if key else "", images)


def _shown(value: Any, key: str, images: dict[str, int]) -> JsonValue:
    if isinstance(value, dict):
        return {str(name): _entry(str(name), inner, key, images) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(inner, key, images) for inner in value]
    if isinstance(value, str):
        return _text(value, key, images)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _entry(name: str, value: Any, key: str, images: dict[str, int]) -> JsonValue:
    said = name in WORDS and isinstance(value, str)
    return _cut(_without(key, value)) if said else _shown(value, key, images)


def _without(key: str, value: str) -> str:
    return value.replace(key, HIDDEN) if key else value


def _text(value: str, key: str, images: dict[str, int]) -> str:
    value = _without(key, value)
    found = _DATA.match(value)
    if found and len(value) > _SHORT:
        number = images.setdefault(value, len(images) + 1)
        size = (len(value) - found.end()) * 3 // 4
        return f"{found[0]}<image {number}, {size} bytes>"
    return _cut(_QUERY.sub(r"\1?…", value))


def _cut(value: str) -> str:
    return value if len(value) <= MOST_TEXT else f"{value[:64]}… ({len(value)} characters)"


def _json(content: bytes) -> Any:
    if len(content) > MOST_PARSED:
        return f"({len(content)} bytes)"
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
