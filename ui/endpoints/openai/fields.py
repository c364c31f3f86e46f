"""OpenAI's names and those of the open servers, turned into the request's own."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import OutputFormat
from backend.domain.requests import IMAGE_FIELDS, REQUEST_TYPES, Mode

Values = dict[str, Any]
NAMES = {
    "count": ("n",),
    "steps": ("num_inference_steps", "steps"),
    "guidance": ("guidance_scale", "true_cfg_scale", "cfg_scale", "guidance"),
    "output_quality": ("output_compression", "output_quality"),
    "scheduler": ("scheduler", "sampler"),
}
"""Our fields, each with what a request may call it; more than one of them must say the same."""
_OURS_ALONE = frozenset({"mode", "width", "height", "count", "controls"})
_SIZE = re.compile(r"\s*([0-9]{1,5})\s*[xX×*]\s*([0-9]{1,5})\s*")
_STRUCTURES = ("loras", "accelerator", "options", "styles")
_TRUTHS = ("safety", "prompt_expansion")
BEST = 100
"""What OpenAI calls the least compression, and its clients send unasked; ours ends one below."""
_NEAREST = 99


def request_values(mode: Mode, given: Mapping[str, object], *, is_form: bool) -> tuple[Values, dict[str, str]]:
    """Return a mode's values by our names, and our names by those that the request used; images are no part of it.

    What isn't known is left alone, as OpenAI's own service does with most. Raises `InvalidRequest` with every field
    that can't be read; what is out of range is found later.
    """
    reading = _Reading(mode, {name: value for name, value in given.items() if value is not None}, is_form)
    reading.names()
    for read in (reading.size, reading.format, reading.structures, reading.numbers):
        read()
    if reading.problems:
        raise InvalidRequest(reading.problems)
    return reading.values, {**reading.called, "backend": "model", "mode": "model"}


@dataclass(slots=True)
class _Reading:
    """One request on its way from their names to ours."""

    mode: Mode
    said: Mapping[str, object]
    is_form: bool
    values: Values = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=lambda: {ours: names[0] for ours, names in NAMES.items()})
    problems: list[Problem] = field(default_factory=list)

    def names(self) -> None:
        """Take what is ours by name, and what is called otherwise."""
        apart = {*_OURS_ALONE, *IMAGE_FIELDS[self.mode], *NAMES}
        fields = (*(name for name in REQUEST_TYPES[self.mode].model_fields if name not in apart), "styles")
        self.values = {name: self.said[name] for name in fields if name in self.said}
        for ours, names in NAMES.items():
            told = {name: self.said[name] for name in names if self.said.get(name, "") != ""}
            if len({str(value) for value in told.values()}) > 1:
                first, second, *_ = told
                self._wrong(second, f"says {told[second]!r:.40}, and `{first}` {told[first]!r:.40}: give one of them.")
            for name in [*told][:1]:
                self.values[ours], self.called[ours] = told[name], name

    def size(self) -> None:
        """Read `size`: `1024x1024`, or `auto`, which like nothing is the input's, or the model's own."""
        size = self.said.get("size")
        if size in (None, "", "auto"):
            self.values |= {side: self.said[side] for side in ("width", "height") if self.said.get(side, "") != ""}
            return
        found = _SIZE.fullmatch(size) if isinstance(size, str) else None
        if found is None:
            self._wrong("size", f"is {size!r:.60}; write it as `1024x1024`, or leave it out.")
        else:
            self.values["width"], self.values["height"] = int(found[1]), int(found[2])
            self.called |= {"width": "size", "height": "size"}

    def format(self) -> None:
        """Read `output_format` and `output_compression`."""
        wanted, known = self.values.get("output_format"), get_args(OutputFormat)
        if wanted == "jpg":
            self.values["output_format"] = "jpeg"
        elif wanted not in (None, "", *known):
            self._wrong("output_format", f"is {wanted!r:.60}; choose one of {', '.join(known)}.")
        if str(self.values.get("output_quality")) == str(BEST):
            self.values["output_quality"] = _NEAREST

    def structures(self) -> None:
        """Read what holds parts: in a form it is JSON in a text; a LoRA may be a name alone, or called otherwise."""
        for name in _STRUCTURES:
            if self.is_form and isinstance(self.values.get(name), str):
                try:
                    self.values[name] = json.loads(self.values[name])
                except (ValueError, RecursionError):
                    self._wrong(name, "is no JSON that can be read: in a form, write it as one.")
        if isinstance(self.values.get("loras"), list):
            self.values["loras"] = [_lora(entry) for entry in self.values["loras"]]

    def numbers(self) -> None:
        """Leave out what a form left empty, and refuse a yes or a no where something else belongs."""
        for name, value in list(self.values.items()):
            if value == "" and name not in ("prompt", "negative_prompt"):
                del self.values[name]
            elif isinstance(value, bool) and name not in _TRUTHS:
                self._wrong(self.called.get(name, name), f"is {str(value).lower()}; it takes another kind of value.")

    def _wrong(self, name: str, message: str) -> None:
        self.problems.append(Problem(name, message))


def _lora(entry: object) -> object:
    if isinstance(entry, str):
        return {"model": entry}
    if not isinstance(entry, dict):
        return entry
    ours = {"name": "model", "path": "model", "scale": "weight", "strength": "weight"}
    return {ours.get(name, name): value for name, value in entry.items()}
