"""What a run ordered of its provider, as its programs order it again: by new ids, with its pictures as files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from backend.domain.exchanges import WORDS, Exchange
from backend.domain.providers import FACTS
from backend.domain.records import Run

Notes = Callable[[Mapping[str, Any]], Iterable[str]]
"""Says what a program can't do, and what has to lie beside it, by a task that was sent."""
_IMAGE = re.compile(r"data:(image/\w{1,10});base64,<image (\d{1,3}), \d+ bytes>")
_IDS = frozenset({"taskUUID"})
_LEFT_OUT = frozenset({"metadata", "webhookURL", "uploadEndpoint"})
"""The mark by which this playground finds its run again, and calls to others, whose addresses are shown shortened."""
_SUFFIXES = {"JPG": "jpg", "WEBP": "webp", "jpeg": "jpg", "webp": "webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    """Stands in a body for an image, which the program reads from a file: its name and content type."""

    file: str
    kind: str


@dataclass(frozen=True, slots=True)
class NewId:
    """Stands in a body for an id that the program draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The paid calls of a run: to one address, with the key behind `scheme` in `Authorization`.

    `bodies` are JSON with `Picture`s and `NewId`s in it: at Runware one list of tasks, at ModelRunner one object an
    order. `notes` say what the program can't do, and what has to lie beside it.
    """

    provider: str
    url: str
    scheme: str
    bodies: tuple[Any, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    suffix: str = "png"

    @property
    def variable(self) -> str:
        """Return the environment variable that holds the key."""
        return FACTS[self.provider].keys[0]

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """Return the orders one by one: Runware's tasks, or ModelRunner's bodies."""
        return tasks_of(self.bodies)

    @property
    def shows_images(self) -> bool:
        """Whether a program has to read images from files."""
        return any(isinstance(leaf, Picture) for leaf in leaves(self.bodies))


def paid_for(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return the calls by which something was ordered."""
    return [exchange for exchange in exchanges if exchange.pays and exchange.sent]


def made_of(
    run: Run, paid: Sequence[Exchange], *, notes: Notes, headers: Mapping[str, str] = MappingProxyType({})
) -> Orders | None:
    """Return the orders of a run's paid calls, None where there are none; `notes` are asked for the first task."""
    if not paid:
        return None
    bodies = tuple(_prepared(exchange.sent) for exchange in paid)
    sent, *_ = tasks_of(exchange.sent for exchange in paid)
    first, *_ = tasks_of(bodies)
    return Orders(
        provider=run.backend,
        url=paid[0].url,
        scheme=paid[0].scheme,
        bodies=bodies,
        headers=headers,
        notes=tuple(notes(sent)),
        suffix=_SUFFIXES.get(str(first.get("outputFormat") or first.get("output_format")), "png"),
    )


def tasks_of(bodies: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the orders one by one, whether a body is a list of them or one."""
    return [task for body in bodies for task in (body if isinstance(body, list) else [body])]


def leaves(value: Any) -> Iterator[Any]:
    """Yield everything in a body that is no object and no list."""
    if isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


def _prepared(value: JsonValue, name: str = "") -> Any:
    """Return a body with its pictures as files and new ids, without what belongs to the first run alone."""
    if isinstance(value, dict):
        return {name: _prepared(inner, name) for name, inner in value.items() if name not in _LEFT_OUT}
    if isinstance(value, list):
        return [_prepared(inner, name) for inner in value]
    if name in _IDS:
        return NewId()
    image = _IMAGE.fullmatch(value) if isinstance(value, str) and name not in WORDS else None
    return Picture(f"image-{image[2]}.{_suffix(image[1])}", image[1]) if image else value


def _suffix(kind: str) -> str:
    return kind.rpartition("/")[2].replace("jpeg", "jpg")
