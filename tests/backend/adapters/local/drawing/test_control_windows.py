from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter

from backend.adapters.local.drawing.control_windows import Gate
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.domain.requests import TextToImage
from backend.images.edges import edges
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance

STEPS = 4


@pytest.fixture(scope="module")
def outline() -> Image.Image:
    """Return the edges of a circle."""
    picture = Image.new("RGB", (128, 128), "white")
    ImageDraw.Draw(picture).ellipse((30, 30, 98, 98), fill="black")
    return edges(picture)


@pytest.fixture(scope="module")
def other() -> Image.Image:
    """Return the edges of a square."""
    picture = Image.new("RGB", (128, 128), "white")
    ImageDraw.Draw(picture).rectangle((10, 60, 60, 110), fill="black")
    return edges(picture)


def drawn(engine: Engine, *guides: Guide, steps: int = STEPS, **values: Any) -> Image.Image:
    scheduler = values.pop("scheduler", "Default")
    request = TextToImage(prompt=PROMPT, steps=steps, scheduler=scheduler, guidance=values.pop("guidance", 1.0))
    return engine.draw(Drawing(request=request, seed=7, size=(128, 128), guides=guides, **values), lambda *_: None)


def calls(engine: Engine) -> int:
    gate = engine.guided_pipe.controlnet
    assert isinstance(gate, Gate)
    return gate.calls


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_one_control_is_diffusers_own(engine: Engine, plain: Any, outline: Image.Image, guidance: float) -> None:
    from diffusers import ZImageControlNetPipeline

    pipe = ZImageControlNetPipeline(**plain.components, controlnet=engine.controlnet)
    pipe.set_progress_bar_config(disable=True)
    theirs = pipe(
        PROMPT,
        control_image=outline,
        controlnet_conditioning_scale=0.75,
        generator=torch.Generator("cpu").manual_seed(7),
        num_inference_steps=STEPS,
        guidance_scale=guidance - 1,
        width=128,
        height=128,
        negative_prompt="",
    ).images[0]
    assert distance(drawn(engine, Guide(picture=outline, scale=0.75), guidance=guidance), theirs) == 0


def test_a_guide_shows_in_the_edges_of_the_picture(engine: Engine, outline: Image.Image) -> None:
    near = np.asarray(outline.convert("L").filter(ImageFilter.MaxFilter(5))) > 0

    def on_the_guide(picture: Image.Image) -> float:
        found = np.asarray(edges(picture).convert("L")) > 0
        return float((found & near).sum() / max(found.sum(), 1))

    guided = on_the_guide(drawn(engine, Guide(picture=outline, scale=1.0), steps=8))
    free = on_the_guide(drawn(engine, steps=8))
    assert guided > free + 0.2


@pytest.mark.parametrize(
    ("start", "end", "called"), [(0, 1, 8), (0, 0.5, 4), (0.5, 1, 4), (0.25, 0.375, 1), (0, 0.8, 7)]
)
def test_outside_its_window_a_control_is_not_computed(
    engine: Engine, outline: Image.Image, start: float, end: float, called: int
) -> None:
    drawn(engine, Guide(picture=outline, scale=0.75, start=start, end=end), steps=8)
    assert calls(engine) == called


def test_a_scale_of_zero_is_no_control(engine: Engine, outline: Image.Image) -> None:
    assert distance(drawn(engine, Guide(picture=outline, scale=0.0)), drawn(engine)) <= 1


def test_two_halves_of_a_control_are_the_whole(engine: Engine, outline: Image.Image) -> None:
    halves = [Guide(picture=outline, scale=0.4), Guide(picture=outline, scale=0.4)]
    assert distance(drawn(engine, *halves), drawn(engine, Guide(picture=outline, scale=0.8))) <= 1
    assert calls(engine) == STEPS


def test_several_controls_act_together_each_in_its_window(
    engine: Engine, outline: Image.Image, other: Image.Image
) -> None:
    first, second = Guide(picture=outline, scale=0.8), Guide(picture=other, scale=0.8, start=0.5)
    both = drawn(engine, first, second)
    assert calls(engine) == STEPS + STEPS // 2
    assert mean_distance(both, drawn(engine, first)) > 0.1
    assert mean_distance(both, drawn(engine, second)) > 0.1


def test_a_control_joins_image_to_image_and_inpaint(engine: Engine, outline: Image.Image) -> None:
    image = Image.new("RGB", (128, 128), (30, 160, 60))
    mask = Image.new("L", (128, 128), 0)
    mask.paste(255, (64, 0, 128, 128))
    free, weightless = Guide(picture=outline, scale=0.8), Guide(picture=outline, scale=0.0)
    for values in ({"strength": 0.6}, {"strength": 1.0, "mask": mask}):
        without = drawn(engine, start=image, **values)
        assert distance(drawn(engine, weightless, start=image, **values), without) <= 1
        assert mean_distance(drawn(engine, free, start=image, **values), without) > 0.1


def test_a_drawing_without_control_after_one_with_it_is_as_before(engine: Engine, outline: Image.Image) -> None:
    before = drawn(engine)
    drawn(engine, Guide(picture=outline, scale=2.0))
    assert distance(drawn(engine), before) == 0
