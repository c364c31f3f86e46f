"""The A1111 infotext, which A1111, Forge, SD.Next, Stability Matrix, Civitai, Krita and others write, each its way."""

import json
import re
from collections.abc import Iterator, Mapping, Set

from pydantic.fields import FieldInfo

from backend.domain.common_fields import Common
from backend.domain.field_notes import Infotext, noted
from backend.restore.detailer import take_details
from backend.restore.found import Found
from backend.restore.preprocessors import preprocess_of
from backend.restore.prompt_marks import without_marks
from backend.restore.reasons import NO_PREPROCESSOR, NO_SCHEDULER, NO_SETTING, TEMPLATES
from backend.restore.samplers import scheduler_of
from backend.restore.second_pass import NAMES as SECOND
from backend.restore.second_pass import drop_second_pass, take_second_pass

MOST_CHARACTERS = 64 * 1024
MOST_PAIRS = 256
_KEY = re.compile(r"\w[\w \-/]{0,60}\Z")
_SIZE = re.compile(r"\s*(\d{1,6})\s*x\s*(\d{1,6})\s*\Z")
_NEGATIVE = "Negative prompt:"
_LEAST_PAIRS = 3
"""Fewer, and the last line is part of the prompt: A1111's own rule."""
_OF_THE_TOOL = {
    *("version", "model", "model hash", "rng", "vae", "vae hash", "user", "metadata scheme", "created date"),
    *("app", "pipeline", "operations", "unet", "te"),
}
"""What names the program, its files and its day: A1111, Stability Matrix; SD.Next (`modules/processing_info.py`);
stable-diffusion.cpp (`examples/common`)."""
_MODULE = re.compile(r"module \d{1,2}")
"""Forge's files beside the model: `Module 1: ae` (`modules/processing.py`)."""
_TEMPLATE = re.compile(r"\n(?:negative )?template:", re.IGNORECASE)
_READ = {
    "hires resize",
    "size",
    "sampler",
    "schedule type",
    "scheduler",
    "denoising strength",
    "mask blur",
    "controlnet 0",
}
_DECODER = json.JSONDecoder()


def read_infotext(text: str) -> Found | None:
    """Read an infotext; None where the text has no line of parameters."""
    text = text[:MOST_CHARACTERS].replace("\r\n", "\n").strip().strip("\0")
    head, pairs, templates = _parted(text)
    if not _are_parameters(pairs):
        return None
    found = Found("A1111 infotext")
    for template in templates:
        found.drop("Template", template, TEMPLATES)
    prompt, _, negative = head.partition(f"\n{_NEGATIVE}")
    if head.startswith(_NEGATIVE):
        prompt, negative = "", head.removeprefix(_NEGATIVE)
    found.values |= {"prompt": without_marks(found, prompt), "negative_prompt": without_marks(found, negative)}
    _take(found, pairs)
    return found


def _parted(text: str) -> tuple[str, dict[str, str], list[str]]:
    """Return the prompts, the parameters, and the templates that wildcards were drawn from.

    SD.Next writes the templates before the parameters (`modules/processing_info.py`, July 2026), the extension
    sd-dynamic-prompts behind them; elsewhere such a line is part of the prompt.
    """
    text, behind = _cut(text) if not _are_parameters(_last_pairs(text)) else (text, "")
    head, _, _ = text.rpartition("\n")
    pairs = _last_pairs(text)
    head, ahead = _cut(head) if pairs.get("App") == "SD.Next" else (head, "")
    return head, pairs, [part.strip() for part in (ahead, behind) if part]


def _last_pairs(text: str) -> dict[str, str]:
    return dict(_pairs(text.rpartition("\n")[2]))


def _cut(text: str) -> tuple[str, str]:
    """Return a text up to its templates, and these."""
    found = _TEMPLATE.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def _are_parameters(pairs: Mapping[str, str]) -> bool:
    return len(pairs) >= _LEAST_PAIRS and any(name.casefold() in ("steps", "seed") for name in pairs)


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Read `name: value, name: "quoted", …` in one pass from left to right, however hostile the line."""
    position = 0
    for _ in range(MOST_PAIRS):
        colon = line.find(":", position)
        if colon < 0:
            return
        comma = line.rfind(",", position, colon)
        name = line[max(comma + 1, position) : colon].strip()
        value, position = _value(line, colon + 1)
        if _KEY.match(name):
            yield name, value


def _value(line: str, start: int) -> tuple[str, int]:
    while start < len(line) and line[start] == " ":
        start += 1
    if line[start : start + 1] in ('"', "[", "{"):
        try:
            value, end = _DECODER.raw_decode(line, start)
        except (ValueError, RecursionError):
            pass
        else:
            end = line.find(",", end)
            return (value if isinstance(value, str) else json.dumps(value)), len(line) if end < 0 else end + 1
    end = line.find(",", start)
    end = len(line) if end < 0 else end
    return line[start:end].strip(), end + 1


def _take(found: Found, pairs: Mapping[str, str]) -> None:
    known = {name.casefold(): value for name, value in pairs.items()}
    found.model = known.get("model") or known.get("unet")
    numbers = _names(Common.model_fields)
    found.take(known, numbers)
    if size := _SIZE.match(known.get("size", "")):
        found.values |= {"width": size[1], "height": size[2]}
    _sampler(found, known)
    _mode(found, known)
    used = {*numbers, *(SECOND if "hires_scale" in found.values else ()), *take_details(found, known)}
    rest = {name: value for name, value in pairs.items() if not _is_used(name.casefold(), used)}
    found.drop_rest(rest, set(), NO_SETTING)


def _is_used(name: str, used: Set[str]) -> bool:
    return name in used or name in _READ or name in _OF_THE_TOOL or bool(_MODULE.fullmatch(name))


def _names(fields: Mapping[str, FieldInfo]) -> dict[str, str]:
    """Return the fields by every name that an infotext has for them, in lower case."""
    notes = noted(fields, Infotext).items()
    return {theirs.casefold(): name for name, note in notes for theirs in (note.name, *note.also)}


def _sampler(found: Found, known: Mapping[str, str]) -> None:
    sampler, schedule = known.get("sampler", ""), known.get("schedule type", known.get("scheduler", ""))
    if not sampler or sampler.casefold() == "default":
        return
    ours = scheduler_of(sampler, schedule)
    if ours:
        found.values["scheduler"] = ours
    else:
        found.drop("Sampler", f"{sampler} {schedule}".strip(), NO_SCHEDULER)


def _mode(found: Found, known: Mapping[str, str]) -> None:
    strength = known.get("denoising strength")
    control = dict(_pairs(known.get("controlnet 0", "")))
    if control:
        _control(found, {name.casefold(): value for name, value in control.items()})
    elif any(name in known for name in ("hires upscale", "hires resize")):
        _second_pass(found, known, strength)
    elif strength:
        found.values["mode"] = "inpaint" if "mask blur" in known else "image_to_image"
        found.values["strength"] = strength
        if "mask blur" in known:
            found.values["mask_feather"] = known["mask blur"]


def _second_pass(found: Found, known: Mapping[str, str], strength: str | None) -> None:
    """Take A1111's high-resolution fix: so many times as large, or resized to a size."""
    scale: object = known.get("hires upscale")
    if (resize := _SIZE.match(known.get("hires resize", ""))) and (size := _SIZE.match(known.get("size", ""))):
        scale = max(int(resize[1]) / max(int(size[1]), 1), int(resize[2]) / max(int(size[2]), 1))
    steps = known.get("hires steps")
    taken = take_second_pass(
        found, scale=scale, steps=steps, strength=strength, upscaler=known.get("hires upscaler", "")
    )
    if taken:
        found.take(known, {"tile prompt": "tile_prompt"})
    if strength and not taken:
        drop_second_pass(found, "Denoising strength", strength)


def _control(found: Found, control: Mapping[str, str]) -> None:
    module = control.get("module", "none")
    kind = preprocess_of(module)
    if kind is None:
        found.drop("ControlNet 0", module.casefold(), NO_PREPROCESSOR)
        return
    found.values |= {"mode": "controlnet", "preprocess": kind}
    names = {"weight": "control_scale", "guidance start": "control_start", "guidance end": "control_end"}
    found.take(control, names)
    if kind == "canny":
        found.take(control, {"threshold a": "low_threshold", "threshold b": "high_threshold"})
