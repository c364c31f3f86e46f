"""The local engine with the embedded model against the bare diffusers call: what the playground adds to a drawing."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from backend.caller import Caller
from backend.encoding import encode
from backend.events import Event
from backend.local.backend import LocalBackend
from backend.requests import Request, parse_request
from backend.runs.files import ImageFiles
from backend.settings import Settings
from tests.benchmarks.measure import Row, side_by_side

TINY = Path("presets/tiny")
MOST_TIMES, MOST_MORE_MS = 1.02, 20.0
ROUNDS = 5
SIDE, STEPS, SEED = 128, 8, 7
PROMPT = "a red circle on a blue background"


def rows() -> Iterator[Row]:
    """Measure text to image and image to image."""
    with tempfile.TemporaryDirectory() as folder:
        files = ImageFiles(Path(folder))
        picture = Image.linear_gradient("L").convert("RGB").resize((SIDE, SIDE))
        image = files.put(encode(picture, "png"), "png")
        settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=Path(folder))
        backend = LocalBackend(settings, files)
        sized = {"width": SIDE, "height": SIDE, "steps": STEPS, "seed": SEED, "prompt": PROMPT}
        words = parse_request({"mode": "text_to_image", **sized})
        redrawn = parse_request({"mode": "image_to_image", "image": image, "strength": 0.75, **sized})
        bare, bare_redrawn = _pipelines()
        yield _row("text to image", _ours(backend, words), lambda: bare(**_call()))
        yield _row(
            "image to image", _ours(backend, redrawn), lambda: bare_redrawn(image=picture, strength=0.75, **_call())
        )


def _row(mode: str, ours: Callable[[], object], bare: Callable[[], object]) -> Row:
    # The processor's time: drawing is all arithmetic, and a busy machine would drown 20 ms in seconds.
    pair = side_by_side(ours, bare, rounds=ROUNDS, clock=time.process_time)
    shown = (
        f"{pair.ours * 1000:.0f} ms : {pair.against * 1000:.0f} ms = {pair.ratio:.2f} × ({pair.more_ms:+.0f} ms) of CPU"
    )
    met = pair.ratio <= MOST_TIMES or pair.more_ms <= MOST_MORE_MS
    row = Row("", "the bare diffusers call", shown, f"≤ {MOST_TIMES:g} × or +{MOST_MORE_MS:.0f} ms", met)
    return replace(row, what=f"engine, {mode}, embedded model, {SIDE}², {STEPS} steps, with previews")


def _ours(backend: LocalBackend, request: Request) -> Callable[[], object]:
    def draw() -> None:
        backend.run(request, Caller("v"), _ignore)

    return draw


def _ignore(_event: Event) -> None:
    return


def _pipelines() -> tuple[Any, Any]:
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImageImg2ImgPipeline, ZImagePipeline

    words = ZImagePipeline.from_pretrained(TINY, torch_dtype=torch.float32)
    redraw = ZImageImg2ImgPipeline(**words.components)
    for pipe in (words, redraw):
        pipe.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipe.scheduler.config, shift=3.0)
        pipe.set_progress_bar_config(disable=True)
    return words, redraw


def _call() -> dict[str, Any]:
    import torch

    generator = torch.Generator("cpu").manual_seed(SEED)
    sized = {"width": SIDE, "height": SIDE, "num_inference_steps": STEPS, "guidance_scale": 0.0}
    return {"prompt": PROMPT, "generator": generator, **sized}
