import numpy as np
import pytest
import torch

from tools.tiny_model.networks.latents import Projection, build_vae, edges, fit_projection
from tools.tiny_model.pictures.drawing import draw


@pytest.fixture(scope="module")
def projection() -> Projection:
    return fit_projection(60)


def test_the_computed_encoder_is_the_projection(projection: Projection) -> None:
    pixels = np.stack([draw(index).pixels for index in range(100, 104)])
    vae = build_vae(projection)
    with torch.no_grad():
        encoded = vae.encode(torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)).latent_dist
    latents = (encoded.mean - vae.config.shift_factor) * vae.config.scaling_factor
    torch.testing.assert_close(latents, torch.from_numpy(projection.encode(pixels)), atol=0.01, rtol=0)
    assert encoded.std.max() < 0.02


def test_latents_have_the_large_models_shape_and_are_of_the_noises_size(projection: Projection) -> None:
    latents = projection.encode(np.stack([draw(index, width=192, height=128).pixels for index in range(20)]))
    assert latents.shape == (20, 16, 16, 24)
    assert 0.6 < latents.std() < 1.4


def test_edges_are_white_on_black() -> None:
    assert set(np.unique(edges(draw(0).pixels))) == {0, 255}
