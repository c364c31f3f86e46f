"""The real model's shape with random weights: what its speed is measured on where the real ones can't be had.

Sizes of Tongyi-MAI/Z-Image-Turbo's own configurations: 6.15 B transformer, 4.02 B Qwen3 text encoder, FLUX's VAE.
"""

import json
from pathlib import Path
from typing import Any

import torch

from backend.adapters.local.control.sources import CONFIGS
from backend.adapters.local.machine.checkpoint import EMBEDDED

TRANSFORMER = {
    "dim": 3840,
    "n_layers": 30,
    "n_refiner_layers": 2,
    "n_heads": 30,
    "n_kv_heads": 30,
    "cap_feat_dim": 2560,
    "axes_dims": [32, 48, 48],
    "axes_lens": [1536, 512, 512],
    "in_channels": 16,
}
TEXT_ENCODER = {
    "hidden_size": 2560,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "intermediate_size": 9728,
    "vocab_size": 151_936,
}
VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "latent_channels": 16,
    "scaling_factor": 0.3611,
    "shift_factor": 0.1159,
    "use_quant_conv": False,
    "use_post_quant_conv": False,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}


def full_size_pipe(device: str, kind: torch.dtype) -> Any:
    """Return a pipeline of the real shape on the device; the tokenizer is the embedded model's."""
    from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImagePipeline, ZImageTransformer2DModel
    from transformers import AutoTokenizer, Qwen3Config, Qwen3Model

    parts = {
        "transformer": _random(lambda: ZImageTransformer2DModel(**TRANSFORMER), device, kind),
        "text_encoder": _random(lambda: Qwen3Model(Qwen3Config(**TEXT_ENCODER)), device, kind),
        "vae": _random(lambda: AutoencoderKL(**VAE), device, kind),
    }
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED / "tokenizer", local_files_only=True)
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0)
    pipe = ZImagePipeline(tokenizer=tokenizer, scheduler=scheduler, **parts)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def union(name: str, device: str, kind: torch.dtype) -> Any:
    """Return a Union ControlNet by the name of its configuration, with random weights."""
    from diffusers import ZImageControlNetModel

    config = json.loads((Path(CONFIGS) / name / "config.json").read_text())
    return _random(lambda: ZImageControlNetModel.from_config(config), device, kind)


def _random(build: Any, device: str, kind: torch.dtype) -> Any:
    before = torch.get_default_dtype()
    torch.set_default_dtype(kind)
    try:
        with torch.device(device), torch.no_grad():
            model = build().eval()
            for parameter in model.parameters():  # some are only allocated at birth, and may hold anything
                parameter.normal_(std=0.02)
            return model
    finally:
        torch.set_default_dtype(before)
