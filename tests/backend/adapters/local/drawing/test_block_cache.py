from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw

from backend.adapters.local.drawing.block_cache import BlockCache
from backend.adapters.local.drawing.cache_plan import CachePlan, plan_of
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.domain.parts import Accelerator
from backend.domain.requests import TextToImage
from backend.images.edges import edges
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance

KINDS = {"fb_cache": "fb_cache_threshold", "db_cache": "db_cache_threshold", "tea_cache": "tea_cache_distance"}
STEPS = 8


class Steps:
    """Counts as a sampler does."""

    def __init__(self) -> None:
        self.position = (0, 10)


def request(**values: Any) -> TextToImage:
    return TextToImage(prompt=PROMPT, steps=STEPS, **values)


def options(kind: str, threshold: float, **values: Any) -> Accelerator:
    return Accelerator(**{kind: True, KINDS[kind]: threshold} | values)


def drawn(engine: Engine, asked: TextToImage, **values: Any) -> Image.Image:
    return engine.draw(Drawing(request=asked, seed=7, size=(128, 128), **values), lambda *_: None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_threshold_of_zero_computes_every_step_exactly(engine: Engine, kind: str) -> None:
    assert distance(drawn(engine, request(accelerator=options(kind, 0.0))), drawn(engine, request())) == 0
    assert engine.reused == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_wide_threshold_saves_steps_and_leaves_no_trace(engine: Engine, kind: str) -> None:
    before = drawn(engine, request())
    saved = drawn(engine, request(accelerator=options(kind, 1.0, cache_max_consecutive_steps=1)))
    assert engine.reused >= 2
    assert 0 < mean_distance(saved, before) < 40
    assert distance(drawn(engine, request()), before) == 0
    assert engine.reused == 0


@pytest.mark.parametrize(("level", "end", "saved"), [("regular", 6 / 8, 1), ("high", 7 / 8, 2)])
def test_a_level_saves_steps_of_the_second_half_only(engine: Engine, level: str, end: float, saved: int) -> None:
    plan = CachePlan(kind="first_block", threshold=0.6, start=0.5, end=end, longest=1)
    assert plan_of(request(acceleration=level)) == plan
    drawn(engine, request(acceleration=level))
    assert engine.reused == saved


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("level", ["regular", "high"])
def test_a_level_never_saves_the_last_step(engine: Engine, level: str, steps: int) -> None:
    asked = request(acceleration=level).model_copy(update={"steps": steps})
    exact = request().model_copy(update={"steps": steps})
    if steps < 3:
        assert distance(drawn(engine, asked), drawn(engine, exact)) == 0
    plan = plan_of(asked)
    assert plan
    assert plan.end * steps <= steps - 1


def test_the_higher_the_level_the_further_the_picture_is_from_the_exact_one(engine: Engine) -> None:
    """Measured on the embedded model: 0.5 of 255 for regular and 1.0 for high, where another seed is 5 away."""
    exact = drawn(engine, request())
    regular, high = (mean_distance(drawn(engine, request(acceleration=level)), exact) for level in ("regular", "high"))
    another = engine.draw(Drawing(request=request(), seed=8, size=(128, 128)), lambda *_: None)
    assert 0 < regular < high < mean_distance(another, exact)


@pytest.mark.parametrize(
    ("values", "most"),
    [
        ({"cache_start_step": 6}, 1),
        ({"cache_start_step_percentage": 75}, 1),
        ({"cache_end_step": 2}, 1),
        ({"cache_end_step_percentage": 25}, 1),
        ({"cache_start_step": 4, "cache_end_step": 8, "cache_max_consecutive_steps": 5}, 4),
        ({"cache_max_consecutive_steps": 2}, 4),
    ],
)
def test_steps_are_saved_within_the_window_alone(engine: Engine, values: dict[str, int], most: int) -> None:
    drawn(engine, request(accelerator=options("tea_cache", 1.0, **values)))
    assert 0 < engine.reused <= most


def test_the_skip_interval_of_db_cache_shortens_the_reuse() -> None:
    plan = plan_of(request(accelerator=options("db_cache", 0.3, db_cache_skip_interval=2)))
    assert plan
    assert (plan.kind, plan.longest, plan.threshold) == ("deep_blocks", 2, 0.3)


def test_a_stop_in_the_middle_takes_the_cache_off(engine: Engine) -> None:
    before = drawn(engine, request())

    def leave(step: int, *_: Any) -> None:
        if step == 4:
            raise KeyboardInterrupt

    asked = request(accelerator=options("fb_cache", 1.0))
    with pytest.raises(KeyboardInterrupt):
        engine.draw(Drawing(request=asked, seed=7, size=(128, 128)), leave)
    assert distance(drawn(engine, request()), before) == 0


@pytest.mark.parametrize("kind", ["first_block", "deep_blocks", "modulated"])
def test_with_a_controlnet_nothing_is_added_twice(engine: Engine, kind: Any) -> None:
    """The same input twice: what is taken over must be what was computed."""
    transformer, steps = engine.pipe.transformer, Steps()
    seeded = torch.Generator().manual_seed(1)
    latents = [torch.randn(16, 1, 16, 16, generator=seeded)]
    prompts = [engine.prompts.embed(PROMPT)]
    blocks = len(transformer.layers)
    tokens = 64 + 32
    residuals = {index: torch.randn(1, tokens, 128, generator=seeded) for index in range(0, blocks, 2)}

    def ask(factor: float) -> torch.Tensor:
        given = {index: factor * residual for index, residual in residuals.items()}
        with torch.no_grad():
            (found,) = transformer(latents, torch.tensor([0.3]), prompts, controlnet_block_samples=given).sample
        return found

    plan = CachePlan(kind=kind, threshold=0.5, start=0.0, end=1.0, longest=3)
    with BlockCache(transformer, plan, steps) as cache:
        computed, taken = ask(1.0), ask(1.0)
        assert cache.reused == 1
        other = ask(0.9)
    assert torch.allclose(computed, taken, atol=1e-4)
    assert not torch.allclose(taken, other, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_caches_join_controls(engine: Engine, kind: str) -> None:
    picture = Image.new("RGB", (128, 128), "white")
    ImageDraw.Draw(picture).ellipse((30, 30, 98, 98), fill="black")
    guides = (Guide(picture=edges(picture), scale=0.8, end=0.5),)
    exact = drawn(engine, request(), guides=guides)
    assert distance(drawn(engine, request(accelerator=options(kind, 0.0)), guides=guides), exact) == 0
    saved = drawn(engine, request(accelerator=options(kind, 1.0, cache_max_consecutive_steps=1)), guides=guides)
    assert engine.reused > 0
    assert mean_distance(saved, exact) < 40
