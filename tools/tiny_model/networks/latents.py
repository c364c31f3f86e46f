"""The encoder of the VAE, which is not trained but computed: three nested principal component analyses.

Each stage turns 2 x 2 blocks of channels into fewer channels, 3 -> 12 -> 32 -> 16, so that a latent is a linear
function of its 8 x 8 pixels. That makes latents cheap to compute and lets decoder and transformer train at
the same time.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL

from tools.tiny_model.pictures.drawing import draw

WIDTHS = (12, 32, 16)  # channels after each stage
CHANNELS = (
    16,
    32,
    64,
    128,
)  # of encoder and decoder, from the pixels down to the latents; at least those of the stages
GROUPS = 4
WHITENING = -0.35  # power of a component's variance by which it is scaled: partly whitened
CANNY = (100, 200)
TILE_BLUR = 0.7  # standard deviation, in pixels of the reduced picture
OFFSET = 150.0  # of a constant channel that keeps the group norm from depending on the picture
LOG_VARIANCE = -9.0


@dataclass(frozen=True, slots=True)
class Projection:
    """The three stages' matrices, and the mean and deviation of all latents."""

    stages: tuple[np.ndarray, np.ndarray, np.ndarray]
    mean: float
    deviation: float

    def weights(self) -> np.ndarray:
        """How much each latent channel's error counts: the root of its share in pixels, 1 on average; shape (16,)."""
        taps = np.eye(192, dtype=np.float32).reshape(192, 8, 8, 3)
        for matrix in self.stages:
            taps = _fold(taps) @ matrix.T
        shares = np.sqrt(np.square(np.linalg.pinv(taps.reshape(192, 16))).sum(1))
        return (shares / shares.mean()).astype(np.float32)

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        """Turn uint8 RGB (n, height, width, 3) into normalised latents (n, 16, height / 8, width / 8)."""
        values = pixels.astype(np.float32) / 127.5 - 1
        for matrix in self.stages:
            values = _fold(values) @ matrix.T
        return (values.transpose(0, 3, 1, 2) - self.mean) / self.deviation


def read_projection(vae: AutoencoderKL) -> Projection:
    """The projection that an encoder of this kind holds, the way back from `build_vae`."""
    stages, channels = [], 3
    for block, width in zip(vae.encoder.down_blocks[:3], WIDTHS, strict=True):
        taps = block.downsamplers[0].conv.weight.detach()[:width, :channels, :2, :2]
        stages.append(taps.permute(0, 2, 3, 1).reshape(width, 4 * channels).float().numpy())
        channels = width
    first, second, third = stages
    return Projection((first, second, third), float(vae.config.shift_factor), 1 / float(vae.config.scaling_factor))


def edges(pixels: np.ndarray) -> np.ndarray:
    """The Canny edges of one picture, white on black, as uint8 RGB."""
    return np.repeat(cv2.Canny(np.ascontiguousarray(pixels), *CANNY)[..., None], 3, 2)


def blurred(pixels: np.ndarray) -> np.ndarray:
    """One picture reduced four times, blurred and enlarged again: what the control branch knows as a tile."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), TILE_BLUR)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def _fold(values: np.ndarray) -> np.ndarray:
    """Move 2 x 2 blocks into the channels, in the order (row, column, channel)."""
    count, height, width, channels = values.shape
    blocks = values.reshape(count, height // 2, 2, width // 2, 2, channels).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(count, height // 2, width // 2, 4 * channels)


def _components(values: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The strongest principal directions, shape (width, channels), and their mean squares."""
    flat = values.reshape(-1, values.shape[-1])
    strengths, vectors = np.linalg.eigh(flat.T @ flat / len(flat))
    return vectors[:, ::-1][:, :width].T.astype(np.float32), strengths[::-1][:width]


def fit_projection(count: int = 1600) -> Projection:
    """Fit it to the first drawings of the training set, and to the edges of some."""
    pictures = [draw(index, loose=index % 4 == 0).pixels for index in range(count)]
    guides = [edges(picture) for picture in pictures[: count // 6]]
    values = np.stack([*pictures, *guides]).astype(np.float32) / 127.5 - 1
    stages = []
    for width in WIDTHS:
        values = _fold(values)
        matrix, strengths = _components(values, width)
        if width == WIDTHS[-1]:
            matrix = (matrix * strengths[:, None] ** WHITENING).astype(np.float32)
        values = values @ matrix.T
        stages.append(matrix)
    first, second, third = stages
    size = float(values.std())
    return Projection((first, second, third / size), float(values.mean()) / size, 1.0)


def build_vae(projection: Projection) -> AutoencoderKL:
    """A VAE whose encoder is the projection and whose decoder is fresh."""
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=CHANNELS, layers_per_block=1, latent_channels=16, norm_num_groups=GROUPS,
        mid_block_add_attention=False, use_quant_conv=False, use_post_quant_conv=False, force_upcast=False,
        scaling_factor=1 / projection.deviation, shift_factor=projection.mean, sample_size=256,
    )  # fmt: skip
    with torch.no_grad():
        _write_projection(vae.encoder, projection)
    return vae.eval()


def _write_projection(encoder: torch.nn.Module, projection: Projection) -> None:
    """Make the encoder linear: residual branches are silent, and only the three strided convolutions compute."""
    for parameter in encoder.parameters():
        parameter.zero_()
    for module in encoder.modules():
        if isinstance(module, torch.nn.GroupNorm):
            module.weight.fill_(1)
        if getattr(module, "conv_shortcut", None) is not None:
            for channel in range(module.conv_shortcut.in_channels):
                module.conv_shortcut.weight[channel, channel, 0, 0] = 1
    for channel in range(3):
        encoder.conv_in.weight[channel, channel, 1, 1] = 1
    for block, matrix in zip(encoder.down_blocks[:3], projection.stages, strict=True):
        width, channels = matrix.shape[0], matrix.shape[1] // 4
        taps = torch.from_numpy(matrix.reshape(width, 2, 2, channels)).permute(0, 3, 1, 2)
        block.downsamplers[0].conv.weight[:width, :channels, :2, :2] = taps
    _write_head(encoder, constant=WIDTHS[-1])


def _write_head(encoder: torch.nn.Module, *, constant: int) -> None:
    """Undo the group norm and the SiLU of the encoder's end.

    Every latent enters as a pair (x, -x), for silu(x) - silu(-x) = x; and a pair of large constants in each group fixes
    the variance by which the group norm divides.
    """
    encoder.down_blocks[2].downsamplers[0].conv.bias[constant] = OFFSET
    shortcut = encoder.down_blocks[3].resnets[0].conv_shortcut.weight
    shortcut.zero_()
    norm, out = encoder.conv_norm_out, encoder.conv_out
    norm.weight.zero_()
    wide, pairs = CHANNELS[-1] // GROUPS, WIDTHS[-1] // GROUPS
    for latent in range(WIDTHS[-1]):
        group, at = divmod(latent, pairs)
        first = wide * group + 2 * at
        for channel, sign in ((first, 1.0), (first + 1, -1.0)):
            shortcut[channel, latent] = sign
            norm.weight[channel] = (2 * OFFSET**2 / wide) ** 0.5
            out.weight[latent, channel, 1, 1] = sign
    for group in range(GROUPS):
        shortcut[wide * group + 2 * pairs, constant] = 1
        shortcut[wide * group + 2 * pairs + 1, constant] = -1
    out.bias[WIDTHS[-1] :] = LOG_VARIANCE
