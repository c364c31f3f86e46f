"""What a file of weights is: which part of which model, in whose names, how exact. Told by its tensors alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from backend.adapters.local.weights.header import Header, Tensor
from backend.adapters.local.weights.signs import (
    ARCHITECTURES,
    LORA_ARCHITECTURES,
    LORA_LAYOUTS,
    LORA_MARKS,
    PREFIXES,
    UPSCALERS,
    Part,
)

Role = Literal["transformer", "text_encoder", "vae", "checkpoint", "lora", "controlnet", "upscaler", "unknown"]
Z_IMAGE = "z-image"
_SCALES = (".scale_weight", ".weight_scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a file is.

    `checkpoint` is a transformer with its text encoder or VAE inside; `parts` says which, each with the beginning that
    its tensors' names have in the file. `architecture` is `z-image`, `qwen3`, `flux-vae` or another one's name, empty
    where it isn't known. `layout` is whose names the tensors have: `diffusers`, `comfyui` (which the author's own code
    and Civitai's files have too), `ldm`, `transformers`, `llama.cpp`; for a LoRA `peft`, `kohya` and so on. `precision`
    is the type of most bytes: `bf16`, `fp8 scaled`, `Q4_K`.
    """

    role: Role
    architecture: str = ""
    layout: str = ""
    precision: str = ""
    parts: Mapping[Part, str]


def recognise(header: Header) -> Recognised:
    """Say what a file is by the names and shapes of its tensors."""
    tensors = header.tensors
    precision = precision_of(tensors)
    if any(mark in name for name in tensors for mark in LORA_MARKS):
        return Recognised(
            role="lora",
            architecture=_first(LORA_ARCHITECTURES, tensors),
            layout=_first(LORA_LAYOUTS, tensors),
            precision=precision,
            parts={},
        )
    if any(name.startswith(("control_layers.", "control_all_x_embedder.")) for name in tensors):
        return Recognised(role="controlnet", architecture=Z_IMAGE, layout="diffusers", precision=precision, parts={})
    found = {part: (prefix, *named) for part, prefix, named in _parts(tensors)}
    if not found:
        role: Role = "upscaler" if any(sign in tensors for sign in UPSCALERS) else "unknown"
        return Recognised(role=role, precision=precision, parts={})
    main: Part = next(iter(found))
    _, architecture, layout = found[main]
    parts = {part: prefix for part, (prefix, _, _) in found.items()}
    role = "checkpoint" if len(found) > 1 and main == "transformer" else main
    return Recognised(role=role, architecture=architecture, layout=layout, precision=precision, parts=parts)


def precision_of(tensors: Mapping[str, Tensor], prefix: str = "") -> str:
    """Return the type that most bytes have, as people write it; with `scaled` where scales lie beside them."""
    counted: Counter[str] = Counter()
    for name, tensor in tensors.items():
        if name.startswith(prefix):
            counted[tensor.dtype] += tensor.bytes
    if not counted:
        return ""
    most = _NAMES.get(counted.most_common(1)[0][0], counted.most_common(1)[0][0])
    if any(name.endswith(".weight_scale_2") for name in tensors):
        return "nvfp4"
    return f"{most} scaled" if most in ("fp8", "int8") and any(name.endswith(_SCALES) for name in tensors) else most


_NAMES = {
    "BF16": "bf16",
    "F16": "fp16",
    "F32": "fp32",
    "F8_E4M3": "fp8",
    "F8_E5M2": "fp8",
    "I8": "int8",
    "U8": "4 bits",
}


def _parts(tensors: Mapping[str, Tensor]) -> Iterable[tuple[Part, str, tuple[str, str]]]:
    """Yield each part, the transformer first, with the beginning of its names, its architecture and its layout."""
    for part, prefixes in PREFIXES.items():
        for prefix in prefixes:
            named = next(
                (
                    (each.architecture, each.layout)
                    for each in ARCHITECTURES
                    if each.part == part and each.fits(tensors, prefix)
                ),
                None,
            )
            if named:
                yield part, prefix, named
                break


def _first(signs: Mapping[str, str], tensors: Iterable[str]) -> str:
    names = tuple(tensors)
    return next((meaning for sign, meaning in signs.items() if any(sign in name for name in names)), "")


def layout_of(tensors: Mapping[str, Tensor], part: Part, prefix: str) -> str:
    """Return in whose names a part's tensors are, which begin with `prefix`; empty where it isn't known."""
    fitting = (each for each in ARCHITECTURES if each.part == part and each.fits(tensors, prefix))
    return next((each.layout for each in fitting), "")
