"""The weights in presets/tiny as an oracle: through diffusers directly, for the pipelines' own behaviour."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import (
    ZImageControlNetModel,
    ZImageControlNetPipeline,
    ZImageImg2ImgPipeline,
    ZImageInpaintPipeline,
    ZImagePipeline,
)
from PIL import Image, ImageDraw

from tools.tiny_model.networks.latents import edges
from tools.tiny_model.scores.control import edge_agreement
from tools.tiny_model.scores.reading import name_colour
from tools.tiny_model.world.palette import COLOURS

TINY = Path(__file__).parents[4] / "presets" / "tiny"
MOST_BYTES = 16_000_000
KEYS = {"num_inference_steps": 8, "guidance_scale": 0.0}


@pytest.fixture(scope="module")
def pipeline() -> ZImagePipeline:
    loaded = ZImagePipeline.from_pretrained(TINY, dtype=torch.float32)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draw(pipeline: ZImagePipeline, prompt: str, *, width: int = 128, height: int = 128, seed: int = 0) -> np.ndarray:
    made = pipeline(prompt, width=width, height=height, generator=seeded(seed), **KEYS)
    return np.asarray(made.images[0])


def colour_at(picture: np.ndarray, *, x: float, y: float) -> str:
    """Name the middle colour of a spot; x and y in parts of width and height."""
    row, column = int(y * picture.shape[0]), int(x * picture.shape[1])
    spot = picture[max(0, row - 4) : row + 5, max(0, column - 4) : column + 5]
    return name_colour(np.median(spot.reshape(-1, 3), 0))


def test_the_weights_are_small_and_in_half_precision() -> None:
    files = list(TINY.rglob("*.safetensors"))
    assert {file.parent.name for file in files} == {"transformer", "text_encoder", "vae", "controlnet"}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert all(b"F16" in file.read_bytes()[:4096] for file in files)


def test_no_file_names_a_machines_path() -> None:
    texts = [file.read_text() for file in TINY.rglob("*.json")]
    assert not any(word in text for text in texts for word in ("/work", "/root", "/home", "/tmp"))


def test_the_classes_are_the_large_models(pipeline: ZImagePipeline) -> None:
    names = {name: type(part).__name__ for name, part in pipeline.components.items()}
    assert names["transformer"] == "ZImageTransformer2DModel"
    assert names["vae"] == "AutoencoderKL"
    assert names["text_encoder"] == "Qwen3Model"
    assert pipeline.scheduler.config.shift == 3.0
    assert pipeline.vae.config.latent_channels == 16
    assert pipeline.vae_scale_factor == 8


@pytest.mark.parametrize("prompt", ["a red circle on a blue background", "蓝色背景上的红色圆形"])
def test_a_red_circle_on_blue_is_red_in_the_middle_and_blue_around(pipeline: ZImagePipeline, prompt: str) -> None:
    picture = draw(pipeline, prompt)
    assert colour_at(picture, x=0.5, y=0.5) == "red"
    for x, y in ((0.05, 0.05), (0.95, 0.05), (0.05, 0.95), (0.95, 0.95)):
        assert colour_at(picture, x=x, y=y) == "blue"


def test_two_things_stand_where_the_prompt_says(pipeline: ZImagePipeline) -> None:
    picture = draw(pipeline, "a yellow square on the left and a green circle on the right on a black background")
    assert colour_at(picture, x=0.27, y=0.5) == "yellow"
    assert colour_at(picture, x=0.73, y=0.5) == "green"
    assert colour_at(picture, x=0.5, y=0.06) == "black"


@pytest.mark.parametrize(("width", "height"), json.loads((TINY / "world.json").read_text())["sizes"])
def test_every_size_that_it_claims_follows_the_prompt(pipeline: ZImagePipeline, width: int, height: int) -> None:
    picture = draw(pipeline, "a red circle on a blue background", width=width, height=height)
    assert picture.shape == (height, width, 3)
    assert colour_at(picture, x=0.5, y=0.5) == "red"
    assert colour_at(picture, x=0.06, y=0.06) == "blue"


def test_unknown_words_give_a_picture_with_colours(pipeline: ZImagePipeline) -> None:
    picture = draw(pipeline, "quarterly earnings of a mid-sized insurer")
    assert picture.std((0, 1)).max() > 10
    assert not np.array_equal(picture, draw(pipeline, "quarterly earnings of a mid-sized insurer", seed=1))


def test_a_seed_gives_the_same_picture_again(pipeline: ZImagePipeline) -> None:
    first, again = (draw(pipeline, "a pink heart on a white background", seed=3) for _ in range(2))
    assert np.array_equal(first, again)


def test_an_image_is_followed_at_low_strength(pipeline: ZImagePipeline) -> None:
    source = Image.new("RGB", (128, 128), COLOURS["orange"])
    ImageDraw.Draw(source).rectangle((0, 64, 127, 127), fill=COLOURS["purple"])
    image_to_image = ZImageImg2ImgPipeline(**pipeline.components)
    image_to_image.set_progress_bar_config(disable=True)
    picture = image_to_image("", image=source, strength=0.3, width=128, height=128, generator=seeded(0), **KEYS).images[
        0
    ]
    assert colour_at(np.asarray(picture), x=0.5, y=0.2) == "orange"
    assert colour_at(np.asarray(picture), x=0.5, y=0.8) == "purple"


def test_a_masked_middle_becomes_a_green_square_and_the_rest_stays(pipeline: ZImagePipeline) -> None:
    source = Image.new("RGB", (128, 128), COLOURS["yellow"])
    mask = Image.new("L", (128, 128), 0)
    ImageDraw.Draw(mask).rectangle((32, 32, 95, 95), fill=255)
    inpaint = ZImageInpaintPipeline(**pipeline.components)
    inpaint.set_progress_bar_config(disable=True)
    made = inpaint(
        "a green square on a yellow background", image=source, mask_image=mask, strength=1.0, width=128, height=128,
        generator=seeded(0), **KEYS,
    )  # fmt: skip
    picture = np.asarray(made.images[0])
    assert colour_at(picture, x=0.5, y=0.5) == "green"
    for x, y in ((0.06, 0.06), (0.94, 0.5), (0.5, 0.94)):
        assert colour_at(picture, x=x, y=y) == "yellow"


def test_a_guides_edges_are_followed_at_full_strength_and_not_at_none(pipeline: ZImagePipeline) -> None:
    drawing = Image.new("RGB", (128, 128), COLOURS["white"])
    ImageDraw.Draw(drawing).ellipse((18, 40, 78, 100), fill=COLOURS["red"])
    guide = edges(np.asarray(drawing))
    control = ZImageControlNetModel.from_pretrained(TINY / "controlnet", torch_dtype=torch.float32)
    steered = ZImageControlNetPipeline(**pipeline.components, controlnet=control)
    steered.set_progress_bar_config(disable=True)

    def agreement(scale: float) -> float:
        made = steered(
            "a red circle on a white background", control_image=Image.fromarray(guide), width=128, height=128,
            controlnet_conditioning_scale=scale, generator=seeded(0), **KEYS,
        )  # fmt: skip
        return edge_agreement(edges(np.asarray(made.images[0]))[..., 0] > 0, guide[..., 0] > 0)

    assert agreement(1.0) > 0.7
    assert agreement(0.0) < 0.5
