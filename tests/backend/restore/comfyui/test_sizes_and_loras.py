"""Sizes by nodes of their own, or by the file's header; LoRAs of loaders with several slots."""

from typing import Any

import pytest

from tests.backend.restore.comfyui.graphs import graph, listed, node, restored

SELECTED: dict[str, Any] = {"n13": {"inputs": {"width": ["49", 0], "height": ["49", 1]}}}


@pytest.mark.parametrize(
    ("inputs", "size"),
    [
        ({"aspect_ratio": "1:1 (Square)", "megapixels": 1.0, "multiple": 8}, (1024, 1024)),
        ({"aspect_ratio": "16:9 (Widescreen)", "megapixels": 1.0, "multiple": 16}, (1360, 768)),
        ({"aspect_ratio": "2:3 (Portrait Photo)", "megapixels": 0.5, "multiple": 16}, (592, 880)),
    ],
)
def test_the_resolution_selectors_size_is_worked_out(inputs: dict[str, Any], size: tuple[int, int]) -> None:
    recipe = restored({"prompt": graph(**SELECTED, n49=node("ResolutionSelector", **inputs))}).recipe
    assert (recipe["width"], recipe["height"]) == size


def test_dimensions_in_words_are_read() -> None:
    latent = node("SDXL Empty Latent Image (rgthree)", dimensions="1216 x 832   (landscape)", clip_scale=1.5)
    recipe = restored({"prompt": graph(n13=latent)}).recipe
    assert (recipe["width"], recipe["height"]) == (1216, 832)


def test_a_loader_that_begins_the_latent_says_its_size_and_its_prompts() -> None:
    loads = node("Efficient Loader", ckpt_name="z_image_turbo.safetensors", positive="a hen", negative="fog")
    loads["inputs"] |= {"empty_latent_width": 512, "empty_latent_height": 768}
    inputs = {"model": ["1", 0], "positive": ["1", 1], "negative": ["1", 2], "latent_image": ["1", 3]}
    recipe = restored({"prompt": graph(n3={"inputs": inputs}, n1=loads)}).recipe
    assert (recipe["width"], recipe["height"]) == (512, 768)
    assert (recipe["prompt"], recipe["negative_prompt"]) == ("a hen", "fog")


def test_a_size_that_nodes_measured_is_the_files_own() -> None:
    recipe = restored({"prompt": graph(**SELECTED, n49=node("GetImageSize", image=["99", 0]))}, (640, 832)).recipe
    assert (recipe["width"], recipe["height"]) == (640, 832)


def test_behind_an_upscale_the_files_size_is_not_the_drawn_one() -> None:
    larger = {"n9": {"inputs": {"images": ["25", 0]}}, "n25": node("ImageScaleBy", image=["8", 0], scale_by=2.0)}
    found = restored({"prompt": graph(**SELECTED, **larger, n49=node("GetImageSize", image=["99", 0]))}, (640, 832))
    assert "width" not in found.recipe
    assert len(listed(found, "width")) == 1


STACKS = {
    "Power Lora Loader (rgthree)": {
        "lora_1": {"on": True, "lora": "pixel.safetensors", "strength": 0.8},
        "lora_2": {"on": False, "lora": "off.safetensors", "strength": 1.0},
    },
    "Lora Loader (LoraManager)": {
        "text": "<lora:pixel.safetensors:0.8>",
        "loras": {"__value__": [{"name": "pixel.safetensors", "strength": 0.8, "active": True}]},
    },
    "LoadLoraModel": {"loras": [{"lora_name": "pixel.safetensors", "strength": 0.8}]},
    "CR LoRA Stack": {
        "switch_1": "On",
        "lora_name_1": "pixel.safetensors",
        "model_weight_1": 0.8,
        "switch_2": "Off",
        "lora_name_2": "off.safetensors",
        "model_weight_2": 1.0,
    },
    "Lora Loader Stack (rgthree)": {
        "lora_01": "pixel.safetensors",
        "strength_01": 0.8,
        "lora_02": "None",
        "strength_02": 1,
    },
    "LoRA Stacker": {
        "lora_count": 1,
        "lora_name_1": "pixel.safetensors",
        "lora_wt_1": 0.8,
        "lora_name_2": "off",
        "lora_wt_2": 1,
    },
    "LoraTagLoader": {"text": "<lora:pixel.safetensors:0.8>"},
}


@pytest.mark.parametrize("kind", STACKS)
def test_the_loras_of_a_loader_with_several_slots_are_named(kind: str) -> None:
    loader = {"n12": node(kind, model=["16", 0], **STACKS[kind])}
    assert listed(restored({"prompt": graph(**loader)}), "lora") == ["pixel.safetensors: 0.8"]


@pytest.mark.parametrize("switch", [False, ["71", 0]], ids=["said", "linked"])
def test_a_lora_behind_a_branch_that_was_not_taken_is_none_of_the_pictures(switch: Any) -> None:
    nodes = {
        "n11": {"inputs": {"model": ["70", 0]}},
        "n70": node("ComfySwitchNode", switch=switch, on_true=["12", 0], on_false=["16", 0]),
        "n71": node("PrimitiveBoolean", value=False),
    }
    assert listed(restored({"prompt": graph(**nodes)}), "lora") == []


def test_a_loader_that_is_not_understood_is_listed() -> None:
    loader = {"n12": node("Lora Roulette", model=["16", 0], spin=7)}
    assert listed(restored({"prompt": graph(**loader)}), "lora") == ["Lora Roulette"]
