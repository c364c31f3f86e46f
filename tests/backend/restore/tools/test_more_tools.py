"""Tools whose files were called "without settings" until now."""

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest
from PIL import Image

from backend.restore.found import Restored
from backend.restore.read import read_metadata
from tests.backend.restore.comfyui.graphs import node
from tests.backend.restore.files import with_comment, with_exif, with_texts
from tests.backend.restore.test_containers import saved, xmp

ASKED = {"prompt": "a fox", "negative_prompt": "blurry", "seed": 42, "steps": 9, "width": 1024, "height": 768}


def read(content: bytes, source: str) -> Restored:
    restored = read_metadata(content)
    assert restored is not None
    assert restored.source == source
    return restored


def listed(restored: Restored) -> set[str]:
    return {entry.name for entry in restored.dropped}


NOVELAI = {"prompt": "a fox", "steps": 28, "height": 768, "width": 1024, "scale": 5.0, "seed": 42, "uc": "blurry"}
NOVELAI |= {"sampler": "k_euler_ancestral", "noise_schedule": "native", "request_type": "PromptGenerateRequest"}


def test_novelais_webp_is_read_and_its_sampler_and_characters_are_listed() -> None:
    caption = {"base_caption": "a fox", "char_captions": [{"char_caption": "a hen", "centers": []}]}
    comment = json.dumps(NOVELAI | {"v4_prompt": {"caption": caption}})
    held = {"Comment": comment, "Description": "a fox", "Software": "NovelAI", "Title": "NovelAI generated image"}
    restored = read(with_comment("WEBP", json.dumps(held).encode()), "NovelAI")
    assert {**restored.recipe, "steps": 9, "mode": ""} == {**ASKED, "mode": ""}
    assert {"Steps", "CFG", "Scheduler", "character"} == listed(restored)


EXTRA: dict[str, Any] = {"prompt": "a fox", "negativePrompt": "blurry", "steps": 9, "cfgScale": 1, "sampler": "euler"}
EXTRA |= {"workflowId": "img2img-upscale", "seed": 42, "width": 1024, "height": 768, "resources": []}
UPSCALE = {
    "26": node("LoadImage", image="https://x.example/blob.jpeg?sig=SECRET"),
    "22": node("ImageUpscaleWithModel", upscale_model=["23", 0], image=["26", 0]),
    "12": node("SaveImage", images=["22", 0]),
    "extra": {"airs": []},
}


@pytest.mark.parametrize("extra", [EXTRA, json.dumps(EXTRA)], ids=["an object", "a text"])
def test_civitais_upscales_say_what_was_asked_for(extra: Any) -> None:
    text = json.dumps({**UPSCALE, "extraMetadata": extra})
    restored = read(with_comment("JPEG", b"UNICODE\0" + text.encode("utf-16-be")), "Civitai")
    assert restored.recipe == {"mode": "text_to_image", **ASKED}
    assert "SECRET" not in str(restored)
    assert read(with_texts({"prompt": UPSCALE, "extraMetadata": EXTRA}), "Civitai").recipe["seed"] == 42


DRAW_THINGS: dict[str, Any] = {
    "c": "a fox",
    "uc": "blurry",
    "model": "z_image_turbo_1.0_q8p.ckpt",
    "scale": 1,
    "seed": 42,
}
DRAW_THINGS |= {"sampler": "Euler A Trailing", "seed_mode": "Scale Alike", "shift": 4, "size": "1024x768", "steps": 9}
DRAW_THINGS |= {"strength": 1, "lora": [{"model": "pixel.ckpt", "weight": 0.6}], "hires_fix": True}


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_draw_things_is_read_from_xmp(image_format: str) -> None:
    comment = f"<rdf:Alt><rdf:li>{escape(json.dumps(DRAW_THINGS))}</rdf:li></rdf:Alt>"
    packet = xmp(f"<e:UserComment>{comment}</e:UserComment>", 'xmlns:e="http://ns.adobe.com/exif/1.0/"')
    content = with_texts({"XML:com.adobe.xmp": packet.decode()}) if image_format == "PNG" else saved("JPEG", xmp=packet)
    restored = read(content, "Draw Things")
    assert restored.recipe == {"mode": "text_to_image", **ASKED, "shift": 4.0, "scheduler": "Euler a"}
    assert listed(restored) == {"lora", "hires_fix"}


def test_draw_things_strength_is_ours() -> None:
    text = json.dumps(DRAW_THINGS | {"strength": 0.6})
    recipe = read(with_comment("JPEG", text.encode()), "Draw Things").recipe
    assert (recipe["mode"], recipe["strength"]) == ("image_to_image", 0.6)


MFLUX: dict[str, Any] = {"mflux_version": "0.18.0", "model": "Tongyi-MAI/Z-Image-Turbo", "model_path": None, "seed": 42}
MFLUX |= {"steps": 9, "guidance": None, "height": 768, "width": 1024, "precision": "mlx.core.bfloat16", "quantize": 8}
MFLUX |= {"generation_time_seconds": 31.2, "created_at": "2026-06-09T10:00:00", "lora_paths": ["pixel.safetensors"]}
MFLUX |= {
    "lora_scales": [0.8],
    "image_path": None,
    "image_strength": None,
    "prompt": "a fox",
    "negative_prompt": "blurry",
}


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_mflux_is_read(image_format: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + json.dumps(MFLUX).encode()
    restored = read(with_exif(image_format, exif), "mflux")
    assert restored.recipe == {"mode": "text_to_image", **ASKED}
    assert listed(restored) == {"lora"}


def test_mflux_keeps_what_we_draw_anew() -> None:
    drawn = MFLUX | {"image_path": "in.png", "image_strength": 0.3}
    recipe = read(with_comment("JPEG", json.dumps(drawn).encode()), "mflux").recipe
    assert (recipe["mode"], recipe["strength"]) == ("image_to_image", 0.7)


EASY = {
    "prompt": "a fox",
    "negative_prompt": "blurry",
    "seed": "42",
    "use_stable_diffusion_model": "z_image_turbo_bf16",
}
EASY |= {"sampler_name": "euler", "num_inference_steps": "9", "guidance_scale": "1.0", "width": "1024", "height": "768"}


def test_easy_diffusion_is_read_by_its_fields_and_as_an_object() -> None:
    for content in (with_texts(dict(EASY)), with_comment("JPEG", json.dumps(EASY).encode())):
        restored = read(content, "Easy Diffusion")
        assert (restored.recipe, restored.dropped) == ({"mode": "text_to_image", **ASKED}, ())
    drawn = read(with_texts(EASY | {"prompt_strength": "0.6"}), "Easy Diffusion").recipe
    assert (drawn["mode"], drawn["strength"]) == ("image_to_image", 0.6)
