"""The solvers on a flow whose answer is known: data of one number, normally distributed."""

import pytest
import torch

from backend.adapters.local.samplers.sampler import Sampler, drawn_by

MEAN, SPREAD = 1.3, 0.4
HIGHER = ("heun", "dpm2", "dpmpp_2s", "dpmpp_2m", "dpmpp_3m", "unipc", "unipc_3m", "ipndm", "lms")


def velocity(sample: torch.Tensor, time: float) -> torch.Tensor:
    variance = ((1 - time) * SPREAD) ** 2 + time**2
    clean = MEAN + SPREAD**2 * (1 - time) / variance * (sample - (1 - time) * MEAN)
    return (sample - clean) / time


def walk(solver: str, steps: int, sample: torch.Tensor, seed: int = 0) -> torch.Tensor:
    from diffusers import FlowMatchEulerDiscreteScheduler

    sampler = Sampler(FlowMatchEulerDiscreteScheduler(shift=3.0), solver, drawn_by(torch.Generator().manual_seed(seed)))
    sampler.set_timesteps(sigmas=[1 - index / steps for index in range(steps)])
    for index, time in enumerate(sampler.timesteps):
        (sample,) = sampler.step(velocity(sample, float(sampler.sigmas[index])), time, sample)
    assert sampler.position == (len(sampler.timesteps),) * 2
    return sample


def error(solver: str, steps: int) -> float:
    noise = torch.linspace(-2, 2, 41, dtype=torch.float64)[None]
    return float((walk(solver, steps, noise) - (MEAN + SPREAD * noise)).abs().max())


def test_euler_is_of_the_first_order() -> None:
    assert error("euler", 64) / error("euler", 128) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(("solver", "order"), [("heun", 2), ("dpm2", 2), ("ipndm", 3)])
def test_the_error_shrinks_as_the_order_says(solver: str, order: int) -> None:
    assert error(solver, 128) / error(solver, 256) == pytest.approx(2**order, rel=0.1)


@pytest.mark.parametrize("solver", HIGHER)
def test_every_higher_solver_comes_much_closer_than_euler(solver: str) -> None:
    assert error(solver, 512) < error("euler", 512) / 8


@pytest.mark.parametrize("solver", ["euler_a", "dpm2_a", "dpmpp_2m_sde", "dpmpp_3m_sde"])
def test_with_noise_on_the_way_the_data_keep_their_mean_and_spread(solver: str) -> None:
    noise = torch.randn(1, 50_000, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    made = walk(solver, 512, noise)
    assert float(made.mean()) == pytest.approx(MEAN, abs=0.01)
    assert float(made.std()) == pytest.approx(SPREAD, abs=0.015)


@pytest.mark.parametrize("solver", ["lcm", "tcd"])
def test_samplers_of_consistency_models_find_the_mean_and_narrow_the_spread(solver: str) -> None:
    noise = torch.randn(1, 50_000, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    made = walk(solver, 128, noise)
    assert float(made.mean()) == pytest.approx(MEAN, abs=0.02)
    assert 0.2 < float(made.std()) < SPREAD


@pytest.mark.parametrize("solver", ["euler_a", "dpm2_a", "dpmpp_2m_sde", "dpmpp_3m_sde", "lcm", "tcd"])
def test_noise_on_the_way_comes_from_the_seed(solver: str) -> None:
    noise = torch.zeros(1, 8)
    assert torch.equal(walk(solver, 8, noise, seed=3), walk(solver, 8, noise, seed=3))
    assert not torch.equal(walk(solver, 8, noise, seed=3), walk(solver, 8, noise, seed=4))


@pytest.mark.parametrize("solver", [*HIGHER, "euler", "euler_a", "dpmpp_2m_sde", "lcm", "tcd"])
def test_one_step_lands_on_the_clean_estimate(solver: str) -> None:
    noise = torch.linspace(-2, 2, 5, dtype=torch.float64)[None]
    assert torch.allclose(walk(solver, 1, noise), noise - velocity(noise, 1.0))
