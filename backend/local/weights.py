"""From a checkpoint's folder to an engine on this machine's device."""

import importlib
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.errors import NotReady
from backend.local.checkpoint import COMPONENTS, Checkpoint, size_of
from backend.local.controlnets import ControlNet, bring_controlnet, find_controlnets
from backend.local.extras import Extras
from backend.local.faults import memory_guard
from backend.local.lane import Lane
from backend.local.layout import lay_out
from backend.local.loading import Report
from backend.local.machine import lacking
from backend.local.memory import MemoryPlan, free_memory, plan_memory, size_words
from backend.local.safetensors_file import count_parameters

if TYPE_CHECKING:
    from torch import dtype

    from backend.local.engine import Engine

log = logging.getLogger(__name__)


def load(checkpoint: Checkpoint, extras: Extras, report: Report, lane: Lane | None = None) -> "Engine":
    """Load a checkpoint and return its engine; raise `NotReady` or `OutOfMemory` with the way out.

    `lane` is the line for the device. The ControlNet, its own or one of the extras, is loaded when it is first needed.
    """
    missing = lacking()
    if missing:
        raise NotReady(lacking_sentence(missing))
    report("Starting torch", 0.0)
    from backend.local.engine import Engine

    device, kind = choose_device(), choose_dtype(checkpoint)
    if checkpoint.embedded:
        share_cores()
    plan = plan_memory(checkpoint.name, device, free_memory(device), _bytes_of(checkpoint, kind))
    with memory_guard(f"loading {checkpoint.name}", "Close other programs, or choose a smaller model."):
        pipe = _pipeline(checkpoint, kind, report)
        report("Moving it to the device", 0.95)
        lay_out(pipe, plan, device, kind)
    pipe.set_progress_bar_config(disable=True)
    log.info("%s is loaded on %s in %s, %s", checkpoint.name, device, kind, plan.reason)

    def load_controlnet(memory: MemoryPlan, report: Report) -> ControlNet:
        sources = find_controlnets(checkpoint, extras)
        if not sources:
            raise NotReady(f"{checkpoint.name} has no ControlNet on this machine.")
        return bring_controlnet(pipe, sources, memory, kind, report)

    return Engine(pipe, load_controlnet, plan, lane)


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
    """Return bf16 where the device has it, else fp32; never fp16, in which the real model turns black.

    The embedded model is so small that it stays fp32 everywhere: the same pixels on every device.
    """
    import torch

    device = choose_device()
    capable = device == "mps" or (device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False))
    return torch.bfloat16 if capable and not checkpoint.embedded else torch.float32


def _pipeline(checkpoint: Checkpoint, kind: "dtype", report: Report) -> Any:
    assert checkpoint.folder is not None
    from diffusers import ZImagePipeline
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    folder, parts, behind = checkpoint.folder, {}, 0
    sizes = {name: size_of(folder / name) for name in COMPONENTS}
    for name, size in sizes.items():
        report(
            f"Reading {name.replace('_', ' ')} ({size_words(size)})", 0.1 + 0.85 * behind / max(sum(sizes.values()), 1)
        )
        parts[name] = _class_of(folder, name).from_pretrained(folder, subfolder=name, dtype=kind, local_files_only=True)
        behind += size
    return ZImagePipeline.from_pretrained(folder, **parts, dtype=kind, local_files_only=True)


def _bytes_of(checkpoint: Checkpoint, kind: "dtype") -> dict[str, int]:
    assert checkpoint.folder is not None
    return {name: count_parameters(checkpoint.folder / name) * kind.itemsize for name in COMPONENTS}


def _class_of(folder: Path, name: str) -> Any:
    library, class_name = json.loads((folder / "model_index.json").read_text())[name]
    if library not in ("diffusers", "transformers"):
        raise NotReady(f"The model's {name} comes from {library}, which the playground doesn't load.")
    return getattr(importlib.import_module(library), class_name)
