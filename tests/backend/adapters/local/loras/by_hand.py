"""LoRA files made here, and the pictures that diffusers alone draws with their changes added to the weights by hand."""

import copy
from collections.abc import Mapping
from typing import Any

import torch
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.loras.shelf import LoraFile
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT

RANK = 4
SIZE = (128, 128)
STEPS = 2
TARGETS = (
    "layers.0.attention.to_q",
    "layers.1.attention.to_out.0",
    "layers.2.feed_forward.w1",
    "context_refiner.0.attention.to_v",
    "noise_refiner.0.adaLN_modulation.0",
    "all_x_embedder.2-1",
    "all_final_layer.2-1.linear",
    "cap_embedder.1",
    "t_embedder.mlp.2",
)
"""One of each kind of module, those outside of the blocks too."""
Tensors = dict[str, torch.Tensor]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def numbers(*shape: int, seed: int, spread: float = 0.3) -> torch.Tensor:
    return torch.randn(shape, generator=seeded(seed)) * spread


def base_weight(engine: Engine, path: str) -> torch.Tensor:
    """Return a module's own weights, whatever lies over them."""
    module = engine.pipe.transformer.get_submodule(path)
    while hasattr(module, "base_layer"):
        module = module.base_layer
    weight: torch.Tensor = module.weight
    return weight.detach()


def drawn(engine: Engine, *loras: LoraFile, **values: Any) -> Image.Image:
    """Draw as the playground does."""
    request = TextToImage(**{"prompt": PROMPT, "steps": STEPS} | values)
    return engine.draw(Drawing(request=request, seed=7, size=SIZE), lambda *_: None, loras=loras)


def by_hand(
    engine: Engine, added: Mapping[str, torch.Tensor], *, encoder: Mapping[str, torch.Tensor] | None = None
) -> Image.Image:
    """Draw with diffusers alone, these differences added to copies of the weights: parameters by their names."""
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline

    drawn(engine)  # takes adapters off
    parts: dict[str, Any] = {"scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0)}
    for name, changes in (("transformer", added), ("text_encoder", encoder or {})):
        parts[name] = copy.deepcopy(engine.pipe.components[name])
        for path, change in changes.items():
            parts[name].get_parameter(path).data += change
    pipe = ZImagePipeline(**engine.pipe.components | parts)
    pipe.set_progress_bar_config(disable=True)
    settings: dict[str, Any] = {
        "num_inference_steps": STEPS,
        "guidance_scale": 0.0,
        "width": SIZE[0],
        "height": SIZE[1],
    }
    image: Image.Image = pipe(PROMPT, generator=seeded(7), **settings).images[0]
    return image


def low_rank(
    engine: Engine,
    prefix: str,
    *,
    down: str = "lora_A.weight",
    up: str = "lora_B.weight",
    between: str = ".",
    alpha: float | None = None,
    seed: int = 1,
) -> tuple[Tensors, Tensors]:
    """Return a LoRA of all targets in somebody's names, and what it adds to the weights."""
    tensors, added = {}, {}
    for at, path in enumerate(TARGETS):
        rows, columns = base_weight(engine, path).shape
        low, high = numbers(RANK, columns, seed=seed + 2 * at), numbers(rows, RANK, seed=seed + 2 * at + 1)
        name = prefix + path.replace(".", between)
        tensors |= {f"{name}.{down}": low, f"{name}.{up}": high}
        if alpha is not None:
            tensors[f"{name}.alpha"] = torch.tensor(alpha)
        added[f"{path}.weight"] = high @ low * (1 if alpha is None else alpha / RANK)
    return tensors, added
