import pytest

from backend.restore.read import read_metadata
from tests.backend.restore.files import png, png_chunks, with_comment

FORGE = """a fox in the snow, (golden hour:1.3) <lora:detail:0.8>
second line of it
Negative prompt: blurry,
low quality
Steps: 9, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Shift: 3, Seed: 4294967301, Size: 1024x768, \
Model hash: 0b1c, Model: z_image_turbo_bf16, RNG: CPU, Version: f2.0.1, Hashes: {"model": "0b1c"}"""


def dropped(content: bytes) -> dict[str, str]:
    restored = read_metadata(content)
    assert restored is not None
    return {entry.name: entry.why for entry in restored.dropped}


def recipe(content: bytes) -> dict[str, object]:
    restored = read_metadata(content)
    assert restored is not None
    return dict(restored.recipe)


def test_forge_neos_z_image_file_is_taken_over() -> None:
    assert recipe(png(parameters=FORGE)) == {
        "mode": "text_to_image",
        "prompt": "a fox in the snow, golden hour \nsecond line of it",
        "negative_prompt": "blurry,\nlow quality",
        "steps": 9,
        "seed": 4294967301,
        "width": 1024,
        "height": 768,
    }
    assert set(dropped(png(parameters=FORGE))) == {"lora", "Prompt weights", "Hashes"}


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
@pytest.mark.parametrize("prompt", ["一只猫坐在窗边的木椅上", "a café"])
def test_user_comments_of_both_byte_orders_are_read(image_format: str, order: str, prompt: str) -> None:
    """A1111 writes big-endian, SwarmUI and Civitai's converter little-endian."""
    text = f"{prompt}\nSteps: 8, CFG Scale: 1.5, Seed: 7, Size: 512x512"
    found = recipe(with_comment(image_format, b"UNICODE\0" + text.encode(order)))
    assert (found["prompt"], found["seed"], found["guidance"]) == (prompt, 7, 1.5)


def test_utf8_in_a_latin_chunk_and_windows_lines_are_read() -> None:
    """As Stability Matrix writes them."""
    text = "parameters\0un café\r\nNegative prompt: flou\r\n\r\nSteps: 8, Seed: 5, Size: 512x512, CFG scale: 1".encode()
    found = recipe(png_chunks((b"tEXt", text)))
    assert (found["prompt"], found["negative_prompt"], found["seed"]) == ("un café", "flou", 5)


def test_another_models_tuning_stays_behind_with_its_reason() -> None:
    text = "a fox\nSteps: 30, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 5, Size: 832x1216, Model: sdxl_base"
    assert recipe(png(parameters=text)) == {
        "mode": "text_to_image",
        "prompt": "a fox",
        "seed": 5,
        "width": 832,
        "height": 1216,
    }
    assert "tuned for sdxl_base" in dropped(png(parameters=text))["Steps"]


def test_without_a_models_name_the_tuning_is_taken_over() -> None:
    text = "a fox\nSteps: 12, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 2, Seed: 5, Size: 512x512"
    found = recipe(png(parameters=text))
    assert (found["steps"], found["scheduler"], found["guidance"]) == (12, "DPM++ 2M Karras", 2.0)


def test_image_to_image_inpaint_hires_and_control_are_told_apart() -> None:
    line = "a fox\nSteps: 8, CFG scale: 1, Seed: 5, Size: 512x512, Denoising strength: 0.6"
    assert recipe(png(parameters=line))["mode"] == "image_to_image"
    assert recipe(png(parameters=f"{line}, Mask blur: 4"))["mode"] == "inpaint"
    hires = recipe(png(parameters=f"{line}, Hires upscale: 2, Hires upscaler: Latent"))
    assert hires["mode"] == "text_to_image"
    assert (hires["hires_scale"], hires["hires_strength"]) == (2, 0.6)
    control = (
        'a fox\nSteps: 8, CFG scale: 1, Seed: 5, Size: 512x512, ControlNet 0: "Module: canny, Model: z-image-union, '
        "Weight: 0.7, Resize Mode: Crop and Resize, Guidance Start: 0.1, Guidance End: 0.9, Control Mode: Balanced, "
        'Threshold A: 60, Threshold B: 140"'
    )
    found = recipe(png(parameters=control))
    assert (found["mode"], found.get("preprocess", "canny")) == ("controlnet", "canny")
    assert (found["control_scale"], found["control_start"], found["control_end"]) == (0.7, 0.1, 0.9)
    assert (found["low_threshold"], found["high_threshold"]) == (60, 140)


def test_a_seed_above_ours_and_an_odd_size_are_said() -> None:
    text = f"a fox\nSteps: 8, Seed: {2**64 - 1}, Size: 1000x3000, CFG scale: 1"
    found = recipe(png(parameters=text))
    assert "seed" not in found
    why = dropped(png(parameters=text))
    assert str(2**63 - 1) in why["seed"]
    assert "2048" in why["height"]


def test_a_size_between_two_multiples_is_rounded_and_said() -> None:
    text = "a fox\nSteps: 8, Seed: 1, Size: 1000x760, CFG scale: 1"
    found = recipe(png(parameters=text))
    assert (found["width"], found["height"]) == (992, 768)
    assert "992×768" in dropped(png(parameters=text))["Size"]


def test_fewer_than_three_pairs_are_part_of_the_prompt() -> None:
    assert read_metadata(png(parameters="a fox\nlooks left: yes, mood: calm")) is None


def test_a_signed_link_in_civitais_notes_is_cut() -> None:
    text = 'a fox\nSteps: 8, Seed: 1, CFG scale: 1, Civitai resources: [{"url":"https://x.example/a?sig=SECRET&b=1"}]'
    restored = read_metadata(png(parameters=text))
    assert restored is not None
    (entry,) = restored.dropped
    assert "SECRET" not in entry.value
    assert entry.value.endswith('?…"}]')


def test_a_prompts_own_last_line_is_not_taken_for_the_parameters() -> None:
    prompt = "a sign that says\nSteps: 1, Seed: 2, Size: 3x4"
    found = recipe(png(parameters=f"{prompt}\nSteps: 8, Seed: 9, CFG scale: 1"))
    assert (found["prompt"], found["seed"]) == (prompt, 9)


SD_NEXT = (
    "a red fox\nNegative prompt: blurry\nTemplate: a __colour__ fox\nin two lines\nNegative template: blurry\n"
    "Steps: 9, Size: 1024x768, Sampler: UniPC, Scheduler: UniPCMultistepScheduler, Seed: 42, CFG scale: 2.0, "
    "App: SD.Next, Version: 058a7f0, Pipeline: ZImagePipeline, Operations: txt2img, Model: Z-Image-Turbo, "
    "Sampler shift: 5, Variation seed: 7, Variation strength: 0.3"
)


def test_sd_nexts_templates_are_listed_and_its_names_are_known() -> None:
    found = recipe(png(parameters=SD_NEXT))
    assert (found["prompt"], found["negative_prompt"]) == ("a red fox", "blurry")
    assert (found["scheduler"], found["shift"]) == ("UniPC", 5.0)
    assert (found["variation_seed"], found["variation_strength"]) == (7, 0.3)
    assert set(dropped(png(parameters=SD_NEXT))) == {"Template"}


def test_templates_behind_the_parameters_are_listed() -> None:
    """The extension sd-dynamic-prompts writes them there."""
    text = "a red fox\nSteps: 8, Seed: 5, CFG scale: 1\nTemplate: a {red|blue} fox\nNegative Template: fog"
    assert recipe(png(parameters=text))["prompt"] == "a red fox"
    assert set(dropped(png(parameters=text))) == {"Template"}


def test_a_prompt_of_another_tools_may_have_a_line_called_template() -> None:
    text = "a form\nTemplate: blank\nSteps: 8, Seed: 5, CFG scale: 1"
    assert recipe(png(parameters=text))["prompt"] == "a form\nTemplate: blank"


def test_what_names_the_tool_and_its_files_is_no_lost_setting() -> None:
    line = "Steps: 9, CFG scale: 1, Seed: 42, Eta: 0.000000, Sampler: euler"
    forge = f"a fox\n{line}, Module 1: ae, Module 2: qwen_3_4b, Version: neo"
    assert dropped(png(parameters=forge)) == {}
    cpp = (
        f"a fox\n{line}, Model: , TE: qwen.gguf, Unet: z_image_turbo-Q4_K.gguf, VAE: ae, Version: stable-diffusion.cpp"
    )
    assert dropped(png(parameters=cpp)) == {}


def test_a_model_that_is_named_as_unet_alone_is_a_model() -> None:
    text = (
        "a fox\nSteps: 28, CFG scale: 1.0, Seed: 42, Model: , Unet: flux1-dev-Q4_K.gguf, Version: stable-diffusion.cpp"
    )
    assert "flux1-dev" in dropped(png(parameters=text))["Steps"]


FIRST = "a fox\nSteps: 8, CFG scale: 1, Seed: 5, Size: 512x768, Denoising strength: 0.4"


def test_a_high_resolution_fix_of_a1111_is_taken_with_its_steps_and_its_upscaler() -> None:
    text = f"{FIRST}, Hires upscale: 1.5, Hires steps: 4, Hires upscaler: 4x-UltraSharp, Version: v1.10.1"
    found = recipe(png(parameters=text))
    assert {name: found[name] for name in found if name.startswith("hires_")} == {
        "hires_scale": 1.5,
        "hires_steps": 4,
        "hires_strength": 0.4,
        "hires_method": "4x-UltraSharp",
    }
    assert dropped(png(parameters=text)) == {}


def test_hires_steps_of_nought_and_a_resize_are_read_and_latents_are_said() -> None:
    text = f"{FIRST}, Hires resize: 1024x1536, Hires steps: 0, Hires upscaler: Latent (nearest)"
    found = recipe(png(parameters=text))
    assert (found["hires_scale"], found.get("hires_steps", 0)) == (2, 0)
    assert "hires_method" not in found
    assert "enlarges latents" in dropped(png(parameters=text))["Hires upscaler"]


def test_an_upscaler_that_is_neither_lanczos_nor_a_file_is_said() -> None:
    text = f"{FIRST}, Hires upscale: 2, Hires upscaler: Nearest"
    assert "hires_method" not in recipe(png(parameters=text))
    assert "Lanczos" in dropped(png(parameters=text))["Hires upscaler"]


def test_a_second_pass_that_is_not_made_here_is_listed() -> None:
    text = f"{FIRST}, Hires upscale: 6, Hires upscaler: Lanczos"
    assert "hires_scale" not in recipe(png(parameters=text))
    assert {"Denoising strength", "Hires upscale"} <= set(dropped(png(parameters=text)))
