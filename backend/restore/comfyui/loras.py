"""LoRAs of a graph's loaders: one, a stack of numbered slots, or rows of their own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from backend.prompts.marks import read_marks
from backend.restore.comfyui.walk import Node, Walk, inputs_of, kind_of
from backend.restore.found import Found
from backend.restore.reasons import UNREAD_LORAS

_MOST_ROWS = 50
_SLOT = re.compile(r"(?P<before>[a-z_.]*?)[_.]?(?P<number>\d{1,3})[_.]?(?P<behind>[a-z_]*)\Z", re.IGNORECASE)
_NAME = ("lora_name", "lora", "name")
_WEIGHT = ("strength_model", "strength", "model_weight", "model_strength", "lora_wt", "model_str", "weight")
_ON = ("on", "active", "enabled", "switch", "toggle")
_NONE = ("", "None", "none", "CHOOSE")


def take_loras(found: Found, walk: Walk, node: Node) -> None:
    """Note every LoRA that acts on a pass' model, and the loaders that can't be read."""
    for behind in walk.upstream(node, "model", "guider", "pipe", "basic_pipe"):
        if "lora" in kind_of(behind).casefold():
            _take(found, behind)


def _take(found: Found, node: Node) -> None:
    rows = list(_rows(inputs_of(node)))
    for name, weight in filter(None, map(_lora, rows)):
        found.take_lora(name, weight)
    if not rows and not _applies_others(node):
        found.drop("lora", kind_of(node), UNREAD_LORAS)


def _applies_others(node: Node) -> bool:
    """Whether the node has only links: it applies a stack that other nodes hold."""
    return all(isinstance(value, list) for value in inputs_of(node).values())


def _rows(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the slots of a loader, each with a name, a weight and whether it is on.

    One LoRA: `lora_name`, `strength_model` (ComfyUI, `nodes.py`). Objects: Power Lora Loader of rgthree-comfy
    (`lora_1: {on, lora, strength}`), ComfyUI's LoadLoraModel (`nodes_lora_stack.py`), Lora Loader of LoraManager
    (`loras: {__value__: [{name, strength, active}]}`). Numbered inputs: CR LoRA Stack of Comfyroll (`switch_1`,
    `lora_name_1`, `model_weight_1`), Lora Loader Stack of rgthree-comfy (`lora_01`, `strength_01`), LoRA Stacker of
    Efficiency Nodes (`lora_name_1`, `lora_wt_1`, as many as `lora_count`). Tags: `text`.
    """
    if isinstance(inputs.get("lora_name"), str):
        yield inputs
    objects = [row for value in inputs.values() for row in _objects(value)]
    yield from objects[:_MOST_ROWS]
    if objects:
        return
    yield from _numbered(inputs)
    text = inputs.get("text")
    for tag in read_marks(text).tags if isinstance(text, str) else ():
        yield {"lora_name": tag.name, "strength": tag.weight}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, dict):
        value = value.get("__value__", [value])
    given = value[:_MOST_ROWS] if isinstance(value, list) else []
    rows = [row for each in given for row in (each if isinstance(each, list) else [each])]
    return [row for row in rows[:_MOST_ROWS] if isinstance(row, dict) and _told(row, _NAME) is not None]


def _numbered(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    slots: dict[int, dict[str, Any]] = {}
    for name, value in inputs.items():
        if slot := _SLOT.match(name):
            key = (slot["behind"] or slot["before"]).strip("_.").casefold()
            slots.setdefault(int(slot["number"]), {})[key] = value
    count = inputs.get("lora_count")
    most = count if isinstance(count, int) else _MOST_ROWS
    return [row for number, row in sorted(slots.items()) if number <= most and _told(row, _NAME) is not None]


def _lora(row: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return name and weight of a slot that acts."""
    name, weight, on = _told(row, _NAME), _told(row, _WEIGHT), _told(row, _ON)
    if not isinstance(name, str) or name in _NONE or on in (False, "Off", "off") or weight in (0, "0"):
        return None
    return name, weight if isinstance(weight, int | float | str) else None


def _told(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)
