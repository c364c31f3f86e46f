"""What nodes make of their inputs, by kind: texts that are put together, switches, sizes."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

See = Callable[[str], Any]
"""Says what an input of the node comes to."""
Make = Callable[[See, Mapping[str, Any], Any], Any]
"""Makes the value of an output: what the inputs come to, the inputs as they stand, the output's number."""

_MOST_TEXT = 20_000
"""Characters: more is no prompt, and texts that are put together of themselves would double at every node."""
_MOST_PARTS = 100
_RATIO = re.compile(r"(\d{1,3}):(\d{1,3})")


def _joined(*names: str, between: str) -> Make:
    def make(see: See, _: Mapping[str, Any], __: Any) -> str | None:
        return _join(map(see, names), see(between))

    return make


def _join(parts: Iterable[Any], between: Any) -> str | None:
    """Return the parts as one text; None where one of them isn't in the file, since half a prompt is another prompt.

    The first that is missing ends it: what lies behind the others needn't be followed any more.
    """
    texts: list[str] = []
    for part in parts:
        if not isinstance(part, str):
            return None
        texts.append(part)
    return (between if isinstance(between, str) else "").join(texts)[:_MOST_TEXT]


def _several(see: See, _: Mapping[str, Any], __: Any) -> str | None:
    """Follow JoinStringMulti of KJNodes (`nodes/nodes.py`): string_1 to string_n with n in `inputcount`."""
    count = see("inputcount")
    many = min(count, _MOST_PARTS) if isinstance(count, int) else 0
    if see("return_list") is True or many < 1:
        return None
    return _join((see(f"string_{number}") for number in range(1, many + 1)), see("delimiter"))


def _switched(see: See, _: Mapping[str, Any], __: Any) -> Any:
    """Follow ComfySwitchNode (`nodes_logic.py`); where the branch taken isn't in the file, what the other one says.

    The official Krea 2 template switches a text to a language model's answer, which no file holds; what was asked for
    stands in the other branch.
    """
    branches = ("on_false", "on_true") if see("switch") is False else ("on_true", "on_false")
    return next((value for value in map(see, branches) if value is not None), None)


def _through(name: str) -> Make:
    return lambda see, _, __: see(name)


def _nowhere(_: See, __: Mapping[str, Any], ___: Any) -> None:
    """Make nothing of nodes whose result depends on more than the file holds."""


def _trimmed(see: See, _: Mapping[str, Any], __: Any) -> str | None:
    text, mode = see("string"), see("mode")
    if not isinstance(text, str):
        return None
    return {"Left": text.lstrip, "Right": text.rstrip}.get(str(mode), text.strip)()


def _replaced(see: See, _: Mapping[str, Any], __: Any) -> str | None:
    text, find, replace = see("string"), see("find"), see("replace")
    if not (isinstance(text, str) and isinstance(find, str) and isinstance(replace, str) and len(text) <= _MOST_TEXT):
        return None
    grown = len(text) + text.count(find) * len(replace)
    return text.replace(find, replace) if grown <= _MOST_TEXT else None


def _resolution(see: See, _: Mapping[str, Any], slot: Any) -> int | None:
    """Follow ResolutionSelector (`nodes_resolution.py`): a ratio at so many times 1024 × 1024 pixels, in multiples."""
    ratio, area, multiple = _RATIO.match(str(see("aspect_ratio"))), see("megapixels"), see("multiple") or 8
    if not ratio or not isinstance(area, int | float) or not isinstance(multiple, int) or not 0 < area <= 1000:
        return None
    wide, high = int(ratio[1]), int(ratio[2])
    if not wide or not high or multiple < 1:
        return None
    side = math.sqrt(area * 1024 * 1024 / (wide * high)) * (high if slot == 1 else wide)
    return round(side / multiple) * multiple


MADE: Mapping[str, Make] = {
    # ComfyUI: comfy_extras/nodes_string.py, nodes_logic.py, nodes_resolution.py, nodes_textgen.py, nodes_preview_any.py
    "StringConcatenate": _joined("string_a", "string_b", between="delimiter"),
    "StringTrim": _trimmed,
    "StringReplace": _replaced,
    "ComfySwitchNode": _switched,
    "PreviewAny": _through("source"),
    "ResolutionSelector": _resolution,
    "TextGenerate": _nowhere,
    "GetImageSize": _nowhere,
    # ComfyUI-KJNodes: nodes/nodes.py
    "JoinStrings": _joined("string1", "string2", between="delimiter"),
    "JoinStringMulti": _several,
    # rgthree-comfy: py/power_prompt.py
    "Power Prompt (rgthree)": _through("prompt"),
    "Power Prompt - Simple (rgthree)": _through("prompt"),
}
