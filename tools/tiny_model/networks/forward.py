"""The models' forward passes for a whole batch at once.

Diffusers' own take lists of single pictures and complex rotations, which is slow for training; the tests hold these to
the same results.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F  # noqa: N812, the name that all of torch's users know
from diffusers import ZImageControlNetModel, ZImageTransformer2DModel
from torch import Tensor, nn
from transformers import Qwen3Model

TOKENS_MULTIPLE = 32
PATCH = "2-1"


@dataclass(frozen=True, slots=True)
class Layout:
    """Rotations for a size: cosine and sine, (tokens, head width / 2), the picture's tokens before the caption's."""

    cosine: Tensor
    sine: Tensor
    pictured: int  # picture tokens with padding
    padding: int

    def part(self, *, caption: bool) -> "Layout":
        """The rotations of the caption's or of the picture's tokens alone."""
        span = slice(self.pictured, None) if caption else slice(self.pictured)
        return Layout(self.cosine[span], self.sine[span], self.pictured, self.padding)


def make_layout(transformer: ZImageTransformer2DModel, *, caption: int, height: int, width: int) -> Layout:
    """Rotations for a caption of that many tokens (padded) and a picture of height x width patches."""
    grid = torch.meshgrid(torch.tensor([caption + 1]), torch.arange(height), torch.arange(width), indexing="ij")
    picture = torch.stack(grid, -1).view(-1, 3)
    padding = -len(picture) % TOKENS_MULTIPLE
    words = torch.zeros(caption, 3, dtype=torch.long)
    words[:, 0] = torch.arange(1, caption + 1)
    positions = torch.cat([picture, torch.zeros(padding, 3, dtype=torch.long), words])
    rotations = transformer.rope_embedder(positions)
    cosine, sine = (part.contiguous().to(transformer.device) for part in (rotations.real, rotations.imag))
    return Layout(cosine, sine, len(picture) + padding, padding)


def _rotate(states: Tensor, layout: Layout) -> Tensor:
    first, second = states.unflatten(-1, (-1, 2)).unbind(-1)
    cosine, sine = layout.cosine, layout.sine
    return torch.stack([first * cosine - second * sine, first * sine + second * cosine], -1).flatten(-2)


def _norm(states: Tensor, norm: nn.Module) -> Tensor:
    return F.rms_norm(states, states.shape[-1:], norm.weight, norm.eps)


def _attend(attention: nn.Module, states: Tensor, layout: Layout) -> Tensor:
    query, key, value = (
        projection(states).unflatten(-1, (attention.heads, -1)).transpose(1, 2)
        for projection in (attention.to_q, attention.to_k, attention.to_v)
    )
    query, key = _rotate(_norm(query, attention.norm_q), layout), _rotate(_norm(key, attention.norm_k), layout)
    mixed = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
    return attention.to_out[0](mixed)


def run_block(block: nn.Module, states: Tensor, layout: Layout, time: Tensor) -> Tensor:
    """One transformer block; states (batch, tokens, width), time (batch, width)."""
    scales, gates = (1.0, 1.0), (1.0, 1.0)
    if block.modulation:
        modulation = block.adaLN_modulation(time).unsqueeze(1).chunk(4, dim=2)
        scales, gates = (1 + modulation[0], 1 + modulation[2]), (modulation[1].tanh(), modulation[3].tanh())
    attended = _attend(block.attention, _norm(states, block.attention_norm1) * scales[0], layout)
    states = states + gates[0] * _norm(attended, block.attention_norm2)
    inner, feed = _norm(states, block.ffn_norm1) * scales[1], block.feed_forward
    return states + gates[1] * _norm(feed.w2(F.silu(feed.w1(inner)) * feed.w3(inner)), block.ffn_norm2)


Run = Callable[[nn.Module, Tensor, Layout, Tensor], Tensor]  # `run_block`, as it is or compiled


@cache
def _positions(tokens: int, device: torch.device) -> Tensor:
    return torch.arange(tokens, device=device)[None]


def encode_text(text: Qwen3Model, ids: Tensor) -> Tensor:
    """The states that the pipelines take from the text encoder: those before its last layer."""
    states, positions = text.embed_tokens(ids), _positions(ids.shape[1], ids.device)
    rotations = text.rotary_emb(states, positions)
    for layer in text.layers[:-1]:
        states = layer(states, attention_mask=None, position_embeddings=rotations, position_ids=positions)
    return states


def to_patches(latents: Tensor) -> Tensor:
    """Latents (batch, 16, height, width) to tokens (batch, height / 2 * width / 2, 64)."""
    batch, channels, height, width = latents.shape
    blocks = latents.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 3, 5, 1)
    return blocks.reshape(batch, height // 2 * (width // 2), 4 * channels)


def from_patches(tokens: Tensor, *, height: int, width: int) -> Tensor:
    """The way back; height and width are those of the latents."""
    blocks = tokens.view(len(tokens), height // 2, width // 2, 2, 2, -1).permute(0, 5, 1, 3, 2, 4)
    return blocks.reshape(len(tokens), -1, height, width)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the transformer sees: noisy latents, 1 - sigma of each, captions, and which caption tokens are padding."""

    latents: Tensor
    time: Tensor
    caption: Tensor
    padding: Tensor


def predict(
    transformer: ZImageTransformer2DModel,
    inputs: Inputs,
    layout: Layout,
    *,
    control: ZImageControlNetModel | None = None,
    guides: Tensor | None = None,
    run: Run = run_block,
) -> Tensor:
    """Predict clean latents less noise; the guides' latents steer the first pictures of the batch."""
    time = transformer.t_embedder(inputs.time * transformer.t_scale)
    picture = _embed(transformer.all_x_embedder, inputs.latents, transformer, layout)
    for block in transformer.noise_refiner:
        picture = run(block, picture, layout.part(caption=False), time)
    caption = transformer.cap_embedder(inputs.caption)
    caption = torch.where(inputs.padding[..., None], transformer.cap_pad_token, caption)
    for block in transformer.context_refiner:
        caption = run(block, caption, layout.part(caption=True), time)
    states = torch.cat([picture, caption], 1)
    hints: dict[int, Tensor] = {}
    if control is not None and guides is not None:
        guide = _embed(control.control_all_x_embedder, guides, transformer, layout)
        hints = _steer(control, guide, states, layout, time, run)
    for number, block in enumerate(transformer.layers):
        states = run(block, states, layout, time)
        if number in hints:
            states = states + F.pad(hints[number], (0, 0, 0, 0, 0, len(states) - len(hints[number])))
    return _finish(transformer, states, inputs.latents, time)


def _embed(embedders: nn.ModuleDict, latents: Tensor, transformer: ZImageTransformer2DModel, layout: Layout) -> Tensor:
    tokens = embedders[PATCH](to_patches(latents))
    if layout.padding:
        tokens = torch.cat([tokens, transformer.x_pad_token[None].expand(len(tokens), layout.padding, -1)], 1)
    return tokens


def _steer(
    control: ZImageControlNetModel, guide: Tensor, states: Tensor, layout: Layout, time: Tensor, run: Run
) -> dict[int, Tensor]:
    """The control branch's additions to the first pictures' states, by the layer after which they are added."""
    states, time = states[: len(guide)], time[: len(guide)]
    for block in control.control_noise_refiner:
        guide = run(block, guide, layout.part(caption=False), time)
    guide = torch.cat([guide, states[:, layout.pictured :]], 1)
    hints = {}
    for block, place in zip(control.control_layers, control.control_layers_places, strict=True):
        if block.block_id == 0:
            guide = block.before_proj(guide) + states
        guide = run(block, guide, layout, time)
        hints[place] = block.after_proj(guide)
    return hints


def _finish(transformer: ZImageTransformer2DModel, states: Tensor, latents: Tensor, time: Tensor) -> Tensor:
    final = transformer.all_final_layer[PATCH]
    height, width = latents.shape[2:]
    states = states[:, : height // 2 * (width // 2)]
    scaled = final.norm_final(states) * (1 + final.adaLN_modulation(time)).unsqueeze(1)
    return from_patches(final.linear(scaled), height=height, width=width)
