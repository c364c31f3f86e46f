"""The sizes of Z-Image that are known: which one a file's tensors are of, and where its configurations lie."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from backend.adapters.local.machine.checkpoint import EMBEDDED, REAL
from backend.adapters.local.weights.header import Header

ARCHITECTURES = Path(__file__).parents[4] / "presets" / "architectures"
"""Configurations of parts, written down from what is published; a file of ComfyUI's or Civitai's has none inside."""
_LAYER = re.compile(r"(?:layers|blk)\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Family:
    """A size of the model: the folder of its configurations, and the hub's repository with all its parts."""

    folder: Path
    repo: str | None = None

    @property
    def template(self) -> Path:
        """Return what is written around a prompt, for tokenizers that come with another model's."""
        return self.folder / "chat_template.jinja"

    def fits(self, part: str, header: Header, prefix: str) -> bool:
        """Return whether a part in a file is of this size."""
        config = _config(self.folder / part)
        return _measures(part, header, prefix) == tuple(_of(config, name) for name in _MEASURES[part])


FAMILIES = (Family(ARCHITECTURES / "z-image", REAL), Family(EMBEDDED))


def family_of(header: Header, prefix: str) -> Family | None:
    """Return the size of the transformer in a file, None for one that isn't known."""
    return next((family for family in FAMILIES if family.fits("transformer", header, prefix)), None)


_MEASURES: Mapping[str, tuple[str, ...]] = {
    "transformer": ("dim", "cap_feat_dim", "n_layers"),
    "text_encoder": ("vocab_size", "hidden_size", "num_hidden_layers"),
    "vae": ("block_out_channels", "latent_channels"),
}
_EMBEDDINGS = ("model.embed_tokens.weight", "embed_tokens.weight", "token_embd.weight")


def _measures(part: str, header: Header, prefix: str) -> tuple[int, ...]:
    names = [name.removeprefix(prefix) for name in header.tensors if name.startswith(prefix)]

    def shape(name: str) -> tuple[int, ...]:
        found = header.tensors.get(prefix + name)
        return found.shape if found else ()

    if part == "vae":
        return (*shape("encoder.conv_in.weight")[:1], *shape("decoder.conv_in.weight")[1:2])
    first = ["cap_embedder.1.weight"] if part == "transformer" else [name for name in _EMBEDDINGS if shape(name)]
    layers = {match[1] for name in names if (match := _LAYER.match(name.removeprefix("model.")))}
    return (*(shape(first[0])[:2] if first else ()), len(layers))


def _of(config: Mapping[str, Any], name: str) -> int:
    value = config[name]
    return int(value[0] if isinstance(value, list) else value)


@cache
def _config(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    return found
