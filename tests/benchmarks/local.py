"""The local engine against diffusers' own pipelines on the same weights, in every mode, with the embedded model."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# Before anything of Hugging Face is imported: nothing here needs the network.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from PIL import Image, ImageDraw

from backend.adapters.local.control.controlnets import ControlNet
from backend.adapters.local.drawing.canvas import Canvas, tail
from backend.adapters.local.drawing.drawing import Drawing, Guide, OnStep
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import EMBEDDED, find
from backend.adapters.local.machine.extras import Extras
from backend.domain.errors import NotReady
from backend.domain.requests import TextToImage
from backend.images.edges import edges
from tests.benchmarks.support.measure import Pair, Row, Work, side_by_side

SIZE = (256, 256)
STEPS = 8
PROMPT = "a red circle on a blue background"
MOST_RATIO, MOST_MS = 1.02, 20.0


@dataclass(frozen=True)
class Subject:
    """A mode: what the engine is asked, and what the bare pipeline is."""

    mode: str
    pipeline: str
    drawing: dict[str, Any]
    bare: dict[str, Any]


def rows() -> Iterator[Row]:
    """Measure one 256² image of 8 steps in each mode, then what previews cost and what levels of acceleration save."""
    checkpoint = find("tiny")
    assert checkpoint
    engine = load(checkpoint, Extras(offered=False), lambda *_: None)
    for subject in _subjects():
        pair = side_by_side(_ours(engine, subject), _bare(engine, subject), rounds=25)
        yield _row(f"{subject.mode} with previews, 256², 8 steps", f"bare {subject.pipeline}", pair)
    plain, *_ = _subjects()
    blind = _ours(WithoutPreviews(engine.pipe, _no_controlnet), plain)
    # CPU time, since so little would drown in what else the machine does.
    pair = side_by_side(_ours(engine, plain), blind, clock=time.process_time)
    yield _row("seven previews, 256², 8 steps (CPU time)", "the same image without", pair)
    for level in ("regular", "high"):
        pair = side_by_side(_ours(engine, plain, acceleration=level), _ours(engine, plain), clock=time.process_time)
        shown = f"{_both(pair)}, {_saved(engine, plain, level)} of 8 steps saved"
        yield Row(f"acceleration {level}, 256², 8 steps (CPU time)", "none", shown, "≤ 1 ×", pair.ratio <= 1)


class WithoutPreviews(Engine):
    """An engine whose steps make no thumbnail."""

    def _after_step(self, canvas: Canvas | None, _words: Any, on_step: OnStep) -> Callable[..., dict[str, Any]]:
        def after(pipe: Any, _index: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(*pipe.scheduler.position, None)
            return {"latents": tensors["latents"]}

        return after


def _no_controlnet(*_: Any) -> ControlNet:
    raise NotReady("No control is measured here.")


def _row(what: str, against: str, pair: Pair) -> Row:
    met = pair.ratio <= MOST_RATIO or pair.more_ms <= MOST_MS
    return Row(what, against, _both(pair), f"≤ {MOST_RATIO:g} × or {MOST_MS:g} ms", met)


def _both(pair: Pair) -> str:
    return f"{pair.ours * 1000:.0f} ms : {pair.against * 1000:.0f} ms = {pair.ratio:.2f} ×"


def _saved(engine: Engine, subject: Subject, level: str) -> int:
    _ours(engine, subject, acceleration=level)()
    return engine.reused


def _subjects() -> Iterator[Subject]:
    image = Image.new("RGB", SIZE, (30, 160, 60))
    ImageDraw.Draw(image).ellipse((60, 60, 200, 200), fill=(240, 220, 40))
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).rectangle((64, 64, 191, 191), fill=255)
    outline = edges(image)
    part = {"strength": 1.0, "sigmas": tail(0.8, STEPS), "image": image}
    yield Subject("text to image", "ZImagePipeline", {}, {})
    yield Subject("image to image", "ZImageImg2ImgPipeline", {"start": image, "strength": 0.8}, part)
    painted = {"start": image, "strength": 0.8, "mask": mask}
    yield Subject("inpaint", "ZImageInpaintPipeline", painted, part | {"mask_image": mask})
    guided = {"guides": (Guide(picture=outline, scale=0.75),)}
    yield Subject("ControlNet", "ZImageControlNetPipeline", guided, {"control_image": outline})


def _ours(engine: Engine, subject: Subject, **values: Any) -> Work:
    request = TextToImage(prompt=PROMPT, steps=STEPS, **values)
    drawing = Drawing(request=request, seed=7, size=SIZE, **subject.drawing)
    return lambda: engine.draw(drawing, lambda *_: None)


def _bare(engine: Engine, subject: Subject) -> Work:
    import diffusers
    import torch

    scheduler = diffusers.FlowMatchEulerDiscreteScheduler.from_pretrained(EMBEDDED, subfolder="scheduler")
    components = engine.pipe.components | {"scheduler": scheduler}
    if "control_image" in subject.bare:
        components["controlnet"] = engine.controlnet
    pipe = getattr(diffusers, subject.pipeline)(**components)
    pipe.set_progress_bar_config(disable=True)
    asked = {"num_inference_steps": STEPS, "guidance_scale": 0.0, "width": SIZE[0], "height": SIZE[1], **subject.bare}
    return lambda: pipe(PROMPT, generator=torch.Generator("cpu").manual_seed(7), **asked)
