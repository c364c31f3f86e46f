"""From a checkpoint's folder to an engine on this machine's device."""

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.control.controlnets import ControlNet, bring_controlnet
from backend.adapters.local.control.sources import find_controlnets
from backend.adapters.local.machine.checkpoint import COMPONENTS, Checkpoint
from backend.adapters.local.machine.device import lacking, look
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.half import keep_finite
from backend.adapters.local.machine.memory import MemoryPlan, free_memory, plan_memory, size_words
from backend.adapters.local.machine.memory_guard import free, memory_guard
from backend.adapters.local.machine.option_rules import auto_attention
from backend.adapters.local.machine.options import ControlNetWeights, Layout
from backend.adapters.local.machine.placement import lay_out, shrink
from backend.adapters.local.machine.small_weights import exacter_than_fp8
from backend.adapters.local.parts.load_faults import told
from backend.adapters.local.parts.model_parts import Parts, find_gguf
from backend.domain.errors import NotReady
from backend.threads.background import Report

if TYPE_CHECKING:
    from torch import dtype

    from backend.adapters.local.drawing.engine import Engine

AUTO = Layout()
log = logging.getLogger(__name__)


def load(
    checkpoint: Checkpoint,
    extras: Extras,
    report: Report,
    layout: Layout = AUTO,
    controlnets: Callable[[], Iterable[Path]] = tuple,
) -> "Engine":
    """Load a checkpoint and return its engine; raise `NotReady` or `OutOfMemory` with the way out.

    Its ControlNet, its own, one of the extras or of `controlnets` (files), is loaded when it is first needed.
    """
    missing = lacking()
    if missing:
        raise NotReady(lacking_sentence(missing))
    report("Starting torch", 0.0)
    from backend.adapters.local.drawing.engine import Engine

    device, kind = choose_device(), choose_dtype(checkpoint)
    if checkpoint.embedded:
        share_cores()
    free()  # what an engine of another layout held
    gguf, exacter = find_gguf(checkpoint, extras), exacter_than_fp8(look())
    plan = plan_memory(
        checkpoint.name,
        device,
        free_memory(device),
        _bytes_of(checkpoint, kind),
        _as_stored(checkpoint, layout),
        exacter,
    )
    attention, because = auto_attention(capability())
    with memory_guard(f"loading {checkpoint.name}", "Close other programs, or choose a smaller model."):
        pipe = _pipeline(Parts(checkpoint, kind, plan.weights, gguf), report)
        keep_finite(pipe.transformer, kind)
        report("Moving it to the device", 0.95)
        with told(f"The transformer of {checkpoint.name}, to be stored as {plan.weights},"):
            shrink(pipe, plan, kind)
        lay_out(pipe, plan, device)
    pipe.set_progress_bar_config(disable=True)
    plan = replace(plan, reason=f"{plan.reason}, {because}")
    log.info("%s is loaded on %s in %s, %s", checkpoint.name, device, kind, plan.reason)

    def load_controlnet(memory: MemoryPlan, wanted: ControlNetWeights, report: Report) -> ControlNet:
        sources = find_controlnets(checkpoint, extras, wanted, controlnets())
        if not sources:
            raise NotReady(f"{checkpoint.name} has no ControlNet on this machine.")
        return bring_controlnet(pipe, sources, memory, kind, report)

    return Engine(pipe, load_controlnet, plan, attention)


def share_cores() -> None:
    """Leave half of the cores to the page.

    Threads of torch that wait for one another spin; with every core taken, the embedded model's small sums took 30
    times as long on a busy machine as on one core.
    """
    import torch

    torch.set_num_threads(min(torch.get_num_threads(), max(1, (os.cpu_count() or 2) // 2)))


def lacking_sentence(libraries: tuple[str, ...]) -> str:
    """Say how to get libraries that aren't installed."""
    return f"The local model needs {', '.join(libraries)}: run `pip install -r requirements.txt`, or choose a provider."


def choose_device() -> str:
    """Return the device that torch can really use."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def choose_dtype(checkpoint: Checkpoint) -> "dtype":
    """Return what the device computes in."""
    import torch

    device = choose_device()
    bf16 = device == "mps" or (device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False))
    return dtype_for(device, bf16=bf16, embedded=checkpoint.embedded)


def dtype_for(device: str, *, bf16: bool, embedded: bool) -> "dtype":
    """Return bf16 where the device has it; fp16 on an NVIDIA GPU without, for which fp32 is too large; else fp32.

    The embedded model is so small that it stays fp32 everywhere: the same pixels on every device.
    """
    import torch

    if embedded or device == "cpu":
        return torch.float32
    return torch.bfloat16 if bf16 else torch.float16


def capability() -> float:
    """Return an NVIDIA GPU's compute capability, such as 9.0; 0 without one. AMD's have numbers of another meaning."""
    import torch

    if torch.version.hip:
        return 0.0
    return float("{}.{}".format(*torch.cuda.get_device_capability())) if torch.cuda.is_available() else 0.0


def _pipeline(parts: Parts, report: Report) -> Any:
    from diffusers import ZImagePipeline
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    logging.getLogger("diffusers.models.modeling_utils").addFilter(_says_something)
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    loaded, behind = parts.tokenizer(), 0
    sizes = {name: parts.size(name) for name in COMPONENTS}
    for name, size in sizes.items():
        fraction = 0.1 + 0.85 * behind / max(sum(sizes.values()), 1)
        report(f"Reading {name.replace('_', ' ')} ({size_words(size)})", fraction)
        loaded[name] = parts.load(name)
        behind += size
    return ZImagePipeline.from_pretrained(parts.folder, **loaded, dtype=parts.kind, local_files_only=True)


def _says_something(record: logging.LogRecord) -> bool:
    """Return whether a warning of diffusers is one: it warns of no module at all for every single file."""
    return "should be kept in float32: []" not in record.getMessage()


def _as_stored(checkpoint: Checkpoint, layout: Layout) -> Layout:
    """Leave what is GGUF already in its blocks, unless the user wants it otherwise."""
    stored = checkpoint.file is not None and checkpoint.file.suffix.lower() == ".gguf"
    return replace(layout, weights="gguf") if stored and layout.weights == "auto" else layout


def _bytes_of(checkpoint: Checkpoint, kind: "dtype") -> dict[str, int]:
    parts = Parts(checkpoint, kind)
    return {name: parts.numbers(name) * kind.itemsize for name in COMPONENTS}
