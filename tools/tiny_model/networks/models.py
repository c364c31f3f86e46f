"""The trained parts: classes and sizes of the large model's, shrunk."""

from dataclasses import dataclass

import torch
from diffusers import ZImageControlNetModel, ZImageTransformer2DModel
from torch import nn
from transformers import Qwen3Config, Qwen3Model

from tools.tiny_model.world.tokenizer import MAX_LENGTH, ROWS

WIDTH, HEADS, LAYERS = 128, 4, 6
CONTROL_PLACES = [0, 2]
OPEN_GATE = 0.4  # a fresh block's residual gates: tanh(0.4), so that every layer learns from the first step on


@dataclass(frozen=True)
class Parts:
    """What is trained together."""

    text: Qwen3Model
    transformer: ZImageTransformer2DModel
    control: ZImageControlNetModel

    def together(self) -> nn.ModuleDict:
        """All of them as one module."""
        return nn.ModuleDict({"text": self.text, "transformer": self.transformer, "control": self.control})


def text_config(vocabulary: int) -> Qwen3Config:
    """Two layers, of which the pipelines use the first: they take the states before the last layer."""
    return Qwen3Config(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=256, num_hidden_layers=2, num_attention_heads=HEADS,
        num_key_value_heads=HEADS, head_dim=WIDTH // HEADS, max_position_embeddings=MAX_LENGTH, rope_theta=10000.0,
        tie_word_embeddings=True, use_cache=False, pad_token_id=0, bos_token_id=None, eos_token_id=3,
    )  # fmt: skip


def build_parts(seed: int) -> Parts:
    """Build them with fresh weights that depend on the seed alone."""
    torch.manual_seed(seed)
    shared = {
        "dim": WIDTH,
        "n_heads": HEADS,
        "n_kv_heads": HEADS,
        "n_refiner_layers": 1,
        "norm_eps": 1e-5,
        "qk_norm": True,
    }
    transformer = ZImageTransformer2DModel(
        **shared, n_layers=LAYERS, in_channels=16, cap_feat_dim=WIDTH, rope_theta=256.0, t_scale=1000.0,
        axes_dims=[8, 12, 12], axes_lens=[1024, 512, 512],
    )  # fmt: skip
    control = ZImageControlNetModel(**shared, control_layers_places=CONTROL_PLACES, control_in_dim=16)
    parts = Parts(Qwen3Model(text_config(ROWS)), transformer, control)
    _initialise(parts)
    return parts


def _initialise(parts: Parts) -> None:
    for module in parts.together().modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.7 * module.in_features**-0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight)
    transformer, control = parts.transformer, parts.control
    for pad in (transformer.x_pad_token, transformer.cap_pad_token):
        nn.init.normal_(pad, std=0.5)
    for block in (
        *transformer.noise_refiner,
        *transformer.layers,
        *control.control_noise_refiner,
        *control.control_layers,
    ):
        modulation = block.adaLN_modulation[0]
        nn.init.normal_(modulation.weight, std=0.02)
        for gate in (1, 3):
            modulation.bias.data[gate * WIDTH : (gate + 1) * WIDTH] = OPEN_GATE
    final = transformer.all_final_layer["2-1"]
    for silent in (final.linear, final.adaLN_modulation[1], *(block.after_proj for block in control.control_layers)):
        nn.init.zeros_(silent.weight)
    for layer in (transformer.t_embedder.mlp[0], transformer.t_embedder.mlp[2]):
        nn.init.normal_(layer.weight, std=0.04)
