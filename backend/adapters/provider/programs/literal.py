"""Values as source text: JSON's own form, in which each language writes what stands at the ends its own way."""

import json
import re
from collections.abc import Callable
from typing import Any

_UNSAFE = re.compile(r"[^\w .,:;()/×+-]")

Leaf = Callable[[Any], str]
"""Writes what is no object and no list."""


def literal(value: Any, leaf: Leaf, depth: int = 0) -> str:
    """Return a value with one entry a line; objects and lists read alike in JSON, Python and JavaScript."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and value:
        rows = [f"{inner}{text(name)}: {literal(entry, leaf, depth + 1)}" for name, entry in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{outer}}}"
    if isinstance(value, list | tuple) and value:
        return "[\n" + ",\n".join(f"{inner}{literal(entry, leaf, depth + 1)}" for entry in value) + f"\n{outer}]"
    if isinstance(value, dict | list | tuple):
        return "{}" if isinstance(value, dict) else "[]"
    return leaf(value)


def text(value: str) -> str:
    """Return a string as all three write it."""
    return json.dumps(value, ensure_ascii=False)


def harmless(words: str) -> str:
    """Return a visitor's words as they may stand in a comment: nothing that would end it."""
    return _UNSAFE.sub("_", words)
