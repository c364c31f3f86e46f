"""What each choice of memory, attention and compiling takes: loaded and drawn as the playground does it."""

import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.adapters.local.machine.device import look
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.option_rules import option_problems
from backend.adapters.local.machine.options import LocalOptions
from backend.adapters.local.parts.model_parts import lacking_gguf
from backend.domain.requests import TextToImage
from tools.gpu_table.gguf_file import write_gguf
from tools.gpu_table.shapes import full_size_pipe

ROUNDS = 3
NONE = Extras(offered=False)
CHOICES: tuple[dict[str, Any], ...] = (
    {"weights": "full", "offload": "none"},
    {"attention": "native"},
    {"attention": "cudnn"},
    {"attention": "flash"},
    {"attention": "flash 3"},
    {"attention": "sage"},
    {"compile": True},
    {"weights": "fp8", "offload": "none"},
    {"weights": "nf4", "offload": "none"},
    {"weights": "gguf", "offload": "none"},
    {"weights": "gguf", "offload": "none", "compile": True},
    {"offload": "model"},
    {"weights": "fp8", "offload": "model"},
    {"weights": "nf4", "offload": "model"},
    {"offload": "sequential"},
)


def lines(*, tiny: bool) -> Iterator[str]:
    """Yield the table; `tiny` takes the embedded model instead of random weights of the real size."""
    yield "| chosen | loaded in | first image | each further one | GB at the peak | why |"
    yield "| --- | --- | --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint("the model", _saved(Path(folder) / "model", tiny=tiny))
        for chosen in CHOICES:
            shown = ", ".join(f"{name} {value}" for name, value in chosen.items())
            yield f"| {shown} | {_row(checkpoint, chosen, side=128 if tiny else 1024)} |"


def _saved(folder: Path, *, tiny: bool) -> Path:
    if tiny:
        from diffusers import ZImageTransformer2DModel

        shutil.copytree(EMBEDDED, folder)
        write_gguf(ZImageTransformer2DModel.from_pretrained(folder / "transformer"), folder / "transformer.gguf")
        return folder
    pipe = full_size_pipe("cuda", torch.bfloat16)
    pipe.save_pretrained(folder)
    write_gguf(pipe.transformer, folder / "transformer.gguf")
    return folder


def _row(checkpoint: Checkpoint, chosen: dict[str, Any], *, side: int) -> str:
    request = TextToImage(prompt="a boat", options=chosen)
    options = LocalOptions(**chosen)
    refused = list(option_problems(request, options, look(), lacking_gguf(checkpoint, NONE), guided=False))
    if refused:
        return f"| | | | refused: {refused[0].message}"
    _forget()
    taken, engine = _timed(lambda: load(checkpoint, NONE, lambda *_: None, options.layout))
    drawing = Drawing(request=request, seed=7, size=(side, side))
    first, each = _drawn(engine, drawing)
    return f"{taken:.1f} s | {first:.2f} s | {each:.3f} s | {_peak()} | {engine.memory.reason}"


def _drawn(engine: Engine, drawing: Drawing) -> tuple[float, float]:
    draws = [_timed(lambda: engine.draw(drawing, lambda *_: None))[0] for _ in range(ROUNDS + 1)]
    return draws[0], statistics.median(draws[1:])


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _forget() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _peak() -> str:
    return f"{torch.cuda.max_memory_allocated() / 1e9:.1f}" if torch.cuda.is_available() else "not a GPU's"
