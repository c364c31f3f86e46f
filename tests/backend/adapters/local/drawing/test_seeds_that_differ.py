"""Noise on the prompt's embedding, by the seed."""

from itertools import combinations
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.variation import Words, moved
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import mean_distance

OPEN = ("a circle on a blue background", "a cat on a green background")


def drawn(engine: Engine, seed: int = 7, guides: tuple[Guide, ...] = (), **values: Any) -> Image.Image:
    asked = TextToImage(**{"prompt": PROMPT, "steps": 4} | values)
    return engine.draw(Drawing(request=asked, seed=seed, size=(128, 128), guides=guides), lambda *_: None)


def spread(pictures: list[Image.Image]) -> float:
    """Return the mean distance of low frequencies between any two pictures."""
    small = [cv2.resize(np.asarray(each, np.float32), (16, 16), interpolation=cv2.INTER_AREA) for each in pictures]
    return float(np.mean([np.abs(one - other).mean() for one, other in combinations(small, 2)]))


def test_the_prompt_is_as_it_was_written_from_half_of_the_steps_on() -> None:
    plain = torch.randn((5, 8))
    words = Words(plain, seed=3, diversity=0.5)
    noisy = words.given.clone()
    assert torch.equal(noisy, moved(plain, 3, 0.5))
    assert not torch.equal(noisy, plain)
    words.after(3, 8)
    assert torch.equal(words.given, noisy)
    words.after(4, 8)
    assert torch.equal(words.given, plain)
    assert Words(plain, seed=3, diversity=0.0).given is plain


def test_at_zero_it_is_the_same_picture_and_nothing_of_it_stays_behind(engine: Engine) -> None:
    before = drawn(engine)
    varied = drawn(engine, seed_diversity=0.6)
    assert mean_distance(varied, before) > 0
    assert mean_distance(drawn(engine, seed_diversity=0.6), varied) == 0
    assert mean_distance(drawn(engine, seed_diversity=0.0), before) == 0


def test_one_step_draws_what_was_written(engine: Engine) -> None:
    assert mean_distance(drawn(engine, steps=1, seed_diversity=1.0), drawn(engine, steps=1)) == 0


@pytest.mark.parametrize("prompt", OPEN)
def test_what_a_prompt_leaves_open_differs_more_between_seeds(engine: Engine, prompt: str) -> None:
    usual, diverse = (
        spread([drawn(engine, seed, prompt=prompt, steps=8, seed_diversity=wanted) for seed in range(4)])
        for wanted in (0.0, 0.6)
    )
    assert diverse >= 1.5 * usual


def test_it_goes_together_with_guidance_nag_caches_and_controls(engine: Engine) -> None:
    guides = (Guide(picture=Image.new("RGB", (128, 128), "white"), scale=0.5),)
    more: dict[str, Any] = {"guidance": 2.0, "nag_scale": 5.0, "acceleration": "high", "negative_prompt": "fog"}
    plain = drawn(engine, guides=guides, **more)
    assert mean_distance(drawn(engine, guides=guides, seed_diversity=0.6, **more), plain) > 0
    assert mean_distance(drawn(engine, guides=guides, **more), plain) == 0
