"""The links of a canvas' level: lists in a workflow of version 0.4, objects in subgraphs and in version 1.0."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link comes from: a node, its output's number, and what kind of thing goes along it."""

    origin: str
    slot: int
    kind: Any


def links_of(level: Mapping[str, Any]) -> dict[Any, Link]:
    """Return a level's links by their numbers."""
    links = level.get("links")
    read = [_link(link) for link in links] if isinstance(links, list) else []
    return dict(pair for pair in read if pair is not None)


def _link(link: Any) -> tuple[Any, Link] | None:
    if isinstance(link, dict):
        parts = [link.get(name) for name in ("id", "origin_id", "origin_slot", "type")]
    elif isinstance(link, list) and len(link) >= 3:
        parts = [*link[:3], link[5] if len(link) > 5 else None]
    else:
        return None
    number, origin, slot, kind = parts
    if not isinstance(number, str | int) or not isinstance(origin, str | int) or not isinstance(slot, int):
        return None
    return number, Link(str(origin), slot, kind if isinstance(kind, str) else None)


def entries(node: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a node's inputs or outputs; an entry that isn't one keeps its place."""
    listed = node.get(name)
    return [entry if isinstance(entry, dict) else {} for entry in listed] if isinstance(listed, list) else []
