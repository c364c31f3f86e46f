"""ControlNet files as their authors publish them: one file, told apart by its tensors.

The Union ControlNets of Z-Image (https://huggingface.co/alibaba-pai): 1.0 reads 16 channels; 2.0, 2.1, lite and tile
read 33, the picture to repair among them. diffusers takes lite for 1.0 and asks the network for configurations.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.reading import ENDINGS, read_header
from backend.adapters.local.weights.recognise import recognise
from backend.domain.errors import NotReady

if TYPE_CHECKING:
    from torch import dtype

_PATCH = "2-1"
"""The only size of patches that there is: 2 by 2 pixels of latents, 1 frame."""
_EMBEDDER = f"control_all_x_embedder.{_PATCH}.weight"
_REFINER_IN = "control_noise_refiner.0.before_proj.weight"
_PIXELS = 4
_WITH_PICTURE = 33
"""Channels: 16 of the guide, 1 of the mask, 16 of the picture to repair."""
_MOST_OF_LITE = 5
"""Layers: lite has 3, the others 6 or 15."""
_LAYER = re.compile(r"(control_layers|control_noise_refiner)\.(\d+)\.")
_TURBO = re.compile(r"turbo|(?<![a-z])zit(?![a-z])", re.IGNORECASE)
_BASE = re.compile(r"z[-_ ]?image[-_ ]?(fun|base|omni)|(?<![a-z])zib(?![a-z])", re.IGNORECASE)
"""The author's `Z-Image-Fun-Controlnet-Union-2.1` was trained with the base model, and its tensors don't tell it."""


@dataclass(frozen=True, slots=True)
class Union:
    """A published ControlNet: how many channels it reads, how many layers and refiners it has, and how wide they are.

    The width is the transformer's that it goes with.
    """

    header: Header
    channels: int
    layers: int
    refiners: int
    width: int

    @property
    def lite(self) -> bool:
        """Whether it is a small one of the newer kind."""
        return self.channels == _WITH_PICTURE and self.layers <= _MOST_OF_LITE

    @property
    def trained_with(self) -> str:
        """Return the family of models that its name says it was trained with; empty where it says none."""
        name = self.header.path.name
        return "turbo" if _TURBO.search(name) else "base" if _BASE.search(name) else ""

    @property
    def rank(self) -> tuple[int, int, str]:
        """Return what to sort by, the better ones first."""
        return -self.channels, -self.layers, self.header.path.name


def find_unions(folders: tuple[Path, ...]) -> tuple[Union, ...]:
    """Return the published files that lie in folders, the better ones first; other files there are passed over."""
    return unions_among(
        path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.suffix.lower() in ENDINGS
    )


def unions_among(files: Iterable[Path]) -> tuple[Union, ...]:
    """Return those files that are published ones, each once, the better ones first."""
    found = (_recognised(file) for file in {file.resolve() for file in files})
    return tuple(sorted((union for union in found if union), key=lambda union: union.rank))


def read_union(path: Path) -> Union:
    """Return what a published file is; raise `BadFile` for another one."""
    found = _recognised(path)
    if found is None:
        raise BadFile(f"{path.name} is no ControlNet of Z-Image that can be read.")
    return found


def load_union(union: Union, transformer: Mapping[str, Any], kind: "dtype") -> Any:
    """Load a published file beside a transformer of this configuration, every tensor of it.

    Raises `NotReady` that names what is left over, lacking or of another size.
    """
    import torch
    from diffusers import ZImageControlNetModel

    from backend.adapters.local.weights.fitting import fit

    with torch.device("meta"):
        made = ZImageControlNetModel.from_config(configuration(union, transformer))
    header = union.header
    if made.control_noise_refiner is None:  # 2.0: in its file, and never trained; VideoX-Fun leaves them out too
        kept = {name: each for name, each in header.tensors.items() if not name.startswith("control_noise_refiner.")}
        header = replace(header, tensors=kept)
    try:
        numbers = fit((header,), "", made, dict).read(kind)
    except BadFile as error:
        raise NotReady(str(error)) from error
    made.load_state_dict(numbers, assign=True)
    return made.eval()


def configuration(union: Union, transformer: Mapping[str, Any]) -> dict[str, Any]:
    """Return diffusers' configuration of a published file, for a transformer that has the other one."""
    shared = ("dim", "n_heads", "n_kv_heads", "n_refiner_layers", "norm_eps", "qk_norm", "all_patch_size")
    config = {name: transformer[name] for name in (*shared, "all_f_patch_size")}
    refined = union.channels == _WITH_PICTURE
    return config | {
        "control_in_dim": union.channels,
        "control_layers_places": [at * (transformer["n_layers"] // union.layers) for at in range(union.layers)],
        "control_refiner_layers_places": list(range(transformer["n_refiner_layers"])) if refined else None,
        "add_control_noise_refiner": _refiner(union) if refined else None,
    }


def _refiner(union: Union) -> str:
    """Say which blocks refine: 2.0 uses those of its layers (diffusers 0.42.1, `single_file_utils.py`)."""
    from safetensors import safe_open

    if _REFINER_IN not in union.header.tensors:
        return "control_layers"
    with safe_open(union.header.path, framework="pt") as file:
        trained = bool(file.get_tensor(_REFINER_IN).any())
    return "control_noise_refiner" if trained else "control_layers"


def _recognised(path: Path) -> Union | None:
    """Return what a file is, kept while it stays as it is; None for another one."""
    try:
        stamp = path.stat()
        return _read(path, stamp.st_mtime_ns, stamp.st_size)
    except (OSError, BadFile):
        return None


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> Union | None:
    header = read_header(path)
    embedder = header.tensors.get(_EMBEDDER)
    if recognise(header).role != "controlnet" or embedder is None or len(embedder.shape) != 2:
        return None
    counts = {"control_layers": 0, "control_noise_refiner": 0}
    for name in header.tensors:
        if found := _LAYER.match(name):
            counts[found[1]] = max(counts[found[1]], int(found[2]) + 1)
    layers, refiners = counts.values()
    width, numbers = embedder.shape
    return Union(header, numbers // _PIXELS, layers, refiners, width) if layers else None
