import json
from typing import Any

from PIL import Image

from backend.restore.found import Restored
from backend.restore.read import read_metadata
from tests.backend.restore.files import png, with_comment, with_exif


def read(content: bytes, source: str) -> Restored:
    restored = read_metadata(content)
    assert restored is not None
    assert restored.source == source
    return restored


def names(restored: Restored) -> set[str]:
    return {entry.name for entry in restored.dropped}


INVOKE: dict[str, Any] = {
    "app_version": "6.11.0",
    "generation_mode": "z_image_txt2img",
    "positive_prompt": "a fox",
    "negative_prompt": "blurry",
    "width": 1024,
    "height": 1024,
    "seed": 42,
    "rand_device": "cpu",
    "cfg_scale": 1.0,
    "steps": 9,
    "scheduler": "euler",
    "model": {"key": "1-2", "hash": "blake3:00", "name": "Z-Image Turbo", "base": "z-image", "type": "main"},
    "qwen3_encoder": {"name": "Qwen3 4B"},
    "loras": [{"model": {"name": "Pixel"}, "weight": 0.75}],
    "seamless_x": False,
    "hrf_enabled": True,
}


def test_invokeai_is_taken_over() -> None:
    restored = read(png(invokeai_metadata=json.dumps(INVOKE), invokeai_graph="{}"), "InvokeAI")
    assert restored.recipe == {
        "mode": "text_to_image",
        "prompt": "a fox",
        "negative_prompt": "blurry",
        "width": 1024,
        "height": 1024,
        "seed": 42,
        "steps": 9,
    }
    assert names(restored) == {"lora", "hrf_enabled"}


def test_invokeais_modes_and_controls_are_taken_over() -> None:
    i2i = INVOKE | {"generation_mode": "z_image_img2img", "strength": 0.55, "init_image": "x.png"}
    assert read(png(invokeai_metadata=json.dumps(i2i)), "InvokeAI").recipe["strength"] == 0.55
    control = {"control_model": {"name": "Z-Image Union Depth"}, "control_weight": 0.7, "begin_step_percent": 0}
    controlled = INVOKE | {"controlnets": [control | {"end_step_percent": 0.8}]}
    recipe = read(png(invokeai_metadata=json.dumps(controlled)), "InvokeAI").recipe
    assert (recipe["mode"], recipe["preprocess"], recipe["control_scale"]) == ("controlnet", "depth", 0.7)


def test_invokeais_shift_is_taken_over_and_what_is_switched_off_is_not_missed() -> None:
    variance = {"z_image_seed_variance_enabled": False, "z_image_seed_variance_strength": 0.1}
    told = INVOKE | variance | {"hrf_enabled": False, "loras": []}
    shifted = read(png(invokeai_metadata=json.dumps(told | {"z_image_shift": 5.0})), "InvokeAI")
    assert (shifted.recipe["shift"], shifted.dropped) == (5.0, ())
    usual = read(png(invokeai_metadata=json.dumps(told | {"z_image_shift": "auto"})), "InvokeAI")
    assert ("shift" in usual.recipe, usual.dropped) == (False, ())
    varied = told | {"z_image_seed_variance_enabled": True}
    assert "z_image_seed_variance_strength" in names(read(png(invokeai_metadata=json.dumps(varied)), "InvokeAI"))


def test_older_invokeai_is_taken_over() -> None:
    image = {"prompt": [{"prompt": "a fox [blurry]", "weight": 1.0}], "steps": 30, "cfg_scale": 7.5, "seed": 9}
    old = {"model_weights": "stable-diffusion-1.5", "image": image | {"width": 512, "height": 640, "sampler": "k_lms"}}
    restored = read(png(sd__metadata=json.dumps(old)), "InvokeAI 2")
    assert restored.recipe == {
        "mode": "text_to_image",
        "prompt": "a fox",
        "negative_prompt": "blurry",
        "seed": 9,
        "width": 512,
        "height": 640,
    }
    dream = '"a fox, running" -s 12 -S 123 -W 512 -H 512 -C 2.5 -A k_euler_a'
    recipe = read(png(Dream=dream), "InvokeAI (Dream)").recipe
    assert (recipe["prompt"], recipe["seed"], recipe["scheduler"]) == ("a fox, running", 123, "Euler a")


SWARM = {
    "sui_image_params": {
        "prompt": "a fox <segment:face>",
        "negativeprompt": "",
        "model": "Z-Image/z_image_turbo_bf16",
        "seed": 2**62,
        "steps": "9",
        "cfgscale": "1.0",
        "aspectratio": "1:1",
        "width": 1024,
        "height": 1024,
        "sampler": "euler",
        "scheduler": "simple",
        "refinerupscale": "1.5",
        "swarm_version": "0.9.8.0",
    },
    "sui_extra_data": {"date": "2026-01-13", "generation_time": "6.11 (prep) and 4.84 (gen) seconds"},
    "sui_models": [{"name": "z_image_turbo_bf16.safetensors", "param": "model", "hash": "0xab"}],
}


def test_swarmui_is_taken_over_from_png_and_jpeg() -> None:
    text = json.dumps(SWARM, indent=2)
    for content in (png(parameters=text), with_comment("JPEG", b"UNICODE\0" + text.encode("utf-16-le"))):
        restored = read(content, "SwarmUI")
        assert restored.recipe == {
            "mode": "text_to_image",
            "prompt": "a fox",
            "seed": 2**62,
            "steps": 9,
            "width": 1024,
            "height": 1024,
        }
        assert names(restored) == {"segment", "refinerupscale"}


def test_swarmuis_masks_and_variations_are_taken_over() -> None:
    given = SWARM["sui_image_params"] | {"variationseed": 7, "variationseedstrength": "0.3"}  # type: ignore[operator]
    given |= {"initimagecreativity": 0.6, "initimage": "data:image/jpeg;base64,AA", "maskblur": 4, "maskgrow": 8}
    plain = read(png(parameters=json.dumps({"sui_image_params": given})), "SwarmUI").recipe
    assert (plain["mode"], plain["strength"], "mask_feather" in plain) == ("image_to_image", 0.6, False)
    assert (plain["variation_seed"], plain["variation_strength"]) == (7, 0.3)
    given |= {"maskimage": "data:image/jpeg;base64,AA", "maskshrinkgrow": 16}
    masked = read(png(parameters=json.dumps({"sui_image_params": given})), "SwarmUI")
    assert (masked.recipe["mode"], masked.recipe["mask_feather"], masked.recipe["mask_grow"]) == ("inpaint", 4, 8)
    assert names(masked) == {"segment", "refinerupscale", "maskshrinkgrow"}


FOOOCUS = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8Rundiffusion",
    "base_model_hash": "aeb7e9e689",
    "full_prompt": ["a fox, cinematic"],
    "guidance_scale": 4.0,
    "loras": [["sd_xl_offset", 0.1, "4852686128"]],
    "metadata_scheme": "fooocus",
    "negative_prompt": "",
    "performance": "Speed",
    "prompt": "a fox",
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "7231823123",
    "sharpness": 2.0,
    "steps": 30,
    "styles": "['Fooocus V2']",
    "version": "Fooocus v2.5.5",
}


def test_fooocus_is_taken_over_from_png_and_jpeg() -> None:
    exif = Image.Exif()
    exif[0x9286], exif[0x0131], exif[0x927C] = json.dumps(FOOOCUS), "Fooocus v2.5.5", "fooocus"
    for content in (png(parameters=json.dumps(FOOOCUS), fooocus_scheme="fooocus"), with_exif("JPEG", exif)):
        restored = read(content, "Fooocus")
        assert restored.recipe == {
            "mode": "text_to_image",
            "prompt": "a fox",
            "seed": 7231823123,
            "width": 1152,
            "height": 896,
        }
        assert names(restored) == {"Steps", "CFG", "Scheduler", "adm_guidance", "performance", "sharpness", "styles"}


def test_ruined_fooocus_is_taken_over() -> None:
    values = {"Prompt": "a fox", "Negative": "ugly", "steps": 9, "cfg": 1.0, "width": 1024, "height": 1024}
    values |= {"seed": 3864674281, "sampler_name": "euler", "scheduler": "simple", "software": "RuinedFooocus"}
    values |= {"base_model_name": "z_image_turbo.safetensors", "loras": [["48", "0.1 - x.safetensors"]]}
    restored = read(png(parameters=json.dumps(values)), "RuinedFooocus")
    assert restored.recipe["negative_prompt"] == "ugly"
    assert restored.recipe["steps"] == 9
    assert names(restored) == {"loras"}


def test_a_space_is_taken_over() -> None:
    values = {"prompt": "a fox", "negative_prompt": "", "resolution": "832 x 1216", "guidance_scale": 7}
    values |= {"num_inference_steps": 28, "seed": 5, "sampler": "Euler a", "style_preset": "(None)"}
    restored = read(png(parameters=json.dumps(values | {"Model": "Animagine XL 3.1"})), "Hugging Face Space")
    assert restored.recipe == {"mode": "text_to_image", "prompt": "a fox", "seed": 5, "width": 832, "height": 1216}
    assert "style_preset" in names(restored)


def test_novelai_is_taken_over() -> None:
    comment = {"prompt": "a fox", "steps": 28, "height": 1216, "width": 832, "scale": 5.0, "seed": 2918475}
    comment |= {"uc": "lowres", "sampler": "k_euler_ancestral", "request_type": "PromptGenerateRequest", "sm": True}
    content = png(Software="NovelAI", Description="a fox", Title="AI generated image", Comment=json.dumps(comment))
    restored = read(content, "NovelAI")
    assert restored.recipe["negative_prompt"] == "lowres"
    assert restored.recipe["seed"] == 2918475
    assert {"Steps", "CFG", "Scheduler", "sm"} <= names(restored)
