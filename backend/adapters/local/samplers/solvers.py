"""The solvers: each decides where the model is asked and what becomes of the sample then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from backend.adapters.local.samplers.formulas import adams_bashforth, corrected, exponential, log_snr, renoised, time_at

if TYPE_CHECKING:
    from torch import Tensor

Noise = Callable[[], "Tensor"]
TCD_GAMMA = 0.3
"""How far below the next time TCD goes before it adds noise, as in its paper and in diffusers."""
_REMEMBERED = 4


@dataclass(slots=True)
class Walk:
    """One walk from noise to image: the steps, and what was seen on the way.

    `knots` are the times of the steps, ending in 0; `noise` gives fresh noise of the sample's shape.
    """

    knots: list[float]
    noise: Noise
    cleans: "list[tuple[float, Tensor]]" = field(default_factory=list)
    velocities: "list[tuple[float, Tensor]]" = field(default_factory=list)
    bases: "list[Tensor]" = field(default_factory=list)

    def see(self, time: float, sample: "Tensor", velocity: "Tensor") -> None:
        """Remember what the model said of a sample."""
        self.cleans = [*self.cleans, (time, sample - time * velocity)][-_REMEMBERED:]
        self.velocities = [*self.velocities, (time, velocity)][-_REMEMBERED:]


Advance = Callable[[Walk, "Tensor", float], "Tensor"]
"""Takes the sample from the time that was seen last to another one."""


def _multistep(walk: Walk, sample: "Tensor", until: float, *, order: int, eta: float = 0.0) -> "Tensor":
    noise = walk.noise() if eta and until > 0 else None
    return exponential(sample, walk.cleans, until, order=order, eta=eta, noise=noise)


def _unipc(walk: Walk, sample: "Tensor", until: float, *, order: int) -> "Tensor":
    if walk.bases and walk.cleans[-2][0] < 1:
        sample = corrected(walk.bases[-1], walk.cleans[-2], walk.cleans[-1])
    walk.bases = [sample]
    return exponential(sample, walk.cleans, until, order=order)


def _adams(walk: Walk, sample: "Tensor", until: float, *, order: int, lower_order_final: bool = False) -> "Tensor":
    if lower_order_final:
        # With few steps the last are the longest, and a fourth order overshoots there: grounds came out 15 of 255 off.
        order = min(order, sum(knot <= until for knot in walk.knots))
    return adams_bashforth(sample, walk.velocities[-order:], until)


def _ancestral(walk: Walk, sample: "Tensor", until: float) -> "Tensor":
    time, velocity = walk.velocities[-1]
    return _lowered(walk, sample, velocity, (time, until * until / time, until))


def _trajectory(walk: Walk, sample: "Tensor", until: float, *, gamma: float) -> "Tensor":
    time, velocity = walk.velocities[-1]
    return _lowered(walk, sample, velocity, (time, (1 - gamma) * until, until))


def _lowered(walk: Walk, sample: "Tensor", velocity: "Tensor", times: tuple[float, float, float]) -> "Tensor":
    time, _, until = times
    if until <= 0:
        return sample - time * velocity
    return renoised(sample, velocity, times, walk.noise())


ONE_CALL: dict[str, Advance] = {
    "euler_a": _ancestral,
    "dpmpp_2m": partial(_multistep, order=2),
    "dpmpp_3m": partial(_multistep, order=3),
    "dpmpp_2m_sde": partial(_multistep, order=2, eta=1.0),
    "dpmpp_3m_sde": partial(_multistep, order=3, eta=1.0),
    "unipc": partial(_unipc, order=2),
    "unipc_3m": partial(_unipc, order=3),
    "ipndm": partial(_adams, order=3),
    "lms": partial(_adams, order=4, lower_order_final=True),
    "lcm": partial(_trajectory, gamma=1.0),
    "tcd": partial(_trajectory, gamma=TCD_GAMMA),
}
"""Solvers that ask the model once a step. LCM goes all the way down to the clean estimate, TCD a part of it."""


def middle(time: float, until: float, solver: str) -> float:
    """Return where a solver of two calls a step asks for the second time."""
    if solver == "heun":
        return until
    if solver == "dpmpp_2s" and time < 1:
        return time_at((log_snr(time) + log_snr(until)) / 2)
    return (time + until) / 2


def second_half(walk: Walk, base: "Tensor", until: float, solver: str) -> "Tensor":
    """Take the whole step from `base` (latents, their shape kept), now that the model was asked twice.

    Heun's and the midpoint rule are those of EDM (arXiv 2206.00364, algorithm 1) and k-diffusion's `sample_dpm_2`;
    `dpmpp_2s` is DPM-Solver++(2S) (arXiv 2211.01095).
    """
    (time, first), (_, second) = walk.velocities[-2:]
    if solver == "heun":
        return base + (until - time) * (first + second) / 2
    if solver == "dpm2":
        return base + (until - time) * second
    if solver == "dpm2_a":
        return _lowered(walk, base, second, (time, until * until / time, until))
    return exponential(base, [(time, walk.cleans[-1][1])], until, order=1)


TWO_CALLS = ("heun", "dpm2", "dpm2_a", "dpmpp_2s")
"""Solvers that ask the model twice a step, but once in the last one: 2n - 1 calls."""
