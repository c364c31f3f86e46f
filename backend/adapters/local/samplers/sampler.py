"""A scheduler for the Z-Image pipelines that can walk with any of the solvers."""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from backend.adapters.local.samplers.names import SPACINGS, choice_of
from backend.adapters.local.samplers.solvers import ONE_CALL, TWO_CALLS, Walk, middle, second_half

if TYPE_CHECKING:
    from torch import Generator, Tensor

TRAINED_TIMES = 1000
"""Steps of the training's schedule: the model is asked at so many times the time from 0 to 1."""
Fresh = Callable[[tuple[int, ...]], "Tensor"]
"""Returns noise of a shape, fp32 on the CPU: other noise each time."""


class Sampler:
    """What the pipelines ask of a scheduler, over diffusers' own FlowMatchEuler, which spaces and shifts the steps.

    For one drawing: its noise, where the solver wants any, comes from the drawing's own `fresh`. `clean` is the
    last estimate of the finished latents; `times` are the sigmas as numbers, since reading one off a GPU waits for it.
    """

    order = 1

    def __init__(self, schedule: Any, solver: str, fresh: Fresh) -> None:
        self.config = schedule.config
        self.clean: Tensor | None = None
        self._schedule, self._solver, self._fresh = schedule, solver, fresh
        self._index = 0
        self.times: list[float] = []

    @property
    def position(self) -> tuple[int, int]:
        """Return how many times the model was asked, and how many times it will be in all."""
        return self._index, len(self.timesteps)

    def set_begin_index(self, begin_index: int = 0) -> None:
        """Do as the pipelines want; a walk always begins at its beginning."""
        self._schedule.set_begin_index(begin_index)

    def set_timesteps(
        self, num_inference_steps: int | None = None, device: Any = None, sigmas: Any = None, mu: float | None = None
    ) -> None:
        """Plan the walk: `sigmas` are the times before the shift, else `num_inference_steps` even ones."""
        import torch

        self._schedule.set_timesteps(num_inference_steps, device=device, sigmas=sigmas, mu=mu)
        self._schedule.set_begin_index(0)
        self._index, self.clean = 0, None
        self.sigmas, self.timesteps = self._schedule.sigmas, self._schedule.timesteps
        self._walk = Walk(self.sigmas.tolist(), self._noise)
        if self._solver in TWO_CALLS:
            times = torch.tensor(
                _visited(self._walk.knots, self._solver), dtype=torch.float32, device=self.sigmas.device
            )
            self.sigmas = torch.cat([times, times.new_zeros(1)])
            self.timesteps = times * TRAINED_TIMES
        self.times = self.sigmas.tolist()

    def step(
        self, model_output: "Tensor", timestep: Any, sample: "Tensor", return_dict: bool = False
    ) -> "tuple[Tensor]":
        """Take the sample (fp32) to the next time of `sigmas`; `model_output` is the velocity."""
        index, self._index = self._index, self._index + 1
        time, until = self.times[index : index + 2]
        self.clean = sample - time * model_output
        if self._solver == "euler":
            (taken,) = self._schedule.step(model_output, timestep, sample, return_dict=False)
            return (taken,)
        self._shape, self._device = sample.shape, sample.device
        self._walk.see(time, sample, model_output)
        if self._solver in TWO_CALLS:
            return (self._half(sample, model_output, index, time, until),)
        return (ONE_CALL[self._solver](self._walk, sample, until),)

    def _half(self, sample: "Tensor", velocity: "Tensor", index: int, time: float, until: float) -> "Tensor":
        if index % 2 == 0:
            self._walk.bases = [sample]
            return sample + (until - time) * velocity
        return second_half(self._walk, self._walk.bases[0], self._walk.knots[index // 2 + 1], self._solver)

    def _noise(self) -> "Tensor":
        return self._fresh(tuple(self._shape)).to(self._device)


def drawn_by(generator: "Generator") -> Fresh:
    """Return noise that a generator draws."""
    import torch

    return lambda shape: torch.randn(shape, generator=generator, dtype=torch.float32)


def build_sampler(name: str, shift: float, base: Any, fresh: Fresh) -> Sampler:
    """Return a new sampler for one drawing by a scheduler's name; `base` is the model's own configuration."""
    from diffusers import FlowMatchEulerDiscreteScheduler

    choice = choice_of(name)
    schedule = FlowMatchEulerDiscreteScheduler.from_config(base, shift=shift, **SPACINGS[choice.spacing])
    return Sampler(schedule, choice.solver, fresh)


def calls_of(name: str, steps: int) -> int:
    """Return how often the model is asked in so many steps; two-call solvers go to the last time in one."""
    return 2 * steps - 1 if choice_of(name).solver in TWO_CALLS else steps


def _visited(knots: list[float], solver: str) -> list[float]:
    times = []
    for time, until in pairwise(knots[:-1]):
        times += [time, middle(time, until, solver)]
    return [*times, knots[-2]]
