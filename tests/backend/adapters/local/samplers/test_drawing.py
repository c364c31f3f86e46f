"""Every kind of sampler in the engine, in all modes."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.samplers.names import OFFERED, choice_of
from backend.adapters.local.samplers.solvers import TWO_CALLS
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance

ONE_OF_EACH = tuple({choice_of(name).solver: name for name in reversed(OFFERED)}.values())
STEPS = 4


def drawing(scheduler: str, **values: object) -> Drawing:
    request = TextToImage(prompt=PROMPT, steps=STEPS, scheduler=scheduler)
    return Drawing(request=request, seed=7, size=(128, 128), **values)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_sampler_draws_the_same_picture_again_and_follows_the_prompt(engine: Engine, name: str) -> None:
    calls: list[tuple[int, int]] = []
    first = engine.draw(drawing(name), lambda step, total, _: calls.append((step, total)))
    asked = 2 * STEPS - 1 if choice_of(name).solver in TWO_CALLS else STEPS
    assert calls == [(step, asked) for step in range(1, asked + 1)]
    assert distance(engine.draw(drawing(name), lambda *_: None), first) == 0
    corners = np.asarray(first)[[0, 0, -1, -1], [0, -1, 0, -1]].mean(axis=0)
    assert corners.argmax() == 2  # a blue background


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_sampler_joins_image_mask_and_control(engine: Engine, name: str) -> None:
    image = Image.new("RGB", (128, 128), (30, 160, 60))
    mask = Image.new("L", (128, 128), 0)
    ImageDraw.Draw(mask).rectangle((64, 0, 127, 127), fill=255)
    weak = engine.draw(drawing(name, start=image, strength=0.02), lambda *_: None)
    assert mean_distance(weak, image) < 12  # what the VAE itself changes, and a little
    guided = drawing(name, start=image, mask=mask, guides=(Guide(picture=image, scale=0.5, end=0.5),))
    kept = np.asarray(engine.draw(guided, lambda *_: None))[:, :56]
    assert np.abs(kept.astype(int) - (30, 160, 60)).mean() < 12


@pytest.mark.parametrize("name", ["Euler Karras", "Euler Exponential", "Euler Beta", "DPM++ 2M Karras"])
def test_a_spacing_changes_the_walk(engine: Engine, name: str) -> None:
    spaced = engine.draw(drawing(name), lambda *_: None)
    plain = engine.draw(drawing(name.rpartition(" ")[0]), lambda *_: None)
    assert distance(spaced, plain) > 0
