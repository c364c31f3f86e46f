"""Files as other tools keep them draw the embedded model's very picture, or are refused with the names of tensors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.gathering.find import find
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.parts.model_parts import find_gguf
from backend.adapters.local.weights.header import BadFile
from backend.domain.errors import NotReady
from backend.domain.requests import TextToImage
from tests.backend.adapters.local import others
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.others import Q, comfyui, copied, encoder, fp8, ldm_vae, prefixed, write
from tests.backend.adapters.local.pictures import distance, mean_distance

NONE = Extras(offered=False)
OTHER = "a yellow star on a black background"
LEVEL = 1
"""Of 255: equal weights at other addresses may be summed in another order, which can round a colour over."""
Make = Callable[[Path], Path]


def loaded(place: Path, layout: Layout | None = None) -> Engine:
    checkpoint = find(str(place))
    assert checkpoint
    assert checkpoint.problem() is None
    return load(checkpoint, NONE, lambda *_: None, layout or Layout())


def drawn(engine: Engine, prompt: str = PROMPT) -> Image.Image:
    asked = TextToImage(prompt=prompt, steps=1)
    return engine.draw(Drawing(request=asked, seed=7, size=(128, 128)), lambda *_: None)


@pytest.fixture(scope="module")
def right(engine: Engine) -> Image.Image:
    """Return the embedded model's picture."""
    return drawn(engine)


def _whole(place: Path) -> Path:
    parts = {
        **prefixed(comfyui(), "model.diffusion_model."),
        **prefixed(encoder(), "text_encoders.qwen3_4b.transformer."),
        **prefixed(ldm_vae(), "vae."),
    }
    return write(place / "z_image_aio.safetensors", parts)


def _split(place: Path) -> Path:
    write(place / "text_encoders" / "qwen_3_4b.safetensors", encoder())
    write(place / "vae" / "ae.safetensors", ldm_vae())
    return write(place / "diffusion_models" / "z_image_turbo_bf16.safetensors", comfyui())


def _split_folder(place: Path) -> Path:
    _split(place)
    return place


def _forge(place: Path) -> Path:
    weights = {**prefixed(comfyui(), "model.diffusion_model."), **prefixed(ldm_vae(), "first_stage_model.")}
    return write(place / "models" / "Stable-diffusion" / "z" / "turbo.safetensors", weights)


EXACT: dict[str, Make] = {
    "ComfyUI's names": lambda place: write(place / "z.safetensors", comfyui()),
    "with its prefix": lambda place: write(place / "z.safetensors", prefixed(comfyui(), "model.diffusion_model.")),
    "diffusers' names in one file": lambda place: write(
        place / "z.safetensors", load_file(others.FILES["transformer"])
    ),
    "everything in one file": _whole,
    "transformer and VAE in one file": _forge,
    "split files": _split,
    "a folder of split files": _split_folder,
    "a folder of diffusers with ComfyUI's names": lambda place: copied(place / "model", "transformer", comfyui()),
    "fp32": lambda place: write(place / "z.safetensors", {name: each.float() for name, each in comfyui().items()}),
    "a tensor without effect": lambda place: write(
        place / "z.safetensors", {**comfyui(), "norm_final.weight": torch.ones(128)}
    ),
}


@pytest.mark.parametrize("kind", EXACT)
def test_what_is_stored_exactly_draws_the_very_same_picture(kind: str, tmp_path: Path, right: Image.Image) -> None:
    assert distance(drawn(loaded(EXACT[kind](tmp_path))), right) <= LEVEL


def _blocks(name: str) -> bool:
    return "attention." in name or "feed_forward." in name


def _marked(weights: others.Weights) -> others.Weights:
    """Return weights with ComfyUI's note on each layer, and the empty tensor that says of the file what it is."""
    note = torch.frombuffer(bytearray(json.dumps({"format": "float8_e4m3fn"}).encode()), dtype=torch.uint8)
    layers = [name.removesuffix("weight_scale") for name in weights if name.endswith("weight_scale")]
    notes = {f"{layer}comfy_quant": note.clone() for layer in layers}
    inputs = {f"{layer}input_scale": torch.tensor(1.0) for layer in layers}
    return weights | notes | inputs | {"scaled_fp8": torch.empty(0, dtype=torch.float8_e4m3fn)}


# How much of what other words change in the picture the rounding of weights may, which a weight gone astray exceeds.
ROUNDED, FINELY = 0.02, 0.005
NEAR: dict[str, tuple[Make, float]] = {
    "bf16": (lambda place: write(place / "z.safetensors", {k: v.bfloat16() for k, v in comfyui().items()}), FINELY),
    "fp8, scale_weight of each matrix": (lambda place: write(place / "z.safetensors", fp8(comfyui())), ROUNDED),
    "fp8, the blocks alone, in diffusers' names": (
        lambda place: copied(place / "m", "transformer", fp8(load_file(others.FILES["transformer"]), wanted=_blocks)),
        ROUNDED,
    ),
    "fp8 with ComfyUI's notes": (
        lambda place: write(place / "z.safetensors", _marked(fp8(comfyui(), "weight_scale", _blocks))),
        ROUNDED,
    ),
    "a scaled text encoder": (lambda place: copied(place / "m", "text_encoder", fp8(encoder())), FINELY),
    "GGUF, pads of one dimension": (
        lambda place: others.write_gguf(place / "z.gguf", comfyui(), flat=True),
        FINELY,
    ),
    "GGUF, pads and norms in BF16": (
        lambda place: others.write_gguf(place / "z.gguf", comfyui(), pad=Q.BF16, rest=Q.BF16),
        FINELY,
    ),
    "GGUF, pads in Q8_0": (lambda place: others.write_gguf(place / "z.gguf", comfyui(), pad=Q.Q8_0), FINELY),
    "GGUF, flat pads in Q8_0 under a prefix": (
        lambda place: others.write_gguf(
            place / "z.gguf", prefixed(comfyui(), "model.diffusion_model."), flat=True, pad=Q.Q8_0
        ),
        FINELY,
    ),
}


@pytest.mark.parametrize("kind", NEAR)
def test_what_is_stored_smaller_draws_nearly_the_same_picture(
    kind: str, tmp_path: Path, right: Image.Image, engine: Engine
) -> None:
    make, share = NEAR[kind]
    assert mean_distance(drawn(loaded(make(tmp_path))), right) <= share * mean_distance(drawn(engine, OTHER), right)


SCALED: dict[str, Callable[[], others.Weights]] = {
    "scale_weight of each matrix": lambda: fp8(comfyui()),
    "weight_scale of each row": lambda: fp8(comfyui(), "weight_scale", by_row=True),
    "ComfyUI's notes": lambda: _marked(fp8(comfyui(), "weight_scale", _blocks)),
}


@pytest.mark.parametrize("kind", SCALED)
def test_scales_are_multiplied_in_to_the_last_bit(kind: str, tmp_path: Path, right: Image.Image) -> None:
    weights = SCALED[kind]()
    expected = loaded(write(tmp_path / "by hand.safetensors", _scaled_by_hand(weights)))
    found = loaded(write(tmp_path / "z.safetensors", weights))
    theirs = expected.pipe.transformer.state_dict()
    for name, each in found.pipe.transformer.state_dict().items():
        assert torch.equal(each, theirs[name]), name
    assert distance(ours := drawn(found), drawn(expected)) <= LEVEL
    assert mean_distance(ours, right) > 0


def _scaled_by_hand(weights: others.Weights) -> others.Weights:
    scales = {name.rpartition(".")[0]: each for name, each in weights.items() if name.endswith(others.SCALES)}
    plain = {name: each.float() for name, each in weights.items() if name in comfyui()}
    return {name: each * scales.get(name.removesuffix(".weight"), 1.0) for name, each in plain.items()}


def test_a_gguf_file_stays_in_blocks_unless_it_is_wanted_otherwise(tmp_path: Path, right: Image.Image) -> None:
    file = others.write_gguf(tmp_path / "z.gguf", comfyui())
    kept, whole = loaded(file), loaded(file, Layout(weights="full"))
    assert hasattr(kept.pipe.transformer.layers[0].attention.to_q.weight, "quant_type")
    assert whole.pipe.transformer.layers[0].attention.to_q.weight.dtype == torch.float32
    assert mean_distance(drawn(whole), right) <= 0.2


def test_of_two_gguf_files_the_transformer_is_taken_and_not_the_encoder(tmp_path: Path) -> None:
    folder = copied(tmp_path / "model")
    config = json.loads((EMBEDDED / "text_encoder" / "config.json").read_text())
    others.write_encoder_gguf(folder / "Qwen3-4B-Q4_K_M.gguf", config, ["a"] * 420)
    transformer = others.write_gguf(folder / "z_image_turbo-Q8_0.gguf", comfyui())
    assert find_gguf(Checkpoint("own", folder), NONE) == transformer


def test_a_text_encoder_of_llama_cpp_reads_the_prompt_as_its_own_does(tmp_path: Path, right: Image.Image) -> None:
    config = json.loads((EMBEDDED / "text_encoder" / "config.json").read_text())
    (tmp_path / "text_encoders").mkdir()
    others.write_encoder_gguf(tmp_path / "text_encoders" / "Qwen3-4B-F32.gguf", config, ["a"] * 420)
    file = write(tmp_path / "diffusion_models" / "z.safetensors", comfyui())
    checkpoint = find(str(file))
    assert checkpoint
    assert checkpoint.source("text_encoder").file == tmp_path / "text_encoders" / "Qwen3-4B-F32.gguf"
    assert distance(drawn(load(checkpoint, NONE, lambda *_: None)), right) <= LEVEL


def _without(weights: others.Weights, *names: str) -> others.Weights:
    return {name: each for name, each in weights.items() if name not in names}


BLOCK = "layers.0.attention.qkv.weight"
REFUSED: dict[str, tuple[Callable[[], others.Weights], str]] = {
    "a tensor too many": (
        lambda: {**comfyui(), "layers.0.attention.gate.weight": torch.ones(2)},
        r"holds layers.0.attention.gate.weight, for which the model has no place. Nothing of it was loaded",
    ),
    "many tensors too many": (
        lambda: {**comfyui(), **{f"extra.{index}": torch.ones(2) for index in range(9)}},
        r"holds 9 tensors \(extra.0, extra.1, extra.2 …\), for which",
    ),
    "a part of another kind inside": (
        lambda: {**prefixed(comfyui(), "model.diffusion_model."), "clip_l.x.weight": torch.ones(2)},
        r"holds clip_l.x.weight, which belongs to no part of a Z-Image model",
    ),
    "a tensor too few": (
        lambda: _without(comfyui(), "layers.3.attention.out.weight"),
        r"it lacks layers.3.attention.to_out.0.weight. Nothing of it was loaded",
    ),
    "a tensor of another shape": (
        lambda: {**comfyui(), "layers.1.feed_forward.w1.weight": torch.ones(3, 128)},
        r"has layers.1.feed_forward.w1.weight of 3 × 128, and this model needs \d+ × 128",
    ),
    "scales of blocks": (
        lambda: {**comfyui(), "layers.0.attention.qkv.weight_scale": torch.ones(3, 2)},
        r"has 6 scales for layers.0.attention.qkv.weight, which has 384 rows",
    ),
    "a scale without its weight": (
        lambda: {**comfyui(), "layers.0.lost.scale_weight": torch.ones(1)},
        r"has layers.0.lost.scale_weight without the weight that it scales",
    ),
    "packed numbers": (
        lambda: {**comfyui(), BLOCK: torch.ones(384, 64, dtype=torch.uint8)},
        r"keeps layers.0.attention.qkv.weight as packed U8 numbers",
    ),
    "nvfp4": (
        lambda: {
            **comfyui(),
            "layers.0.attention.qkv.comfy_quant": torch.frombuffer(
                bytearray(b'{"format": "nvfp4"}'), dtype=torch.uint8
            ),
        },
        r"keeps layers.0.attention.qkv in 'nvfp4', which the playground doesn't read: get the bf16, fp8 or GGUF file",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_doesnt_fit_is_refused_with_the_names(kind: str, tmp_path: Path) -> None:
    make, said = REFUSED[kind]
    file = write(tmp_path / "z.safetensors", make())
    with pytest.raises((NotReady, BadFile), match=said):
        loaded(file)


def test_a_folder_of_diffusers_with_a_tensor_too_many_is_refused(tmp_path: Path) -> None:
    weights = {**load_file(others.FILES["vae"]), "encoder.more.weight": torch.ones(2)}
    with pytest.raises(NotReady, match=r"holds encoder.more.weight, for which the model has no place"):
        loaded(copied(tmp_path / "model", "vae", weights))


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("bitsandbytes_4bit", "stored in 'bitsandbytes_4bit', which needs a package: run `pip install bitsandbytes`"),
        ("exl9", "stored in 'exl9', which the playground doesn't read: get the same model in bf16, fp8 or as GGUF"),
    ],
)
def test_a_quantised_folder_names_the_package_that_it_needs(method: str, said: str, tmp_path: Path) -> None:
    folder = copied(tmp_path / "model")
    path = folder / "transformer" / "config.json"
    config: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"quantization_config": {"quant_method": method}}))
    with pytest.raises(NotReady, match=said):
        loaded(folder)


def test_what_a_library_raises_is_a_sentence_without_places(tmp_path: Path) -> None:
    folder = copied(tmp_path / "model")
    (folder / "transformer" / "config.json").write_text("{")
    with pytest.raises(NotReady) as caught:
        loaded(folder)
    said = str(caught.value)
    assert said.startswith("The transformer of model could not be read: JSONDecodeError says “Expecting property name")
    assert str(tmp_path) not in said
    assert "get it again, or choose another one" in said
