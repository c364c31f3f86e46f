"""What an input of a node comes to: a value as it stands, or what the nodes behind its link make."""

from collections.abc import Mapping
from typing import Any

from backend.restore.comfyui.made import MADE, See
from backend.restore.comfyui.walk import Node, Walk, inputs_of, kind_of

_MOST_LOOKS = 500
_DEEPEST = 16
_SAID = ("value", "text", "Text", "string", "populated_text", "prompt_text", "seed", "noise_seed", "int", "float")
"""Inputs by which nodes that hold one thing say it: primitives, boxes of text, seeds (ComfyUI's `Primitive*`, `Text` of
DF_Text_Box, Impact Pack's `populated_text`, PromptStash's `prompt_text`)."""
_SHOWN = "text_0"
"""Where `ShowText|pysssss` (ComfyUI-Custom-Scripts) keeps the text that it showed."""


class Values:
    """Follows links within a bound for the whole graph: a node behind many inputs costs each time that it is asked."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.unknown: list[str] = []
        """The kinds of nodes whose result is nowhere in the file."""
        self._left = _MOST_LOOKS

    def of(self, node: Node, *names: str) -> Any:
        """Return what the first of these inputs comes to that comes to anything; never a list or an object."""
        return next(filter(is_told, (self._comes_to(inputs_of(node).get(name), name, 0) for name in names)), None)

    def _comes_to(self, value: Any, name: str, depth: int) -> Any:
        node = self.walk.behind(value)
        if node is None:
            return value if isinstance(value, str | int | float) else None
        if depth == _DEEPEST or self._left == 0:
            return None
        self._left -= 1
        made = self._made(node, name, depth, value[1])
        if not is_told(made):
            self.unknown.append(kind_of(node))
        return made

    def _made(self, node: Node, name: str, depth: int, slot: Any) -> Any:
        def see(other: str) -> Any:
            return self._comes_to(inputs_of(node).get(other), other, depth + 1)

        make = MADE.get(kind_of(node))
        return make(see, inputs_of(node), slot) if make else _said(see, inputs_of(node), name)


def _said(see: See, inputs: Mapping[str, Any], name: str) -> Any:
    """Return what a node of a kind that isn't known says by itself; a prompt only where it has little else to do."""
    names = [*_SAID, name, *(["prompt"] if len(inputs) <= 2 else []), _SHOWN]
    return next(filter(is_told, (see(other) for other in names if other in inputs)), None)


def is_told(value: Any) -> bool:
    """Whether there is a value; False and 0 are some, and so is an empty text."""
    return value is not None
