"""The settings that an image carries, whoever wrote them: ours exactly, others as far as they mean something here."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend.domain.errors import InvalidRequest
from backend.domain.recipes import check_recipe
from backend.images.metadata.picture_size import picture_size
from backend.images.metadata.request_text import KEY
from backend.images.metadata.texts import read_texts
from backend.restore.carried import TEXTS, Carried
from backend.restore.civitai import read_extra
from backend.restore.comfyui.read import read_canvas, read_graph
from backend.restore.draw_things import read_draw_things
from backend.restore.easy_diffusion import read_easy_diffusion
from backend.restore.fit import RefusesLora, fit, no_lora
from backend.restore.flat_json import read_fooocus, read_novelai, read_ruined_fooocus, read_space, read_swarmui
from backend.restore.found import Dropped, Found, Restored
from backend.restore.infotext import MOST_CHARACTERS, read_infotext
from backend.restore.invokeai import read_dream, read_invokeai, read_sd_metadata
from backend.restore.mflux import read_mflux
from backend.restore.stealth import stealth_text

OURS = "Z-Image Playground"
_OBJECTS: tuple[Callable[[Any], Found | None], ...] = (
    read_swarmui,
    read_ruined_fooocus,
    read_fooocus,
    read_invokeai,
    read_mflux,
    read_draw_things,
    read_easy_diffusion,
    read_space,
    read_graph,
)
"""Readers of one JSON object, whichever text it stands in, in the order of how sure their signs are."""
_NO_PICTURES = "A file carries no control pictures; Settings in the history brings them back."
_UNWIRED = "unknown"
_ASKED = {"PositivePrompt": "prompt", "NegativePrompt": "negative_prompt"}
"""What was typed into Stability Matrix stands in `parameters-json`; its graph has the prompt without its comments."""
_LIKELY = re.compile(r"\bSteps: ?\d")
_OWN_LINE = re.compile(r"^\s*Steps: ?\d", re.MULTILINE)
_IN_ONE_LINE = re.compile(r"(?<!\n)[ \t]+(Negative prompt:|Steps: ?\d{1,4},)")
"""Where a page lost the line ends of what was copied from it."""


def read_metadata(content: bytes, refuses: RefusesLora = no_lora) -> Restored | None:
    """Return what an image file says of how it was made, or None where it says nothing that is understood.

    Reads PNG, JPEG, WebP and AVIF within fixed bounds; no content makes it raise or take long. Pixels are decoded only
    where nothing else is found and a signature in the alpha channel says that a text lies there. A LoRA of another
    tool's is taken over unless `refuses` says why not.
    """
    size = picture_size(content)
    found = restore(read_texts(content), refuses, size)
    if found is None and (hidden := stealth_text(content)):
        found = restore({"UserComment": hidden}, refuses, size)
    return found


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
    carried = Carried.by(texts)
    ours = _ours(carried)
    if ours:
        return ours
    found = next((found for found in _readings(carried) if found and _says_something(found)), None)
    if found and found.size_is_the_files and size:
        found.values |= {"width": size[0], "height": size[1]}
    return fit(found, refuses) if found else None


def _says_something(found: Found) -> bool:
    return any(found.values.get(name) not in (None, "") for name in ("prompt", "seed", "steps"))


def _readings(carried: Carried) -> Iterator[Found | None]:
    for reader in _READERS:
        yield from reader(carried)


def _named(carried: Carried) -> Iterator[Found | None]:
    yield read_invokeai(carried.json("invokeai_metadata"))
    yield read_sd_metadata(carried.json("sd-metadata"))
    yield read_novelai(carried.text, carried.json("Comment"))


def _objects(carried: Carried) -> Iterator[Found | None]:
    for values in filter(None, map(carried.json, TEXTS)):
        yield from (reader(values) for reader in _OBJECTS)


def _fields(carried: Carried) -> Iterator[Found | None]:
    yield read_easy_diffusion(carried.texts)


def _graphs(carried: Carried) -> Iterator[Found | None]:
    """Read ComfyUI's graph; what it can't say, the texts beside it may.

    A saver writes `unknown`, seed 0 and 512x512 where nothing is wired to it (ComfyUI-Image-Saver, `nodes.py`).
    Civitai's generator keeps what was asked for in `extraMetadata`, within the graph's object or beside it.
    """
    graphs = [carried.graph("prompt"), *(carried.json(name) for name in TEXTS)]
    graph = next((graph for graph in graphs if isinstance(graph, dict)), {})
    extra = read_extra(Carried(graph).json("extraMetadata") or carried.json("extraMetadata"))
    found = read_graph(graph)
    if found is None:
        yield extra
        return
    if isinstance(asked := carried.json("parameters-json"), dict):
        found.source = "Stability Matrix"
        found.take(asked, _ASKED)
    beside = next(filter(None, (read_infotext(carried.text(name)) for name in TEXTS)), None)
    for other in (extra, beside):
        if other and other.values.get("prompt") != _UNWIRED:
            found.complete(other)
    yield found


def _infotexts(carried: Carried) -> Iterator[Found | None]:
    yield from (read_infotext(carried.text(name)) for name in TEXTS)


def _inner(carried: Carried) -> Iterator[Found | None]:
    for held in carried.inner():
        for reader in _READERS:
            yield from reader(held) if reader is not _inner else ()


def _canvases(carried: Carried) -> Iterator[Found | None]:
    yield read_canvas(carried.graph("workflow"))


def _dreams(carried: Carried) -> Iterator[Found | None]:
    if command := carried.text("Dream"):
        yield read_dream(command)


_READERS: tuple[Callable[[Carried], Iterator[Found | None]], ...] = (
    _named,
    _objects,
    _fields,
    _inner,
    _graphs,
    _infotexts,
    _canvases,
    _dreams,
)
"""In the order of how sure their signs are: a keyword of one tool's, one object, a graph, words."""


def _ours(carried: Carried) -> Restored | None:
    for name in (KEY, "ImageDescription"):
        own = carried.json(name)
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
