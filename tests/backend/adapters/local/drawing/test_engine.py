import io
from typing import Any

import pytest
import torch
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import find
from backend.adapters.local.machine.extras import Extras
from backend.domain.errors import Cancelled, GenerationFailed, InvalidRequest
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT, Draw
from tests.backend.adapters.local.pictures import distance, mean_distance


def direct(pipe: Any, prompt: Any = PROMPT, *, seeds: tuple[int, ...] = (7,), **values: Any) -> list[Image.Image]:
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
    settings = {"num_inference_steps": 4, "guidance_scale": 0.0, "width": 128, "height": 128} | values
    images: list[Image.Image] = pipe(prompt, generator=generators, **settings).images
    return images


def test_the_same_seed_gives_the_pixels_that_diffusers_gives(draw: Draw, plain: Any) -> None:
    assert distance(draw(), direct(plain)[0]) == 0


def test_a_wide_picture_of_eight_steps_is_diffusers_own_too(draw: Draw, plain: Any) -> None:
    ours = draw(size=(192, 128), steps=8)
    assert ours.size == (192, 128)
    assert distance(ours, direct(plain, width=192, num_inference_steps=8)[0]) == 0


def test_each_seed_alone_equals_its_place_in_a_batch_of_diffusers(draw: Draw, plain: Any) -> None:
    batch = direct(plain, [PROMPT] * 3, seeds=(7, 8, 9))
    for seed, image in zip((7, 8, 9), batch, strict=True):
        assert distance(draw(seed=seed), image) <= 1  # a batch rounds its sums in another order


def test_guidance_has_its_conventional_meaning(draw: Draw, plain: Any) -> None:
    ours = draw(guidance=3.0, negative_prompt="a green star")
    theirs = direct(plain, guidance_scale=2.0, negative_prompt="a green star")[0]
    assert distance(ours, theirs) == 0


def test_guidance_of_one_is_off_whatever_is_to_be_kept_out(draw: Draw) -> None:
    assert distance(draw(guidance=1.0, negative_prompt="a green star"), draw()) == 0


def test_the_shift_is_the_schedulers(draw: Draw, plain: Any) -> None:
    own = plain.scheduler
    try:
        plain.scheduler = type(own).from_config(own.config, shift=6.0)
        theirs = direct(plain)[0]
    finally:
        plain.scheduler = own
    assert distance(draw(shift=6.0), theirs) == 0
    assert distance(draw(shift=6.0), draw()) > 0


def test_one_drawing_never_changes_anothers_pixels(draw: Draw) -> None:
    first = draw()
    draw(prompt="a yellow star", guidance=4.0, shift=5.0, scheduler="Euler Karras", size=(256, 256), seed=1)
    assert distance(draw(), first) == 0


def test_seeds_and_prompts_matter(draw: Draw) -> None:
    assert mean_distance(draw(), draw(seed=8)) > 1
    assert mean_distance(draw(), draw(prompt="a yellow star on a white background")) > 5


def test_the_largest_seed_of_a_request_draws(draw: Draw) -> None:
    assert draw(seed=2**63 - 1).size == (128, 128)


def test_progress_counts_every_step_and_shows_the_picture_coming(draw: Draw) -> None:
    seen: list[tuple[int, int, bytes | None]] = []
    image = draw(steps=6, on_step=lambda *step: seen.append(step))
    assert [(step, total) for step, total, _ in seen] == [(number, 6) for number in range(1, 7)]
    last = seen[-2][2]
    assert last
    preview = Image.open(io.BytesIO(last)).convert("RGB")
    assert max(preview.size) == 256
    assert mean_distance(preview.resize((32, 32)), image.resize((32, 32))) < 25


def test_a_stop_comes_through_at_once_and_leaves_no_trace(draw: Draw) -> None:
    steps: list[int] = []

    def leave(step: int, total: int, preview: bytes | None) -> None:
        steps.append(step)
        if step == 2:
            raise Cancelled

    before = draw(steps=8)
    with pytest.raises(Cancelled):
        draw(steps=8, on_step=leave)
    assert steps == [1, 2]
    assert distance(draw(steps=8), before) == 0


def test_a_prompt_that_the_model_cannot_hold_is_refused_with_its_length(draw: Draw) -> None:
    with pytest.raises(InvalidRequest, match=r"`prompt`: has \d+ tokens; this model reads 992"):
        draw(prompt="红" * 1500)


def test_a_long_prompt_is_read_to_its_end(draw: Draw) -> None:
    filler = "red " * 600
    assert distance(draw(prompt=filler + "circle"), draw(prompt=filler + "star on a white background")) > 0


def test_a_black_picture_of_numbers_that_overflowed_is_a_failure() -> None:
    checkpoint = find("tiny")
    assert checkpoint
    broken: Engine = load(checkpoint, Extras(offered=False), lambda *_: None)
    with torch.no_grad():
        for parameter in broken.pipe.transformer.parameters():
            parameter.fill_(float("nan"))
    with pytest.raises(GenerationFailed, match="another seed or scheduler"):
        broken.draw(Drawing(request=TextToImage(prompt=PROMPT, steps=1), seed=7, size=(128, 128)), lambda *_: None)
