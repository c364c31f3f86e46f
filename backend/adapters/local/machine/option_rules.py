"""Which of the options this machine can do, and what `auto` takes, each with its reason. No torch."""

import importlib.util
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.options import Attention, LocalOptions, Weights
from backend.adapters.local.machine.small_weights import SMALL, lacking_small
from backend.domain.errors import Problem
from backend.domain.requests import Request

AMPERE, HOPPER, BLACKWELL = 8.0, 9.0, 10.0
"""CUDA compute capabilities (https://developer.nvidia.com/cuda-gpus)."""
_COMPILERS = ("c++", "g++", "clang++", "cl")


@dataclass(frozen=True, slots=True)
class Kernel:
    """How to compute attention: diffusers' name of it, what it needs, and whether it can leave tokens out (masks)."""

    backend: str
    package: str = ""
    least: float = 0.0
    masks: bool = True


KERNELS: Mapping[str, Kernel] = {
    "native": Kernel("native"),
    "cudnn": Kernel("_native_cudnn", least=AMPERE),
    "flash": Kernel("flash", "flash_attn", AMPERE, masks=False),
    "flash 3": Kernel("_flash_3", "flash_attn_3", HOPPER, masks=False),
    "sage": Kernel("sage", "sageattention", AMPERE, masks=False),
}


def auto_attention(capability: float) -> tuple[Attention, str]:
    """Return the kernel for a GPU's compute capability (0 without one) that takes every request, and why."""
    if HOPPER <= capability < BLACKWELL + 1:
        return "cudnn", f"attention by cuDNN, which is the fastest on compute capability {capability:g}"
    return "native", "torch's own attention"


def option_problems(
    request: Request, options: LocalOptions, machine: Machine, no_gguf: str | None, *, guided: bool
) -> Iterator[Problem]:
    """Yield each option that this machine, its libraries or the rest of the request rule out.

    `no_gguf` says why there is no GGUF file of the model, or is None; `guided` whether a ControlNet acts.
    """
    problems = (
        ("weights", _of_weights(options, machine, no_gguf)),
        ("offload", _of_offload(options, machine, guided=guided)),
        ("attention", _of_attention(options, machine) or _of_masks(request, options, guided=guided)),
        ("compile", _of_compile(options, machine)),
    )
    for name, message in problems:
        if message:
            yield Problem(f"options.{name}", message)


def _of_weights(options: LocalOptions, machine: Machine, no_gguf: str | None) -> str | None:
    match options.weights:
        case "fp8" if machine.device == "mps":
            return "is fp8, which Apple's GPUs don't have; choose full."
        case "nf4" if machine.device != "cuda":
            return f"is nf4, which needs an NVIDIA GPU; this machine draws on {machine.name}. Choose fp8."
        case "nf4" if not _installed("bitsandbytes"):
            return "is nf4, which needs bitsandbytes: run `pip install bitsandbytes`, or choose fp8."
        case "gguf" if not _installed("gguf"):
            return "is gguf, which needs the package that reads such files: run `pip install gguf`, or choose fp8."
        case "gguf":
            return f"is gguf. {no_gguf}" if no_gguf else None
        case small if small in SMALL:
            return lacking_small(small, machine)
    return None


def weights_offered(machine: Machine) -> tuple[str, ...]:
    """Return the ways to keep weights that the page offers: of those by libraries, what runs here."""
    return tuple(each for each in get_args(Weights) if each not in SMALL or lacking_small(each, machine) is None)


def _of_offload(options: LocalOptions, machine: Machine, *, guided: bool) -> str | None:
    if options.offload in ("auto", "none"):
        return None
    if machine.device != "cuda":
        return f"is {options.offload}, which frees an NVIDIA GPU; this machine has one memory for all. Choose none."
    if options.offload == "sequential" and options.weights not in ("auto", "full"):
        return f"is sequential, which moves full weights only, not {options.weights}; choose model."
    if options.offload == "sequential" and guided:
        return (
            "is sequential, in which a ControlNet finds no weights to share; choose model, or go without a ControlNet."
        )
    return None


def _of_attention(options: LocalOptions, machine: Machine) -> str | None:
    if options.attention == "auto":
        return None
    kernel, chosen = KERNELS[options.attention], f"is {options.attention}, which needs"
    if kernel.least and machine.device != "cuda":
        return f"{chosen} an NVIDIA GPU; this machine draws on {machine.name}. Choose native."
    if machine.capability < kernel.least:
        return (
            f"{chosen} compute capability {kernel.least:g}; {machine.name} has {machine.capability:g}. Choose native."
        )
    if kernel.package and not _installed(kernel.package):
        return f"{chosen} the package {kernel.package}, which isn't installed; choose native or cudnn."
    return None


def _of_masks(request: Request, options: LocalOptions, *, guided: bool) -> str | None:
    if options.attention == "auto" or KERNELS[options.attention].masks:
        return None
    if not guided and request.guidance <= 1:
        return None
    what = "control pictures" if guided else "guidance above 1"
    return f"is {options.attention}, which can't leave tokens out, as {what} must; choose native or cudnn."


def _of_compile(options: LocalOptions, machine: Machine) -> str | None:
    if not options.compile:
        return None
    if options.weights in ("fp8", "nf4", "sdnq int8", "sdnq uint4"):
        return f"is on, and {options.weights} weights can't be compiled; choose full or gguf."
    if options.offload == "sequential":
        return "is on, and sequential offload swaps the weights under the compiled code; choose model."
    if machine.device == "mps":
        return "is on, which torch can't do well on Apple's GPUs yet; turn it off."
    if machine.device == "cuda" and not _installed("triton"):
        return "is on, which needs triton on an NVIDIA GPU, and it isn't installed; turn it off."
    if not any(shutil.which(name) for name in _COMPILERS):
        return "is on, which needs a C++ compiler on this machine, such as g++; install one, or turn it off."
    return None


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
