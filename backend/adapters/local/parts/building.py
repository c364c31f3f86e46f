"""A part of a model built from the tensors of its files, once each of them has found its place."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.machine.checkpoint import Source
from backend.adapters.local.weights.fitting import Fit, fit
from backend.adapters.local.weights.header import Header
from backend.adapters.local.weights.naming import converter
from backend.adapters.local.weights.recognise import layout_of
from backend.adapters.local.weights.scales import has_scales
from backend.adapters.local.weights.signs import Part

if TYPE_CHECKING:
    from torch import dtype

_THEIR_OWN = ("diffusers", "transformers")
"""Layouts that a part's library reads by itself, from a folder."""


def fitted(found: Any, source: Source, headers: tuple[Header, ...], part: Part) -> Fit:
    """Return how files' tensors become those of a part of the class `found`; raise `BadFile` where they don't."""
    model = _empty(found, source.config)
    return fit(headers, source.prefix, model, converter(part, _layout(source, headers, part), model))


def read_by_library(source: Source, headers: tuple[Header, ...], part: Part) -> bool:
    """Return whether a part's library reads the files as they are: it would drop scales and others' names."""
    scaled = any(has_scales(header) for header in headers)
    return source.file is None and not scaled and _layout(source, headers, part) in _THEIR_OWN


def build(found: Any, source: Source, fitting: Fit, kind: "dtype", **packing: Any) -> Any:
    """Return a part of the class `found` in `kind`, built from its tensors by the class's own loader.

    `packing` is how it is quantised on the way; with GGUF's configuration the blocks stay as they are. Without any, the
    empty part gets its numbers as they are: the class's loader would build a second one first.
    """
    if _of_transformers(found):
        config = found.config_class.from_pretrained(source.config)
        return found.from_pretrained(None, config=config, state_dict=fitting.read(kind), dtype=kind, **packing)
    if packing:
        numbers = fitting.read(kind, keep_blocks=True)
        return found.from_single_file(
            numbers, config=str(source.config), torch_dtype=kind, local_files_only=True, **packing
        )
    fitting.model.load_state_dict(fitting.read(kind), assign=True)
    return fitting.model.eval()


def _layout(source: Source, headers: tuple[Header, ...], part: Part) -> str:
    tensors = {name: tensor for header in headers for name, tensor in header.tensors.items()}
    return layout_of(tensors, part, source.prefix)


def _of_transformers(found: Any) -> bool:
    return bool(found.__module__.startswith("transformers."))


def _empty(found: Any, config: Path) -> Any:
    """Return a part without numbers, which takes no memory."""
    import torch

    if _of_transformers(found):
        with torch.device("meta"):
            return found(found.config_class.from_pretrained(config))
    from accelerate import init_empty_weights

    with init_empty_weights():
        return found.from_config(json.loads((config / "config.json").read_text("utf-8")))
