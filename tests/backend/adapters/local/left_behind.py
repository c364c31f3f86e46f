"""What a test left on an engine that others draw with: the test itself fails of it, not one that comes later."""

from collections.abc import Iterator, Sequence
from typing import Any

from backend.adapters.local.drawing.engine import Engine

PARTS = ("transformer", "text_encoder", "vae")
REPLACED = ("forward", "_build_unified_sequence", "_forward_silu_gating", "_hf_hook")
"""What hooks, caches, guidance within attention and fp16's clamps set on a module itself."""


def weights_of(engine: Engine) -> Sequence[float]:
    """Return the sum of each weight of the model: some 6 ms."""
    parts = (getattr(engine.pipe, name) for name in PARTS)
    return [float(weight.detach().sum()) for part in parts for weight in part.parameters()]


def left_behind(engine: Engine, weights: Sequence[float]) -> list[str]:
    """Name what is on the engine that a fresh one hasn't; `weights` are those it had. LoRAs are taken off first.

    They stay on for the next drawing, as is meant.
    """
    engine._adapters.put_on(())
    return [*_of_modules(engine), *_of_controlnet(engine), *([] if weights_of(engine) == weights else ["weights"])]


def _of_modules(engine: Engine) -> Iterator[str]:
    for name in PARTS:
        for path, module in getattr(engine.pipe, name).named_modules():
            own = [each for each in REPLACED if each in vars(module)]
            if own or hasattr(module, "base_layer"):
                yield f"{name}.{path}: {own or 'a layer of PEFT'}"
    kinds = {type(layer.attention.processor).__name__ for layer in engine.pipe.transformer.layers}
    yield from kinds - {"ZSingleStreamAttnProcessor"}


def _of_controlnet(engine: Engine) -> Iterator[str]:
    """A pipeline ties a ControlNet to its own transformer, from whichever one had it before."""
    guided: Any = vars(engine).get("guided_pipe")
    if guided and engine.controlnet.t_embedder is not engine.pipe.transformer.t_embedder:
        yield "the ControlNet belongs to another transformer"
