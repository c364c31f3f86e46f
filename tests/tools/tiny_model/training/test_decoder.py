from pathlib import Path

import pytest
import torch

from tools.tiny_model.networks.latents import Projection, fit_projection
from tools.tiny_model.training.decoder import CROPS, SIDE, DecoderTrainer, crops, train_decoder
from tools.tiny_model.training.muon import Muon
from tools.tiny_model.training.run_folder import RunFolder


@pytest.fixture(scope="module")
def projection() -> Projection:
    return fit_projection(60)


def test_a_step_always_sees_the_same_crops(projection: Projection) -> None:
    (pixels, latents), (again, _) = (crops(2, projection=projection) for _ in range(2))
    assert torch.equal(pixels, again)
    assert pixels.shape == (CROPS, 3, SIDE, SIDE)
    assert latents.shape == (CROPS, 16, SIDE // 8, SIDE // 8)


def test_training_draws_nearer_and_goes_on_where_it_was(projection: Projection, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.keep(projection)
    train_decoder(folder, DecoderTrainer(projection), until=6)
    trainer = DecoderTrainer(projection)
    first = trainer.advance(of=6)
    trainer.load(folder.decoder)
    assert trainer.step == 6
    assert trainer.advance(of=12) < 0.7 * first


def test_convolutions_are_moved_as_matrices() -> None:
    weight = torch.nn.Parameter(torch.zeros(4, 3, 3, 3))
    weight.grad = torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    Muon([weight], lr=0.1, weight_decay=0.0).step()
    values = torch.linalg.svdvals(weight.detach().flatten(1) / 0.1)
    assert values.min() > 0.5
    assert values.max() < 1.4
