"""The settings that an image carries, whoever wrote them: ours exactly, others as far as they mean something here."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend.errors import InvalidRequest
from backend.recipes import check_recipe
from backend.restore.comfyui.read import read_canvas, read_graph
from backend.restore.fit import RefusesLora, fit, no_lora
from backend.restore.found import Dropped, Found, Restored
from backend.restore.infotext import MOST_CHARACTERS, read_infotext
from backend.restore.invokeai import read_dream, read_invokeai, read_sd_metadata
from backend.restore.picture_size import picture_size
from backend.restore.plain_json import read_fooocus, read_novelai, read_ruined_fooocus, read_space, read_swarmui
from backend.restore.texts import read_texts
from backend.runs.metadata import KEY

OURS = "Z-Image Playground"
_FLAT: tuple[Callable[[Any], Found | None], ...] = (
    read_swarmui,
    read_ruined_fooocus,
    read_fooocus,
    read_invokeai,
    read_space,
    read_graph,
)
_NO_PICTURES = "A file carries no control pictures; Settings in the history brings them back."
_UNWIRED = "unknown"
_ASKED = {"PositivePrompt": "prompt", "NegativePrompt": "negative_prompt"}
"""What was typed into Stability Matrix stands in `parameters-json`; its graph has the prompt without its comments."""
_LIKELY = re.compile(r"\bSteps: ?\d")
_OWN_LINE = re.compile(r"^\s*Steps: ?\d", re.MULTILINE)
_IN_ONE_LINE = re.compile(r"(?<!\n)[ \t]+(Negative prompt:|Steps: ?\d{1,4},)")
"""Where a page lost the line ends of what was copied from it."""
_TEXTS = ("parameters", "UserComment", "comment", "Comment", "ImageDescription")


def read_metadata(content: bytes, refuses: RefusesLora = no_lora) -> Restored | None:
    """Return what an image file says of how it was made, or None where it says nothing that is understood.

    Reads PNG, JPEG and WebP within fixed bounds and never decodes pixels; no content makes it raise or take long. A
    LoRA of another tool's is taken over unless `refuses` says why not.
    """
    return restore(read_texts(content), refuses, picture_size(content))


def read_pasted(text: str, refuses: RefusesLora = no_lora) -> Restored | None:
    """Return the settings of a text that was written into a prompt, or None where it is no infotext but words."""
    text = text[:MOST_CHARACTERS]
    if not _LIKELY.search(text):
        return None
    found = read_infotext(text if _OWN_LINE.search(text) else _IN_ONE_LINE.sub(r"\n\1", text))
    return fit(found, refuses) if found and _says_something(found) else None


def restore(
    texts: Mapping[str, str], refuses: RefusesLora = no_lora, size: tuple[int, int] | None = None
) -> Restored | None:
    """Read the texts of a file by keyword; ours come first, then the tools in the order of how sure their signs are.

    The file's own width and height, `size`, count where a tool says that it drew so.
    """
    ours = _ours(texts)
    if ours:
        return ours
    found = next((found for found in _readings(texts) if found and _says_something(found)), None)
    if found and found.size_is_the_files and size:
        found.values |= {"width": size[0], "height": size[1]}
    return fit(found, refuses) if found else None


def _says_something(found: Found) -> bool:
    return any(found.values.get(name) not in (None, "") for name in ("prompt", "seed", "steps"))


def _readings(texts: Mapping[str, str]) -> Iterator[Found | None]:
    yield read_invokeai(_json(texts.get("invokeai_metadata")))
    yield read_sd_metadata(_json(texts.get("sd-metadata")))
    if "NovelAI" in texts.get("Software", "") or "Comment" in texts:
        yield read_novelai(texts, _json(texts.get("Comment")))
    for name in _TEXTS:
        yield from _of_json(_json(texts.get(name)))
    yield _of_graph(texts)
    for name in _TEXTS:
        yield read_infotext(texts.get(name, ""))
    yield read_canvas(_json(_after(texts, "workflow", "Make")))
    if "Dream" in texts:
        yield read_dream(texts["Dream"])


def _of_json(values: Any) -> Iterator[Found | None]:
    if values is not None:
        yield from (reader(values) for reader in _FLAT)


def _of_graph(texts: Mapping[str, str]) -> Found | None:
    """Read ComfyUI's graph; what it can't say, a saver's text beside it may, if that isn't the saver's own defaults.

    A saver writes `unknown`, seed 0 and 512x512 where nothing is wired to it (ComfyUI-Image-Saver, `nodes.py`).
    """
    found = read_graph(_json(_after(texts, "prompt", "Model")))
    if found and (asked := _json(texts.get("parameters-json"))):
        found.source = "Stability Matrix"
        found.take(asked if isinstance(asked, dict) else {}, _ASKED)
    beside = next(filter(None, (read_infotext(texts.get(name, "")) for name in _TEXTS)), None) if found else None
    if found and beside and beside.values.get("prompt") != _UNWIRED:
        found.complete(beside)
    return found


def _after(texts: Mapping[str, str], keyword: str, tag: str) -> str | None:
    """Return ComfyUI's JSON: a PNG text of this keyword, or in WebP an EXIF tag that begins with the keyword."""
    if keyword in texts:
        return texts[keyword]
    start = f"{keyword}:"
    candidates = (texts.get(name, "") for name in (tag, "Make", "Model", "ImageDescription", "UserComment"))
    return next((text.removeprefix(start) for text in candidates if text.startswith(start)), None)


def _ours(texts: Mapping[str, str]) -> Restored | None:
    for name in (KEY, "ImageDescription"):
        own = _json(texts.get(name))
        own = own.get(KEY) if isinstance(own, dict) else None
        if isinstance(own, dict) and isinstance(own.get("request"), dict):
            found = _checked_own(own["request"], own.get("backend"))
            return replace(found, dropped=(*found.dropped, *_further_controls(own.get("controls"))))
    return None


def _further_controls(count: Any) -> tuple[Dropped, ...]:
    """Say that a file carries no pictures; those of its further controls would be missed by nobody else."""
    return (Dropped("controls", str(count), _NO_PICTURES),) if isinstance(count, int) and count > 0 else ()


def _checked_own(recipe: dict[str, Any], backend: Any) -> Restored:
    name = backend if isinstance(backend, str) else None
    try:
        return Restored(OURS, check_recipe(recipe), backend=name)
    except InvalidRequest:
        # Of another version, or changed by hand: what still fits is taken over field by field.
        restored = fit(Found(OURS, dict(recipe)))
        return Restored(OURS, restored.recipe, restored.dropped, name)


def _json(text: str | None) -> Any:
    if not text or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
