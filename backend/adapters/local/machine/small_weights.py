"""Weights made small by libraries: what each is called, what it needs, and how far off its pictures are. No torch.

Each is one configuration of its library, laid over the transformer once that is read.
"""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from backend.adapters.local.machine.device import Machine

Small = Literal["torchao int8", "torchao fp8", "sdnq int8", "sdnq uint4"]
SMALL_NAMES: tuple[Small, ...] = ("torchao int8", "sdnq int8", "torchao fp8", "sdnq uint4")
Pack = Callable[[Any], None]
"""Packs a module's weights in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a library stores weights: its package, the share of a bf16 number, and how far off pictures were.

    `off` is the mean difference of 255 from full weights, of a picture of the embedded model at 128² in 4 steps, on CPU
    (torchao 0.18.0, sdnq 0.2.8, torch 2.14.1). `devices` are those it runs on.
    """

    package: str
    share: float
    off: float
    pack: Pack
    devices: tuple[str, ...] = ("cuda", "cpu")


def _torchao_int8(module: Any) -> None:
    from torchao.quantization import Int8WeightOnlyConfig, quantize_

    quantize_(module, Int8WeightOnlyConfig(version=2))


def _torchao_fp8(module: Any) -> None:
    from torchao.quantization import Float8WeightOnlyConfig, quantize_

    quantize_(module, Float8WeightOnlyConfig())


def _sdnq(module: Any, weights: str) -> None:
    from sdnq import sdnq_post_load_quant

    sdnq_post_load_quant(module, weights_dtype=weights)


SMALL: Mapping[str, Kind] = {
    "torchao int8": Kind(package="torchao", share=0.51, off=0.17, pack=_torchao_int8),
    "sdnq int8": Kind(package="sdnq", share=0.52, off=0.12, pack=lambda module: _sdnq(module, "int8")),
    "torchao fp8": Kind(package="torchao", share=0.51, off=0.61, pack=_torchao_fp8),
    "sdnq uint4": Kind(package="sdnq", share=0.29, off=1.18, pack=lambda module: _sdnq(module, "uint4")),
}
"""In the order in which `auto` takes them: SDNQ draws as exactly, and took five times as long on a CPU."""
FP8_CAST_OFF = 0.71
"""Of diffusers' own fp8 cast (`enable_layerwise_casting`), measured likewise."""


def lacking_small(weights: str, machine: Machine) -> str | None:
    """Say why weights can't be made so small here, with the way out; None where they can."""
    kind = SMALL[weights]
    if machine.device not in kind.devices:
        return f"is {weights}, which Apple's GPUs can't compute; choose full."
    if importlib.util.find_spec(kind.package) is None:
        return f"is {weights}, which needs {kind.package}: run `pip install {kind.package}`, or choose fp8."
    return None


def exacter_than_fp8(machine: Machine) -> tuple[Small, ...]:
    """Return what runs here and came at least twice as near to full weights as the fp8 cast; `auto` tries it first.

    Twice, since a single picture tells no less of a difference: `torchao fp8` was the farther one on other weights.
    """
    exact = (weights for weights in SMALL_NAMES if 2 * SMALL[weights].off < FP8_CAST_OFF)
    return tuple(weights for weights in exact if not lacking_small(weights, machine))
