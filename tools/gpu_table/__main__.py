"""Seconds per image of the local engine at the real model's size, and what each choice takes.

Beside the seconds stands what the GPU could do at best; the choices are those of memory, attention and compiling.
`python -m tools.gpu_table` on a machine with an NVIDIA GPU of at least 40 GB; the second table takes 30 GB of disk.
`--tiny` tries the script itself with the embedded model anywhere. Random weights take as long as real ones, but for
caches: those decide by what they see.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from typing import Any

import torch
from PIL import Image

from backend.adapters.local.control.controlnets import ControlNet
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import find
from backend.adapters.local.machine.extras import Extras
from backend.domain.parts import Accelerator
from backend.domain.requests import TextToImage
from tools.gpu_table import layouts
from tools.gpu_table.shapes import full_size_pipe, union

TFLOP_A_STEP = {512: 13.7, 1024: 56.6, 2048: 320.9}
TFLOP_CONTROL = {
    "union-2.1": {512: 8.6, 1024: 35.6, 2048: 198.5},
    "union-2.1-lite": {512: 3.1, 1024: 12.8, 2048: 71.4},
}
"""Counted on the meta device; lite at 512² and 2048² in proportion to its 1024²."""
TFLOP_DECODE = {512: 2.5, 1024: 10.5, 2048: 48.5}
H200_TFLOPS = 790.0
"""What an H200 reaches in dense bf16 matrix products."""
ROUNDS = 3
CACHES = {
    "none": {},
    "regular": {"acceleration": "regular"},
    "high": {"acceleration": "high"},
    "first block": {"accelerator": Accelerator(fb_cache=True, fb_cache_threshold=0.6)},
    "deep blocks": {"accelerator": Accelerator(db_cache=True, db_cache_threshold=0.6)},
    "TeaCache": {"accelerator": Accelerator(tea_cache=True)},
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="gpu_table", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="try the script with the embedded model")
    parser.add_argument("--only", choices=("modes", "layouts"), help="print one of the tables")
    asked = parser.parse_args()
    if asked.only != "layouts":
        _modes(tiny=asked.tiny)
    if asked.only != "modes":
        for line in layouts.lines(tiny=asked.tiny):
            print(line, flush=True)


def _modes(*, tiny: bool) -> None:
    print(
        "| size | steps | mode | cache | seconds | floor in bf16 | times |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for controlnet in ("union-2.1-lite", "union-2.1"):
        engine = _tiny() if tiny else _full(controlnet)
        sides = (128,) if tiny else tuple(TFLOP_A_STEP)
        for side in sides:
            for line in _lines(engine, side, controlnet):
                print(line, flush=True)
        del engine
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _lines(engine: Engine, side: int, controlnet: str) -> Iterator[str]:
    image = Image.effect_noise((side, side), 60).convert("RGB")
    mask = Image.new("L", (side, side), 0)
    mask.paste(255, (side // 4, side // 4, side // 2, side // 2))
    control = {"guides": (Guide(picture=image, scale=0.75),)}
    modes: dict[str, dict[str, Any]] = {controlnet: control}
    if controlnet == "union-2.1":
        part = {"start": image, "strength": 0.8}
        modes |= {"text to image": {}, "image to image": part, "inpaint": part | {"mask": mask}}
    for mode, values in modes.items():
        for steps in (4, 8):
            for name, cache in CACHES.items() if mode in ("text to image", controlnet) else [("none", {})]:
                drawing = Drawing(
                    request=TextToImage(prompt="a boat", steps=steps, **cache), seed=7, size=(side, side), **values
                )
                yield _line(engine, drawing, mode, name)


def _line(engine: Engine, drawing: Drawing, mode: str, cache: str) -> str:
    taken = _seconds(engine, drawing)
    side, steps = drawing.size[0], drawing.request.steps
    head = f"| {side}² | {steps} | {mode} | {cache}, {engine.reused} of {steps} steps reused | {taken:.3f} |"
    if side not in TFLOP_A_STEP:
        return f"{head} | |"
    work = TFLOP_A_STEP[side] + TFLOP_CONTROL.get(mode, {}).get(side, 0.0)
    floor = (steps * work + TFLOP_DECODE[side]) / H200_TFLOPS
    return f"{head} {floor:.3f} | {taken / floor:.2f} × |"


def _seconds(engine: Engine, drawing: Drawing) -> float:
    engine.draw(drawing, lambda *_: None)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        engine.draw(drawing, lambda *_: None)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _full(controlnet: str) -> Engine:
    return Engine(
        full_size_pipe("cuda", torch.bfloat16),
        lambda memory, *_: ControlNet(union(controlnet, "cuda", torch.bfloat16), memory),
    )


def _tiny() -> Engine:
    checkpoint = find("tiny")
    assert checkpoint
    return load(checkpoint, Extras(offered=False), lambda *_: None)


if __name__ == "__main__":
    main()
