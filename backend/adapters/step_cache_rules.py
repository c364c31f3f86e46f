"""Accelerator options that contradict one another: what Runware refuses, and what would silently do nothing here."""

from collections.abc import Iterator, Mapping

from backend.domain.errors import Problem
from backend.domain.parts import Accelerator
from backend.domain.requests import Request

CACHES: Mapping[str, tuple[str, ...]] = {
    "fb_cache": ("fb_cache_threshold",),
    "tea_cache": ("tea_cache_distance",),
    "db_cache": ("db_cache_threshold", "db_cache_skip_interval"),
}
"""Each cache with the numbers that mean something to it alone."""
WINDOW = (
    "cache_start_step",
    "cache_start_step_percentage",
    "cache_end_step",
    "cache_end_step_percentage",
    "cache_max_consecutive_steps",
)
"""When a cache, whichever it is, may save steps."""
FIELDS = frozenset(
    f"accelerator.{name}" for names in (*((cache, *own) for cache, own in CACHES.items()), WINDOW) for name in names
)
"""The fields that a backend takes which has all of these caches; one that comes later is taken by nobody unasked."""
_OWNERS = {name: cache for cache, names in CACHES.items() for name in names}


def cache_problems(request: Request) -> Iterator[Problem]:
    """Yield each option of a cache that is off, a level of acceleration beside a cache, and a window of no step."""
    options = request.accelerator
    on = next((name for name in CACHES if getattr(options, name)), None)
    for name in options.model_dump(exclude_defaults=True):
        owner = _OWNERS.get(name)
        if owner and owner != on:
            yield Problem(f"accelerator.{name}", f"is of `{owner}`, which is off; turn it on, or take this out.")
        elif on is None:
            message = f"says how a cache acts, and none is on; turn on one of {', '.join(CACHES)}, or take this out."
            yield Problem(f"accelerator.{name}", message)
    if on and request.acceleration != "none":
        message = f"is {request.acceleration}, which chooses a cache by itself, and `{on}` is on; leave one of them."
        yield Problem("acceleration", message)
    yield from _of_window(options, request.steps)


def _of_window(options: Accelerator, steps: int) -> Iterator[Problem]:
    start = options.cache_start_step
    if start is not None and start >= steps:
        yield Problem("accelerator.cache_start_step", f"is {start}; this run has {steps} steps.")
        return
    first, last = _in_steps(options, "start", steps), _in_steps(options, "end", steps)
    if first is not None and last is not None and first >= last:
        message = f"begins at step {first:g} of {steps} and ends before step {last:g}; it has to begin before it ends."
        yield Problem("accelerator", f"has a window that {message}")


def _in_steps(options: Accelerator, side: str, steps: int) -> float | None:
    step, percentage = getattr(options, f"cache_{side}_step"), getattr(options, f"cache_{side}_step_percentage")
    if step is not None:
        return float(step)
    return None if percentage is None else percentage / 100 * steps
