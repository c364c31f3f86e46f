from pathlib import Path

import numpy as np
import pytest
import torch

from tools.tiny_model.networks.latents import Projection, fit_projection
from tools.tiny_model.pictures.drawing import draw
from tools.tiny_model.scores.sharpness import edge_width
from tools.tiny_model.training.batches import NATIVE, SIZES, count, guide, make_batch, pick_size
from tools.tiny_model.training.muon import orthogonalise
from tools.tiny_model.training.objective import Objective
from tools.tiny_model.training.session import Session, shares
from tools.tiny_model.training.train import Trainer


@pytest.fixture(scope="module")
def projection() -> Projection:
    return fit_projection(60)


def test_a_batch_is_always_the_same(projection: Projection) -> None:
    first, second = (make_batch(projection, number=3, size=(128, 128), batch=8) for _ in range(2))
    assert torch.equal(first.clean, second.clean)
    assert torch.equal(first.noise, second.noise)
    assert torch.equal(first.ids, second.ids)


@pytest.mark.parametrize("size", NATIVE)
def test_a_large_picture_makes_a_smaller_batch(projection: Projection, size: tuple[int, int]) -> None:
    batch = make_batch(projection, number=1, size=size, batch=12)
    assert batch.clean.shape == (count(size, batch=12), 16, size[1] // 8, size[0] // 8)
    assert len(batch.clean) * size[0] * size[1] <= 12 * 128 * 128 * 2
    assert len(batch.guides) >= 1


@pytest.mark.parametrize("sizes", SIZES)
def test_a_phase_draws_its_sizes_in_its_shares(sizes: str) -> None:
    drawn = [pick_size(step, sizes=sizes) for step in range(1000)]
    shares = SIZES[sizes]
    assert sum(shares.values()) == pytest.approx(1)
    assert all(abs(drawn.count(size) / 1000 - share) < 0.05 for size, share in shares.items())


def test_guides_are_by_turns_edges_and_blurred_pictures() -> None:
    pixels = draw(4).pixels
    edged, tiled = guide(pixels, tile=False), guide(pixels, tile=True)
    assert set(np.unique(edged)) <= {0, 255}
    assert np.abs(tiled.astype(int) - pixels).mean() < 12
    assert edge_width(tiled) > 4 * edge_width(pixels)


def test_a_resumed_run_goes_on_to_the_bit(projection: Projection, tmp_path: Path) -> None:
    straight = Trainer(projection, batch=8)
    straight.advance()
    straight.save(tmp_path / "state.pt")
    straight.advance()
    resumed = Trainer(projection, seed=5, batch=8)
    resumed.load(tmp_path / "state.pt")
    resumed.advance()
    assert resumed.step == 2
    for module, other in (
        (straight.modules, resumed.modules),
        (straight.average.together(), resumed.average.together()),
    ):
        for name, weight in module.state_dict().items():
            assert torch.equal(weight, other.state_dict()[name]), name


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore:The .grad attribute")  # Of torch's own tracing.
def test_compiled_blocks_give_the_same_losses(projection: Projection) -> None:
    parts = Trainer(projection, batch=4).parts
    batch = make_batch(projection, number=0, size=(128, 128), batch=4)
    plain, compiled = (Objective(projection, compiled=compiled).losses(parts, batch) for compiled in (False, True))
    assert torch.allclose(plain, compiled, rtol=0.02)


def test_training_lowers_the_loss_on_drawings_held_back(projection: Projection) -> None:
    trainer = Trainer(projection, batch=8)
    before, _ = trainer.validate()
    for _ in range(16):
        trainer.advance(rate=3.0)
    after, _ = trainer.validate()
    assert after < 0.9 * before


def test_orthogonal_updates_have_singular_values_near_one() -> None:
    matrices = torch.randn(2, 24, 64, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(matrices))
    assert values.min() > 0.5
    assert values.max() < 1.4


def test_the_rate_is_constant_until_the_last_step(projection: Projection) -> None:
    trainer, rates = Trainer(projection, batch=8), []
    for rate in shares(Session(Path(), steps=3), trainer):
        rates.append(rate)
        trainer.step += 1
    assert rates == [1.0, 1.0, 1.0]


def test_the_rate_falls_to_nothing_by_the_clock_at_the_finish(projection: Projection) -> None:
    trainer, rates = Trainer(projection, batch=8), []
    for rate in shares(Session(Path(), steps=10**9, finish=0.002), trainer):
        rates.append(rate)
        trainer.step += 1
    assert rates == sorted(rates, reverse=True)
    assert min(rates) > 0
