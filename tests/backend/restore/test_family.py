"""The settings of every kind of Z-Image are taken over with its name; those of other models are listed."""

from typing import Any

import pytest

from backend.restore.family import is_turbos, profile_named
from backend.restore.found import Found
from tests.backend.restore.comfyui.graphs import graph, listed, restored

INFOTEXT = "a fox\nSteps: {}, Sampler: DPM++ 2M, CFG scale: {}, Seed: 5, Size: 512x512, Model: {}"
CASES = [
    ("z_image_turbo_bf16", {"steps": 30, "guidance": 4}, False, True),
    ("ZIT_finetune_v3", {"steps": 9, "guidance": 1}, False, True),
    ("z_image_bf16", {"steps": 30, "guidance": 4}, False, False),
    ("Tongyi-MAI/Z-Image", {"steps": "28", "guidance": "3.5"}, False, False),
    ("Z-Image-Base", {"steps": 8, "guidance": 1}, False, False),
    ("z_image_mine", {"steps": 9, "guidance": "1.0"}, False, True),
    ("z_image_mine", {"steps": 9}, False, True),
    ("z_image_mine", {"steps": 30}, False, False),
    ("my_finetune", {"steps": 9, "guidance": 1}, True, True),
    ("my_finetune", {"steps": 30, "guidance": 4}, True, False),
    ("my_finetune", {"steps": 9, "guidance": 1}, False, False),
    ("sd_xl_turbo_1.0", {"steps": 4, "guidance": 1}, False, False),
    ("flux1-dev", {"steps": 9, "guidance": 1}, True, False),
    (None, {"steps": 30, "guidance": 4}, False, True),
    ("z_image_mine", {"steps": 9, "guidance": "x" * 9999}, False, True),
]


@pytest.mark.parametrize(("model", "values", "marked", "right"), CASES)
def test_a_name_or_how_it_was_drawn_says_whose_settings_they_are(
    model: str | None, values: dict[str, Any], marked: bool, right: bool
) -> None:
    assert is_turbos(Found("a tool", values, model, is_z_image=marked)) is right


KINDS = [
    ("z_image_bf16", 30, 4.0, "base"),
    ("Z-Image-Base-Q8_0", 8, 1.0, "base"),
    ("z_image_turbo_bf16", 8, 1.0, "turbo"),
    ("Z-Image-Turbo-Distilled-4steps", 4, 1.0, "distilled"),
    ("Z-Image-De-Turbo", 25, 2.5, "de-turbo"),
    ("TwinFlow-Z-Image-Turbo", 4, 1.0, "twinflow"),
]


@pytest.mark.parametrize(("model", "steps", "guidance", "kind"), KINDS)
def test_steps_and_guidance_of_every_kind_of_z_image_are_the_files_own(
    model: str, steps: int, guidance: float, kind: str
) -> None:
    found = restored({"parameters": INFOTEXT.format(steps, guidance, model)})
    assert (found.recipe.get("steps", 8), found.recipe.get("guidance", 1.0)) == (steps, guidance)
    assert (found.profile, found.model) == (kind, model)
    assert listed(found, "Steps") == listed(found, "CFG") == []


@pytest.mark.parametrize("model", ["Z-Image-Edit", "sd_xl_base_1.0", "flux1-dev"])
def test_settings_of_another_model_are_listed(model: str) -> None:
    found = restored({"parameters": INFOTEXT.format(30, 4, model)})
    assert not {"steps", "guidance", "scheduler"} & set(found.recipe)
    assert listed(found, "Steps") == ["30"]
    assert (found.profile, found.model) == (None, None)


def test_a_file_that_names_no_model_is_believed_and_is_of_no_kind() -> None:
    assert profile_named(Found("a tool", {"steps": 30, "guidance": 4})) is None
    found = restored({"parameters": INFOTEXT.format(30, 4, "").removesuffix(", Model: ")})
    assert (found.recipe["steps"], found.profile) == (30, None)


def test_graphs_of_the_base_model_and_of_a_finetune_keep_their_tuning() -> None:
    base = graph(n16={"inputs": {"unet_name": "z_image_bf16.safetensors"}}, n3={"inputs": {"steps": 25, "cfg": 4.0}})
    found = restored({"prompt": base})
    assert (found.recipe["steps"], found.recipe["guidance"], found.profile) == (25, 4.0, "base")
    mine = graph(n16={"inputs": {"unet_name": "my_finetune.safetensors"}})
    assert restored({"prompt": mine}).recipe["steps"] == 9  # Qwen3-4B as `lumina2`, and CFG 1


def test_invokeais_base_speaks_for_a_model_of_any_name() -> None:
    told = {"generation_mode": "z_image_txt2img", "positive_prompt": "a fox", "steps": 9, "cfg_scale": 1.0}
    told |= {"app_version": "6.13.0", "model": {"name": "My finetune", "base": "z-image"}}
    assert restored({"invokeai_metadata": told}).recipe["steps"] == 9
    guided = restored({"invokeai_metadata": told | {"steps": 30, "cfg_scale": 4.0}})
    assert (guided.recipe["steps"], guided.recipe["guidance"], guided.profile) == (30, 4.0, "base")
    assert "steps" not in restored({"invokeai_metadata": told | {"model": {"name": "mine", "base": "sdxl"}}}).recipe


SPACE = {"prompt": "a fox", "num_inference_steps": 9, "guidance_scale": 0.0, "seed": 5, "Model": "Z-Image-Turbo"}


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ({}, 8),
        ({"num_inference_steps": "9"}, 8),
        ({"Model": None}, 8),
        ({"diffusers_version": "0.38.0"}, 8),
        ({"diffusers_version": "0.39.0"}, 9),
        ({"num_inference_steps": 12}, 12),
        ({"type": "WanGP v10 by DeepBeepMeep"}, 9),
        ({"Model": None, "guidance_scale": 7}, 9),
    ],
)
def test_nine_steps_of_diffusers_up_to_038_are_eight_here(told: dict[str, Any], steps: int) -> None:
    found = restored({"parameters": SPACE | told})
    assert found.recipe.get("steps", 8) == steps
    assert bool(listed(found, "num_inference_steps")) is (steps == 8)
