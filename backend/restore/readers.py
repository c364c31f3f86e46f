"""Which reader looks at which text of a file, in the order of how sure their signs are."""

from collections.abc import Callable, Iterator
from typing import Any

from backend.restore.carried import TEXTS, Carried
from backend.restore.comfyui.read import read_canvas, read_graph
from backend.restore.found import Found
from backend.restore.tools.civitai import read_extra
from backend.restore.tools.draw_things import read_draw_things
from backend.restore.tools.easy_diffusion import read_easy_diffusion
from backend.restore.tools.fooocus import read_fooocus, read_ruined_fooocus
from backend.restore.tools.infotext import read_infotext
from backend.restore.tools.invokeai import read_dream, read_invokeai, read_sd_metadata
from backend.restore.tools.mflux import read_mflux
from backend.restore.tools.novelai import read_novelai
from backend.restore.tools.spaces import read_space
from backend.restore.tools.swarmui import read_swarmui

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
_UNWIRED = "unknown"
_ASKED = {"PositivePrompt": "prompt", "NegativePrompt": "negative_prompt"}
"""What was typed into Stability Matrix stands in `parameters-json`; its graph has the prompt without its comments."""


def readings(carried: Carried) -> Iterator[Found | None]:
    """Yield what each reader finds in a file's texts, None where it finds nothing."""
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
