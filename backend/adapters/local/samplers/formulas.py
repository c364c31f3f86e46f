"""The updates of the solvers, on the flow x = (1 - s)·x0 + s·noise with s from 1 (noise) to 0 (image).

`clean` is the model's estimate of x0, `velocity` of noise - x0. Tensors are taken and returned in their own shape; the
log signal-to-noise ratio is lambda(s) = log((1 - s) / s). Sources: DPM-Solver++ (arXiv 2211.01095), UniPC (2302.04867),
consistency models' multistep sampling (2303.01469), TCD (2402.19159), and k-diffusion's form of the SDE solvers.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    Point = tuple[float, Tensor]
    """A time s and what the model said there."""


def log_snr(time: float) -> float:
    """Return lambda of a time; minus infinity at 1, infinity at 0."""
    if time <= 0:
        return math.inf
    return -math.inf if time >= 1 else math.log((1 - time) / time)


def time_at(ratio: float) -> float:
    """Return the time whose lambda this is."""
    return 1 / (1 + math.exp(ratio))


def exponential(
    sample: "Tensor",
    points: "Sequence[Point]",
    until: float,
    *,
    order: int,
    eta: float = 0.0,
    noise: "Tensor | None" = None,
) -> "Tensor":
    """Take a step of DPM-Solver++ in multistep form, up to order 3; with `eta` above 0 of its SDE, which needs `noise`.

    `points` are the times and clean estimates so far, the last at the sample's own time; without noise it is their
    multistep solver (section 4 of DPM-Solver++), to `until`.
    """
    time, clean = points[-1]
    if until <= 0:
        return clean
    step = log_snr(until) - log_snr(time)
    if math.isinf(step):
        start = sample * until if noise is None else noise * until
        return start + (1 - until) * clean
    scaled = step * (1 + eta)
    change = -math.expm1(-scaled) * clean
    slopes = _slopes(points, step, order)
    second = 1 + math.expm1(-scaled) / scaled
    if slopes:
        change = change + second * slopes[0]
    if len(slopes) > 1:
        change = change - (second / scaled - 0.5) * slopes[1]
    result = until / time * math.exp(-eta * step) * sample + (1 - until) * change
    return result if noise is None else result + until * math.sqrt(-math.expm1(-2 * eta * step)) * noise


def corrected(sample: "Tensor", begin: "Point", end: "Point") -> "Tensor":
    """Take UniPC's corrector: the step from `begin` to `end` again, now that the estimate at its end is known."""
    (time, clean), (until, later) = begin, end
    step = log_snr(until) - log_snr(time)
    second = 1 + math.expm1(-step) / step
    return until / time * sample + (1 - until) * (-math.expm1(-step) * clean + second * (later - clean))


def adams_bashforth(sample: "Tensor", points: "Sequence[Point]", until: float) -> "Tensor":
    """Integrate the polynomial through the last velocities from the sample's time to `until`.

    Adams and Bashforth's method (1883): with equal steps its weights are the known ones, 3/2 and -1/2 for two points.
    """
    times = [time for time, _ in points]
    for index, (_, velocity) in enumerate(points):
        sample = sample + _lagrange_integral(times, index, until) * velocity
    return sample


def renoised(sample: "Tensor", velocity: "Tensor", times: tuple[float, float, float], noise: "Tensor") -> "Tensor":
    """Go along `velocity` to below the next time, and up to it again with fresh noise.

    `times` are those of the sample, of the lowest point, and of the result. To the clean estimate itself it is the
    sampling of consistency models, part of the way TCD.
    """
    time, lowest, until = times
    low = sample + (lowest - time) * velocity
    kept = (1 - until) / (1 - lowest)
    return kept * low + math.sqrt(max(until**2 - (kept * lowest) ** 2, 0.0)) * noise


def _slopes(points: "Sequence[Point]", step: float, order: int) -> "list[Tensor]":
    """Return the first and second divided differences of the clean estimates, in units of the step to come."""
    usable = [(log_snr(time), clean) for time, clean in points[-order:] if time < 1]
    if len(usable) < 2:
        return []
    (before, older), (now, newest) = usable[-2:]
    near = (now - before) / step
    first = (newest - older) / near
    if len(usable) < 3:
        return [first]
    oldest_ratio, oldest = usable[-3]
    far = (before - oldest_ratio) / step
    previous = (older - oldest) / far
    return [first + (first - previous) * near / (near + far), (first - previous) / (near + far)]


def _lagrange_integral(times: Sequence[float], index: int, until: float) -> float:
    import numpy as np

    others = [time for place, time in enumerate(times) if place != index]
    basis = np.poly(others) if others else np.ones(1)
    scale = math.prod(times[index] - other for other in others)
    whole = np.polyint(basis)
    return float((np.polyval(whole, until) - np.polyval(whole, times[-1])) / scale)
