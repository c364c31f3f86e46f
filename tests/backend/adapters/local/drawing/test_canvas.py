"""Image to image and inpaint in the engine, against diffusers' own pipelines."""

from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw

from backend.adapters.local.drawing.canvas import latent_mask, tail
from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance

STEPS = 4


@pytest.fixture(scope="module")
def image() -> Image.Image:
    """Return a picture of a yellow square on green."""
    picture = Image.new("RGB", (128, 128), (30, 160, 60))
    ImageDraw.Draw(picture).rectangle((40, 40, 90, 90), fill=(240, 220, 40))
    return picture


@pytest.fixture(scope="module")
def mask() -> Image.Image:
    """Return a mask that is aligned to the model's patches."""
    picture = Image.new("L", (128, 128), 0)
    ImageDraw.Draw(picture).rectangle((32, 32, 95, 95), fill=255)
    return picture


def drawn(engine: Engine, image: Image.Image, *, seed: int = 7, on_step: Any = None, **values: Any) -> Image.Image:
    request = TextToImage(prompt=PROMPT, steps=STEPS, **values.pop("request", {}))
    drawing = Drawing(request=request, seed=seed, size=image.size, start=image, **values)
    return engine.draw(drawing, on_step or (lambda *_: None))


def direct(plain: Any, name: str, strength: float, seeds: tuple[int, ...] = (7,), **values: Any) -> list[Image.Image]:
    import diffusers

    pipe = getattr(diffusers, name)(**plain.components)
    pipe.set_progress_bar_config(disable=True)
    images: list[Image.Image] = pipe(
        [PROMPT] * len(seeds),
        generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
        num_inference_steps=STEPS,
        strength=1.0,
        sigmas=tail(strength, STEPS),
        guidance_scale=0.0,
        **values,
    ).images
    return images


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.8, 1.0])
def test_image_to_image_is_diffusers_own_to_the_pixel(
    engine: Engine, plain: Any, image: Image.Image, strength: float
) -> None:
    theirs = direct(plain, "ZImageImg2ImgPipeline", strength, image=image)[0]
    assert distance(drawn(engine, image, strength=strength), theirs) <= 1


def test_inpaint_is_diffusers_own(engine: Engine, plain: Any, image: Image.Image, mask: Image.Image) -> None:
    theirs = direct(plain, "ZImageInpaintPipeline", 0.9, image=image, mask_image=mask)[0]
    assert distance(drawn(engine, image, strength=0.9, mask=mask), theirs) <= 1


def test_image_i_of_a_batch_of_diffusers_is_the_image_of_its_seed(
    engine: Engine, plain: Any, image: Image.Image, mask: Image.Image
) -> None:
    seeds = (7, 8)
    redrawn = direct(plain, "ZImageImg2ImgPipeline", 0.6, seeds, image=[image] * 2)
    painted = direct(plain, "ZImageInpaintPipeline", 0.9, seeds, image=[image] * 2, mask_image=[mask] * 2)
    for seed, one, other in zip(seeds, redrawn, painted, strict=True):
        assert distance(drawn(engine, image, seed=seed, strength=0.6), one) <= 1
        assert distance(drawn(engine, image, seed=seed, strength=0.9, mask=mask), other) <= 1


def test_more_strength_changes_more(engine: Engine, image: Image.Image) -> None:
    changes = [mean_distance(drawn(engine, image, strength=strength), image) for strength in (0.05, 0.3, 0.6, 1.0)]
    assert changes == sorted(changes)
    assert changes[-1] > 2 * changes[0]


def test_every_strength_walks_every_step(engine: Engine, image: Image.Image) -> None:
    seen: list[int] = []
    drawn(engine, image, strength=0.1, on_step=lambda step, *_: seen.append(step))
    assert seen == [1, 2, 3, 4]


def test_the_kept_part_shows_in_the_previews_too(engine: Engine, image: Image.Image, mask: Image.Image) -> None:
    previews: list[bytes | None] = []
    drawn(engine, image, strength=1.0, mask=mask, on_step=lambda *told: previews.append(told[2]))
    assert all(previews[:-1])


def test_a_latent_pixel_may_change_where_any_of_its_pixels_may() -> None:
    mask = Image.new("L", (32, 16), 0)
    mask.putpixel((9, 3), 1)
    assert latent_mask(mask)[0, 0].tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
