"""Draws with the embedded model in full and as small as each library makes it, and tells how far off the pictures are.

Run by `test_libraries.py` with the libraries on the path; the last line of what it says is JSON.
"""

import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.loras.shelf import LoraFile
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import Layout
from backend.domain.errors import Unsupported
from backend.domain.requests import TextToImage

SIZE = (128, 128)
PLACE = "diffusion_model.layers.0.attention.to_q"


def loaded(weights: Any) -> Engine:
    return load(EMBEDDED_MODEL, Extras(offered=False), lambda *_: None, Layout(weights=weights))


def drawn(engine: Engine, *loras: LoraFile, guided: bool = False) -> "np.ndarray[Any, Any]":
    request = TextToImage(prompt="a red circle on a blue background", steps=4)
    picture = Image.new("RGB", SIZE, "black")
    picture.paste("white", (30, 30, 90, 90))
    guides = (Guide(picture=picture, scale=1.0),) if guided else ()
    if guided:
        engine.guide_with("auto").wait(lambda _: None)
    drawing = Drawing(request=request, seed=7, size=SIZE, guides=guides)
    return np.asarray(engine.draw(drawing, lambda *_: None, loras=loras), dtype=float)


def lora(folder: Path, engine: Engine, *, dora: bool) -> LoraFile:
    rows, columns = engine.pipe.transformer.layers[0].attention.to_q.weight.shape
    torch.manual_seed(0)
    tensors = {
        f"{PLACE}.lora_A.weight": torch.randn(2, columns) * 0.3,
        f"{PLACE}.lora_B.weight": torch.randn(rows, 2) * 0.3,
    }
    if dora:
        tensors[f"{PLACE}.dora_scale"] = torch.ones(rows, 1)
    path = folder / f"{'dora' if dora else 'lora'}.safetensors"
    save_file(tensors, path)
    return LoraFile(path, 1.0)


def refused(engine: Engine, file: LoraFile) -> str:
    try:
        drawn(engine, file)
    except Unsupported as error:
        return str(error)
    return ""


def tell(weights: str, full: "np.ndarray[Any, Any]", files: tuple[LoraFile, LoraFile]) -> dict[str, Any]:
    engine = loaded(weights)
    plain = drawn(engine)
    told = {
        "off": float(np.abs(plain - full).mean()),
        "by_lora": float(np.abs(drawn(engine, files[0]) - plain).mean()),
        "dora": refused(engine, files[1]),
        "after": float(np.abs(drawn(engine) - plain).mean()),
        "by_guide": float(np.abs(drawn(engine, guided=True) - plain).mean()),
        "reason": engine.memory.reason,
    }
    engine.give_up()
    return told


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        exact = loaded("full")
        both = (lora(Path(folder), exact, dora=False), lora(Path(folder), exact, dora=True))
        first = drawn(exact)
        sys.stdout.write("\n" + json.dumps({weights: tell(weights, first, both) for weights in sys.argv[1:]}) + "\n")
