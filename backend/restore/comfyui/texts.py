"""The prompts of a pass: its conditioning followed to the texts that it was made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.restore.comfyui.values import Values
from backend.restore.comfyui.walk import Node, Walk, inputs_of, kind_of

_MOST_STEPS = 100
_TEXTS = ("text", "prompt", "user_prompt", "text_g", "t5xxl", "clip_l", "text_l", "clip_g", "Text")
"""Inputs of encoders (`nodes.py`, `nodes_lumina2.py`, `nodes_clip_sdxl.py`, `nodes_flux.py`, `nodes_sd3.py`)."""
_PIPES = ("guider", "pipe", "basic_pipe", "detailer_pipe")
_ROLES = {"prompt": ("positive", "cond1"), "negative_prompt": ("negative",)}
_ENCODERS = ("clip", "opt_clip", "text_encoder")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was encoded; None where nodes made it that aren't understood."""

    text: str | None
    kind: str
    regional: bool
    """Whether it holds for a part of the picture alone."""


def texts_of(walk: Walk, values: Values, node: Node, role: str) -> list[Text]:
    """Return the texts behind a pass' positive or negative conditioning, in the order in which it names them."""
    return list(_followed(walk, values, node, role))


def _followed(walk: Walk, values: Values, start: Node, role: str) -> Iterator[Text]:
    waiting: list[tuple[Node, bool]] = [(start, False)]
    seen: set[int] = set()
    for _ in range(_MOST_STEPS):
        if not waiting:
            return
        node, regional = waiting.pop()
        if id(node) in seen or (role == "negative_prompt" and "ZeroOut" in kind_of(node)):
            continue
        seen.add(id(node))
        behind = [walk.behind(inputs_of(node)[way]) for way in _ways(node, role)]
        if (texts := _encoded(node, role)) and not any(behind):
            yield Text(_text(values, node, texts), kind_of(node), regional)
        regional = regional or "SetArea" in kind_of(node) or "SetMask" in kind_of(node)
        waiting += [(other, regional) for other in reversed(behind) if other is not None]


def _ways(node: Node, role: str) -> list[str]:
    """Return the inputs that lead to the role's texts: its own, and conditioning of either role.

    What a pass or a guider calls `conditioning` is the prompt alone: with BasicGuider (`nodes_custom_sampler.py`) there
    is no negative one.
    """
    inputs = inputs_of(node)
    alone = role == "negative_prompt" and ("model" in inputs or "guider" in inputs)
    either = [] if alone else [name for name in inputs if name.startswith("conditioning")]
    return [name for name in inputs if name in (*_ROLES[role], *_PIPES) or name in either]


def _encoded(node: Node, role: str) -> tuple[str, ...]:
    """Return the inputs that hold a text, where the node encodes one."""
    inputs = inputs_of(node)
    own = tuple(name for name in _ROLES[role] if isinstance(inputs.get(name), str))
    if own:
        return own
    encodes = "ncode" in kind_of(node) or any(name in inputs for name in _ENCODERS)
    return tuple(name for name in _TEXTS if name in inputs) if encodes else ()


def _text(values: Values, node: Node, names: tuple[str, ...]) -> str | None:
    text = values.of(node, *names)
    return text if isinstance(text, str) else None
