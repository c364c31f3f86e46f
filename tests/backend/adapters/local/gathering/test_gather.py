"""A model out of single files: what goes with a transformer is found around it, in the usual order."""

import json
import math
import os
import shutil
import time
from pathlib import Path

import gguf
import numpy as np
import pytest
from huggingface_hub import constants
from transformers import AutoTokenizer

from backend.adapters.local.gathering.families import ARCHITECTURES, FAMILIES
from backend.adapters.local.gathering.find import find
from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.adapters.local.parts.tokenizer import read_tokenizer
from backend.adapters.local.weights.header import BadFile
from tests.backend.adapters.local import others
from tests.backend.adapters.local.hub_cache import put_in_cache
from tests.backend.adapters.local.weights.files import entries
from tests.backend.adapters.local.weights.files import write as write_header

REAL_SIZE = {
    "cap_embedder.1.weight": (3840, 2560),
    "noise_refiner.0.adaLN_modulation.0.weight": (2, 2),
    "x_embedder.weight": (2, 2),
    **{f"layers.{index}.adaLN_modulation.0.weight": (2, 2) for index in range(30)},
}
ENCODER = {
    "model.embed_tokens.weight": (151936, 2560),
    **{f"model.layers.{index}.self_attn.q_norm.weight": (128,) for index in range(36)},
    "model.layers.0.mlp.gate_proj.weight": (2, 2),
}
VAE = {
    "encoder.conv_in.weight": (128, 3, 3, 3),
    "decoder.conv_in.weight": (512, 16, 3, 3),
    "decoder.up.0.block.0.conv1.weight": (2, 2),
}


def sparse(path: Path, shapes: dict[str, tuple[int, ...]]) -> Path:
    """Write a file whose header tells of the real model; its numbers are a hole on the disk."""
    header = entries(shapes)
    write_header(path, header, data=0)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + max(entry["data_offsets"][1] for entry in header.values()))
    return path


def found(path: Path, *places: Path) -> Checkpoint:
    checkpoint = find(str(path), places)
    assert checkpoint
    return checkpoint


@pytest.fixture
def comfy(tmp_path: Path) -> Path:
    """Return ComfyUI's folder with the three files of the real model in its folders of models."""
    models = tmp_path / "ComfyUI" / "models"
    sparse(models / "diffusion_models" / "z_image_turbo_bf16.safetensors", REAL_SIZE)
    sparse(models / "text_encoders" / "qwen_3_4b.safetensors", ENCODER)
    sparse(models / "vae" / "ae.safetensors", VAE)
    return tmp_path / "ComfyUI"


def test_comfyuis_files_of_the_real_model_find_one_another(comfy: Path) -> None:
    file = comfy / "models" / "diffusion_models" / "z_image_turbo_bf16.safetensors"
    checkpoint = found(file)
    assert (checkpoint.name, checkpoint.file, checkpoint.folder) == (file.stem, file, ARCHITECTURES / "z-image")
    assert checkpoint.source("text_encoder").file == comfy / "models" / "text_encoders" / "qwen_3_4b.safetensors"
    assert checkpoint.source("vae").file == comfy / "models" / "vae" / "ae.safetensors"
    assert not checkpoint.embedded


def test_a_file_whose_parts_are_nowhere_says_which(tmp_path: Path) -> None:
    checkpoint = found(sparse(tmp_path / "z.safetensors", REAL_SIZE))
    assert checkpoint.problem() == (
        "z.safetensors is the transformer of a model, and its tokenizer, its text encoder and its VAE can't be "
        "found: put them beside the file."
    )


def test_parts_are_found_in_the_folders_that_were_named(tmp_path: Path, comfy: Path) -> None:
    file = sparse(tmp_path / "elsewhere" / "deep" / "down" / "below" / "z.safetensors", REAL_SIZE)
    assert found(file).source("vae").file is None
    assert found(file, comfy / "models").source("vae").file == comfy / "models" / "vae" / "ae.safetensors"


def test_of_several_vaes_that_of_sd_3_is_taken_last_and_one_of_another_size_never(comfy: Path) -> None:
    file = comfy / "models" / "diffusion_models" / "z_image_turbo_bf16.safetensors"
    vaes = comfy / "models" / "vae"
    sparse(vaes / "a_sd3_vae.safetensors", VAE)
    others.write(vaes / "a_small.safetensors", others.ldm_vae())
    assert found(file).source("vae").file == vaes / "ae.safetensors"
    (vaes / "ae.safetensors").unlink()
    assert found(file).source("vae").file == vaes / "a_sd3_vae.safetensors"


def _tokenizer(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(EMBEDDED / "tokenizer" / name, folder)
    return folder


def test_the_tokenizer_comes_from_beside_the_file_then_the_hub_then_comfyui(
    comfy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    file = comfy / "models" / "diffusion_models" / "z_image_turbo_bf16.safetensors"
    assert found(file).tokenizer is None
    comfyuis = _tokenizer(comfy / "comfy" / "text_encoders" / "qwen25_tokenizer")
    assert found(file).tokenizer == comfyuis
    hubs = put_in_cache(tmp_path / "hub", "tokenizer")
    assert found(file).tokenizer == hubs.parent
    beside = _tokenizer(comfy / "models" / "text_encoders" / "tokenizer")
    assert found(file).tokenizer == beside


def test_a_gguf_encoder_brings_its_tokenizer_where_there_is_no_other(
    comfy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    file = comfy / "models" / "diffusion_models" / "z_image_turbo_bf16.safetensors"
    encoders = comfy / "models" / "text_encoders"
    (encoders / "qwen_3_4b.safetensors").unlink()
    encoder = _real_sized_gguf(encoders / "Qwen3-4B-Q8_0.gguf")
    checkpoint = found(file)
    assert checkpoint.source("text_encoder").file == encoder
    assert checkpoint.tokenizer == encoder
    assert checkpoint.problem() is None
    comfyuis = _tokenizer(comfy / "comfy" / "text_encoders" / "qwen25_tokenizer")
    assert found(file).tokenizer == comfyuis


def _real_sized_gguf(path: Path) -> Path:
    """Write a GGUF file of the real text encoder's measures that says its tokens, with a hole for the numbers."""
    writer = gguf.GGUFWriter(str(path), "qwen3")
    writer.add_token_list(["a", "b"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, 36)
    for name, shape in ENCODER.items():
        theirs = names.get_name(name, try_suffixes=(".weight",)) or name
        writer.add_tensor_info(theirs, shape, np.dtype(np.float16), 2 * math.prod(shape))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    sizes = (path.stat().st_size, *(2 * math.prod(shape) for shape in ENCODER.values()))
    os.truncate(path, sum(writer.ggml_pad(size, writer.data_alignment) for size in sizes))
    return path


def test_a_tokenizer_of_another_model_frames_prompts_as_this_one_reads_them(tmp_path: Path) -> None:
    place = _tokenizer(tmp_path / "qwen25_tokenizer")
    (place / "chat_template.jinja").write_text("<|im_start|>system\nYou are Qwen.<|im_end|>\n")
    read = read_tokenizer(place, FAMILIES[0].folder)
    message = [{"role": "user", "content": "a fox"}]
    framed = read.apply_chat_template(message, tokenize=False, add_generation_prompt=True, enable_thinking=True)
    assert framed == "<|im_start|>user\na fox<|im_end|>\n<|im_start|>assistant\n"
    theirs = AutoTokenizer.from_pretrained(place)
    assert read("a red circle").input_ids == theirs("a red circle").input_ids


def test_a_folder_with_several_models_says_so(comfy: Path) -> None:
    sparse(comfy / "models" / "diffusion_models" / "another.safetensors", REAL_SIZE)
    with pytest.raises(BadFile, match=r"holds 2 models \(another.safetensors, z_image_turbo_bf16.safetensors\): name"):
        find(str(comfy / "models"))


WRONG = {
    "a text encoder": (lambda path: sparse(path, ENCODER), "is a text encoder, and no Z-Image model to draw with"),
    "a LoRA": (
        lambda path: sparse(path, {"diffusion_model.layers.0.attention.to_q.lora_A.weight": (2, 2)}),
        "is a LoRA: choose it among the LoRAs",
    ),
    "FLUX": (
        lambda path: sparse(path, {"double_blocks.0.img_attn.qkv.weight": (2, 2)}),
        r"is a model of another kind \(flux\); the playground draws with Z-Image",
    ),
    "another size": (
        lambda path: sparse(path, {**REAL_SIZE, "cap_embedder.1.weight": (64, 64)}),
        "is a Z-Image transformer of a size that the playground doesn't know",
    ),
    "no file of weights": (lambda path: path.write_text("hello there"), "is no .safetensors file"),
    "a header of 100 MB": (
        lambda path: path.write_bytes((100_000_000).to_bytes(8, "little") + bytes(100_000_100)),
        "has a header of 100 MB",
    ),
    "a name that climbs": (lambda path: sparse(path, {**REAL_SIZE, "../up": (1,)}), "has a tensor with the name"),
    "cut off": (
        lambda path: write_header(path, entries(REAL_SIZE), data=5),
        "is cut off: cap_embedder.1.weight ends at byte",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_file_that_is_no_model_is_refused_at_once_in_a_sentence(kind: str, tmp_path: Path) -> None:
    make, said = WRONG[kind]
    path = tmp_path / "wrong.safetensors"
    make(path)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        with pytest.raises(BadFile, match=said):
            find(str(path))
        took.append(time.perf_counter() - began)
    assert min(took) < 0.05


def test_an_index_that_names_files_elsewhere_is_refused(tmp_path: Path) -> None:
    folder = others.copied(tmp_path / "model")
    index = folder / "transformer" / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../../../etc/passwd"}}))
    assert found(folder).problem() == (
        "diffusion_pytorch_model.safetensors.index.json names the file '../../../etc/passwd', which lies outside of "
        "the model's folder."
    )
