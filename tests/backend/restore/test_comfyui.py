import json
from typing import Any

from PIL import Image

from backend.restore.found import Restored
from backend.restore.read import read_metadata
from tests.backend.restore.files import png, with_exif

GRAPH: dict[str, Any] = {
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "z"}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["17", 0]}},
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 1035183423012003,
            "steps": 9,
            "cfg": 1.0,
            "sampler_name": "res_multistep",
            "scheduler": "simple",
            "denoise": 1.0,
            "model": ["11", 0],
            "positive": ["6", 0],
            "negative": ["33", 0],
            "latent_image": ["13", 0],
        },
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["40", 0], "clip": ["18", 0]}},
    "40": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a fox in the snow"}},
    "33": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}},
    "13": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 768, "batch_size": 1}},
    "11": {"class_type": "ModelSamplingAuraFlow", "inputs": {"shift": 4, "model": ["12", 0]}},
    "12": {
        "class_type": "LoraLoaderModelOnly",
        "inputs": {"lora_name": "pixel.safetensors", "strength_model": 0.8, "model": ["16", 0]},
    },
    "16": {
        "class_type": "UNETLoader",
        "inputs": {"unet_name": "z_image_turbo_bf16.safetensors", "weight_dtype": "default"},
    },
    "17": {"class_type": "VAELoader", "inputs": {"vae_name": "ae.safetensors"}},
    "18": {"class_type": "CLIPLoader", "inputs": {"clip_name": "qwen_3_4b.safetensors", "type": "lumina2"}},
}


def changed(**nodes: dict[str, Any]) -> dict[str, Any]:
    graph = json.loads(json.dumps(GRAPH))
    for name, inputs in nodes.items():
        graph.setdefault(name.lstrip("n"), {"inputs": {}})
        graph[name.lstrip("n")]["inputs"].update(inputs.pop("inputs", {}))
        graph[name.lstrip("n")].update(inputs)
    return dict(graph)


def read(graph: Any) -> Restored:
    restored = read_metadata(png(prompt=json.dumps(graph)))
    assert restored is not None
    return restored


def test_the_official_z_image_graph_is_taken_over() -> None:
    restored = read(GRAPH)
    assert restored.source == "ComfyUI"
    assert restored.recipe == {
        "mode": "text_to_image",
        "prompt": "a fox in the snow",
        "seed": 1035183423012003,
        "steps": 9,
        "shift": 4.0,
        "width": 1024,
        "height": 768,
    }
    assert {entry.name for entry in restored.dropped} == {"lora", "sampler_name"}


def test_a_negative_prompt_is_read_past_other_conditioning() -> None:
    apply = {"class_type": "ControlNetApplyAdvanced", "inputs": {"positive": ["6", 0], "negative": ["7", 0]}}
    apply["inputs"] |= {"image": ["51", 0], "strength": 0.6, "start_percent": 0.1, "end_percent": 0.7}
    canny = {"class_type": "Canny", "inputs": {"image": ["52", 0], "low_threshold": 0.1, "high_threshold": 0.3}}
    graph = changed(
        n3={"inputs": {"positive": ["50", 0], "negative": ["50", 1], "sampler_name": "euler"}},
        n50=apply,
        n51=canny,
        n7={"class_type": "CLIPTextEncode", "inputs": {"text": "blurry"}},
    )
    recipe = read(graph).recipe
    assert recipe["negative_prompt"] == "blurry"
    assert recipe["mode"] == "controlnet"
    assert (recipe["control_scale"], recipe["control_start"], recipe["control_end"]) == (0.6, 0.1, 0.7)
    assert "low_threshold" not in recipe  # this node counts from 0 to 1, and otherwise
    graph["51"]["class_type"] = "CannyEdgePreprocessor"
    graph["51"]["inputs"] |= {"low_threshold": 60, "high_threshold": 140}
    assert (read(graph).recipe["low_threshold"], read(graph).recipe["high_threshold"]) == (60, 140)


def test_an_image_behind_the_latent_makes_it_image_to_image_or_inpaint() -> None:
    encode = {"class_type": "VAEEncode", "inputs": {"pixels": ["61", 0], "vae": ["17", 0]}}
    i2i = changed(n3={"inputs": {"latent_image": ["60", 0], "denoise": 0.5}}, n60=encode)
    assert (read(i2i).recipe["mode"], read(i2i).recipe["strength"]) == ("image_to_image", 0.5)
    masked = {"class_type": "SetLatentNoiseMask", "inputs": {"samples": ["60", 0], "mask": ["61", 1]}}
    inpaint = changed(n3={"inputs": {"latent_image": ["62", 0], "denoise": 0.9}}, n60=dict(encode), n62=masked)
    assert read(inpaint).recipe["mode"] == "inpaint"


def test_the_custom_samplers_parts_are_found() -> None:
    custom = {
        "1": {"class_type": "SamplerCustomAdvanced", "inputs": {name: [name, 0] for name in ("noise", "guider")}},
        "noise": {"class_type": "RandomNoise", "inputs": {"noise_seed": 77}},
        "guider": {"class_type": "CFGGuider", "inputs": {"cfg": 2.0, "positive": ["6", 0], "model": ["16", 0]}},
        "sigmas": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 10, "denoise": 1}},
        "sampler": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
        **{key: GRAPH[key] for key in ("6", "40", "13", "16")},
    }
    custom["1"]["inputs"] |= {"sigmas": ["sigmas", 0], "sampler": ["sampler", 0], "latent_image": ["13", 0]}
    recipe = read(custom).recipe
    assert (recipe["seed"], recipe["steps"], recipe["guidance"]) == (77, 10, 2.0)
    assert (recipe["prompt"], recipe["width"]) == ("a fox in the snow", 1024)


def test_another_models_tuning_stays_behind() -> None:
    restored = read(changed(n16={"inputs": {"unet_name": "flux1-dev.safetensors"}}))
    assert "steps" not in restored.recipe
    assert restored.recipe["seed"] == 1035183423012003


def test_the_canvas_alone_is_read() -> None:
    nodes = [
        {"id": 3, "type": "KSampler", "inputs": [{"name": "positive", "link": 1}, {"name": "latent_image", "link": 2}]},
        {"id": 6, "type": "CLIPTextEncode", "widgets_values": ["a fox"]},
        {"id": 13, "type": "EmptySD3LatentImage", "widgets_values": [512, 512, 1]},
        {"id": 16, "type": "UNETLoader", "widgets_values": ["z_image_turbo.safetensors", "default"]},
        {"id": 99, "type": "KSampler", "mode": 4, "widgets_values": [1, "fixed", 1, 1, "euler", "simple", 1]},
    ]
    nodes[0]["widgets_values"] = [42, "randomize", 9, 1, "euler", "simple", 1]
    nodes[0]["inputs"].append({"name": "model", "link": 3})  # type: ignore[attr-defined]
    links = [[1, 6, 0, 3, 1, "CONDITIONING"], [2, 13, 0, 3, 3, "LATENT"], [3, 16, 0, 3, 0, "MODEL"]]
    restored = read_metadata(png(workflow=json.dumps({"nodes": nodes, "links": links, "version": 0.4})))
    assert restored is not None
    assert restored.recipe == {
        "mode": "text_to_image",
        "prompt": "a fox",
        "seed": 42,
        "steps": 9,
        "width": 512,
        "height": 512,
    }


def test_a_webp_holds_it_in_two_camera_tags() -> None:
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + json.dumps(GRAPH)
    exif[0x010F] = "workflow:" + json.dumps({"nodes": [], "links": []})
    restored = read_metadata(with_exif("WEBP", exif))
    assert restored is not None
    assert restored.recipe["prompt"] == "a fox in the snow"


def test_a_graph_that_runs_in_circles_ends() -> None:
    circle = changed(n6={"inputs": {"text": ["6", 0], "conditioning": ["6", 0]}}, n11={"inputs": {"model": ["3", 0]}})
    assert read(circle).recipe["steps"] == 9
