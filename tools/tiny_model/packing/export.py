"""Packing a training run's weights as a folder that the pipelines load: safetensors in half precision."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImagePipeline
from torch import Tensor
from transformers import Qwen3Model

from tools.tiny_model.networks.latents import build_vae
from tools.tiny_model.networks.models import build_parts, text_config
from tools.tiny_model.training.batches import SHIFT
from tools.tiny_model.training.run_folder import RunFolder
from tools.tiny_model.world.about import write_world
from tools.tiny_model.world.tokenizer import build_tokenizer, vocabulary

CONTROL = "controlnet"


def spelled_text_encoder(trained: Qwen3Model) -> Qwen3Model:
    """The text encoder with an embedding for every spelling, which is its idea's."""
    rows = torch.tensor([row for _, row in vocabulary()])
    spelled = Qwen3Model(text_config(len(rows)))
    weights: dict[str, Tensor] = trained.state_dict()
    spelled.load_state_dict(weights | {"embed_tokens.weight": weights["embed_tokens.weight"][rows]})
    return spelled


def load_vae(folder: RunFolder) -> AutoencoderKL:
    """The VAE with its decoder as trained so far, averaged."""
    vae = build_vae(folder.projection())
    vae.decoder.load_state_dict(torch.load(folder.decoder, weights_only=True, map_location="cpu")["average"])
    return vae


def pack(folder: RunFolder, *, state: Path, target: Path, sizes: str = "large") -> int:
    """Write the averaged weights of a saved state; gives the number of samples that they have seen.

    `sizes` is the phase that they were trained in last, one of `SIZES`: its sizes are the model's native ones.
    """
    saved = torch.load(state, weights_only=True, map_location="cpu")
    parts = build_parts(0)
    parts.together().load_state_dict(saved["average"])
    pipeline = ZImagePipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=SHIFT), vae=load_vae(folder).half().eval(),
        text_encoder=spelled_text_encoder(parts.text).half().eval(), tokenizer=build_tokenizer(),
        transformer=parts.transformer.half().eval(),
    )  # fmt: skip
    pipeline.save_pretrained(target)
    parts.control.half().eval().save_pretrained(target / CONTROL)
    samples = int(saved["samples"])
    write_world(target, samples=samples, sizes=sizes)
    return samples
