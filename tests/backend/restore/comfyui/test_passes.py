"""Graphs with several passes: the first one's settings count, the others are listed."""

from typing import Any

import pytest

from tests.backend.restore.comfyui.graphs import SEED, graph, listed, node, restored

SECOND: dict[str, Any] = {"seed": 777, "steps": 5, "cfg": 1.0, "sampler_name": "euler", "scheduler": "simple"}
SECOND |= {"denoise": 0.3, "model": ["11", 0], "positive": ["6", 0], "negative": ["33", 0], "latent_image": ["24", 0]}
END = {"n9": {"inputs": {"images": ["28", 0]}}, "n28": node("VAEDecode", samples=["23", 0], vae=["17", 0])}
LARGER = {
    "in latents": {"n24": node("LatentUpscaleBy", samples=["3", 0], upscale_method="nearest-exact", scale_by=1.5)},
    "in pixels": {
        "n24": node("VAEEncode", pixels=["25", 0], vae=["17", 0]),
        "n25": node("ImageUpscaleWithModel", image=["8", 0], upscale_model=["26", 0]),
        "n26": node("UpscaleModelLoader", model_name="4x.pth"),
    },
}


@pytest.mark.parametrize("between", LARGER.values(), ids=LARGER)
def test_the_pass_that_begins_from_the_empty_latent_counts(between: dict[str, Any]) -> None:
    found = restored({"prompt": graph(**END, **between, n23=node("KSampler", **SECOND))})
    assert (found.recipe["seed"], found.recipe["steps"], found.recipe["mode"]) == (SEED, 9, "text_to_image")
    assert (found.recipe["width"], found.recipe["height"]) == (1024, 768)
    (further,) = listed(found, "Further pass")
    assert "777" in further


def test_a_pass_over_the_picture_enlarged_by_what_nobody_tells_is_listed() -> None:
    found = restored({"prompt": graph(**END, **LARGER["in pixels"], n23=node("KSampler", **SECOND))})
    (further,) = listed(found, "Further pass")
    assert "0.3" in further
    assert "hires_scale" not in found.recipe


SCALED = {
    "LatentUpscaleBy": {"n24": node("LatentUpscaleBy", samples=["3", 0], scale_by=1.5)},
    "LatentUpscale": {"n24": node("LatentUpscale", samples=["3", 0], width=1536, height=1152, crop="disabled")},
    "ImageScaleBy": {
        "n24": node("VAEEncode", pixels=["25", 0], vae=["17", 0]),
        "n25": node("ImageScaleBy", image=["8", 0], upscale_method="lanczos", scale_by=1.5),
    },
    "ImageScale behind an upscaler": {
        "n24": node("VAEEncode", pixels=["25", 0], vae=["17", 0]),
        "n25": node("ImageScale", image=["27", 0], width=1536, height=1152),
        "n27": node("ImageUpscaleWithModel", image=["8", 0], upscale_model=["26", 0]),
        "n26": node("UpscaleModelLoader", model_name="4x-own.safetensors"),
    },
}


@pytest.mark.parametrize("between", SCALED.values(), ids=SCALED)
def test_a_second_pass_over_the_enlarged_picture_is_a_high_resolution_fix(between: dict[str, Any]) -> None:
    second = node("KSampler", **SECOND | {"denoise": 0.4})
    found = restored({"prompt": graph(**END, **between, n23=second)})
    assert (found.recipe["hires_scale"], found.recipe["hires_steps"], found.recipe["hires_strength"]) == (1.5, 5, 0.4)
    assert found.recipe.get("hires_method") == ("4x-own" if "n26" in between else None)
    assert listed(found, "Further pass") == ["seed 777"]


@pytest.mark.parametrize(
    "silent",
    [
        node("KSamplerAdvanced", **{**SECOND, "add_noise": "disable", "noise_seed": 0, "latent_image": ["13", 0]}),
        node(
            "SamplerCustom", model=["11", 0], positive=["6", 0], latent_image=["13", 0], add_noise=False, noise_seed=7
        ),
    ],
    ids=["KSamplerAdvanced", "SamplerCustom"],
)
def test_a_pass_that_adds_no_noise_has_no_seed(silent: dict[str, Any]) -> None:
    silent["inputs"].pop("seed", None)
    assert "seed" not in restored({"prompt": graph(**END, n23=silent)}).recipe


def test_disabled_noise_has_no_seed_whatever_stands_there() -> None:
    sampler = node("SamplerCustomAdvanced", noise=["30", 0], guider=["31", 0], sigmas=["32", 0], latent_image=["13", 0])
    parts = {
        "n30": node("DisableNoise", noise_seed=3),
        "n31": node("BasicGuider", model=["11", 0], conditioning=["6", 0]),
    }
    found = restored({"prompt": graph(**END, **parts, n23=sampler, n32=node("BasicScheduler", steps=6))})
    assert "seed" not in found.recipe
    assert (found.recipe["steps"], found.recipe["prompt"]) == (6, "a fox in the snow")
    assert "negative_prompt" not in found.recipe  # BasicGuider knows none


def test_the_background_of_a_composition_is_its_first_pass() -> None:
    """ComfyUI's example `noisy_latents_3_subjects`: parts are laid onto the pass that has the whole picture's size."""
    part = {**SECOND, "latent_image": ["14", 0], "seed": 1}
    nodes = {
        "n14": node("EmptySD3LatentImage", width=384, height=768, batch_size=1),
        "n22": node("KSampler", **part),
        "n24": node("LatentComposite", x=8, y=8, feather=0, samples_to=["3", 0], samples_from=["22", 0]),
    }
    found = restored({"prompt": graph(**END, **nodes, n23=node("KSampler", **SECOND))})
    assert (found.recipe["seed"], found.recipe["width"]) == (SEED, 1024)
    assert len(listed(found, "Further pass")) == 2


def test_a_seed_that_nodes_made_is_listed() -> None:
    found = restored({"prompt": graph(n3={"inputs": {"seed": ["70", 0]}}, n70=node("Dice", sides=6))})
    assert "seed" not in found.recipe
    assert listed(found, "seed") == ["Dice"]


def test_passes_in_a_circle_end() -> None:
    circle = graph(
        **END, n23=node("KSampler", **{**SECOND, "latent_image": ["3", 0]}), n3={"inputs": {"latent_image": ["23", 0]}}
    )
    assert restored({"prompt": circle}).recipe["prompt"] == "a fox in the snow"


def test_a_picture_that_is_made_larger_behind_its_pass_says_so() -> None:
    found = restored({"prompt": graph(n9={"inputs": {"images": ["25", 0]}}, **LARGER["in pixels"])})
    assert listed(found, "Upscale") == ["ImageUpscaleWithModel"]
