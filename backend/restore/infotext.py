"""The A1111 infotext, which A1111, Forge, SD.Next, Stability Matrix, Civitai, Krita and others write, each its way."""

import json
import re
from collections.abc import Iterator, Mapping

from backend.restore.found import Found
from backend.restore.prompt_marks import without_marks
from backend.restore.samplers import scheduler_of

MOST_CHARACTERS = 64 * 1024
MOST_PAIRS = 256
_KEY = re.compile(r"\w[\w \-/]{0,60}\Z")
_SIZE = re.compile(r"\s*(\d{1,6})\s*x\s*(\d{1,6})\s*\Z")
_NEGATIVE = "Negative prompt:"
_LEAST_PAIRS = 3
"""Fewer, and the last line is part of the prompt: A1111's own rule."""
_OF_THE_TOOL = {"Version", "Model", "Model hash", "RNG", "VAE", "VAE hash", "User", "Metadata Scheme", "Created Date"}
_DECODER = json.JSONDecoder()


def read_infotext(text: str) -> Found | None:
    """Read an infotext; None where the text has no line of parameters."""
    text = text[:MOST_CHARACTERS].replace("\r\n", "\n").strip().strip("\0")
    head, _, last = text.rpartition("\n")
    pairs = dict(_pairs(last))
    if len(pairs) < _LEAST_PAIRS or not any(name.casefold() in ("steps", "seed") for name in pairs):
        return None
    found = Found("A1111 infotext")
    prompt, _, negative = head.partition(f"\n{_NEGATIVE}")
    if head.startswith(_NEGATIVE):
        prompt, negative = "", head.removeprefix(_NEGATIVE)
    found.values |= {"prompt": without_marks(found, prompt), "negative_prompt": without_marks(found, negative)}
    _take(found, pairs)
    return found


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
    found.model = known.get("model")
    numbers = {
        "steps": "steps",
        "cfg scale": "guidance",
        "seed": "seed",
        "shift": "shift",
        "variation seed": "variation_seed",
        "variation seed strength": "variation_strength",
    }
    found.take(known, numbers)
    if size := _SIZE.match(known.get("size", "")):
        found.values |= {"width": size[1], "height": size[2]}
    _sampler(found, known)
    _mode(found, known)
    used = {*numbers, "size", "sampler", "schedule type", "denoising strength", "mask blur", "controlnet 0"}
    ignored = {name.casefold() for name in _OF_THE_TOOL}
    rest = {name: value for name, value in pairs.items() if name.casefold() not in used | ignored}
    found.drop_rest(rest, set(), "This playground has no such setting.")


def _sampler(found: Found, known: Mapping[str, str]) -> None:
    sampler, schedule = known.get("sampler", ""), known.get("schedule type", known.get("scheduler", ""))
    if not sampler or sampler.casefold() == "default":
        return
    ours = scheduler_of(sampler, schedule)
    if ours:
        found.values["scheduler"] = ours
    else:
        found.drop("Sampler", f"{sampler} {schedule}".strip(), "There is no such scheduler here; the default stays.")


def _mode(found: Found, known: Mapping[str, str]) -> None:
    strength = known.get("denoising strength")
    control = dict(_pairs(known.get("controlnet 0", "")))
    if control:
        _control(found, {name.casefold(): value for name, value in control.items()})
    elif strength and any(name.startswith("hires") for name in known):
        found.drop("Denoising strength", strength, "It belongs to a second, larger pass that isn't made here.")
    elif strength:
        found.values["mode"] = "inpaint" if "mask blur" in known else "image_to_image"
        found.values["strength"] = strength
        if "mask blur" in known:
            found.values["mask_feather"] = known["mask blur"]


def _control(found: Found, control: Mapping[str, str]) -> None:
    module = control.get("module", "none").casefold()
    kind = next((kind for kind in ("canny", "depth", "pose", "none") if kind in module), None)
    if kind is None:
        found.drop("ControlNet 0", module, "Its preprocessor isn't offered here; choose canny, depth, pose or none.")
        return
    found.values |= {"mode": "controlnet", "preprocess": kind}
    names = {"weight": "control_scale", "guidance start": "control_start", "guidance end": "control_end"}
    found.take(control, names)
    if kind == "canny":
        found.take(control, {"threshold a": "low_threshold", "threshold b": "high_threshold"})
