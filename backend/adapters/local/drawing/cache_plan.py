"""When a step may take over what an earlier one computed: the request's choices as one plan. No torch."""

from dataclasses import dataclass
from typing import Literal

from backend.adapters import step_cache_rules
from backend.domain.parts import Accelerator
from backend.domain.requests import Request

LEVEL_THRESHOLD = 0.6
"""What cache-dit publishes for Z-Image-Turbo, with one block as the indicator."""
LEVEL_ENDS = {"regular": 0.75, "high": 1.0}
"""Up to which part of the steps a level may save some; from the half on, as picture and places are settled by then."""
TAKES = frozenset({"acceleration"}) | step_cache_rules.FIELDS
"""The fields of which the plan is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePlan:
    """How a cache decides.

    `first_block` and `deep_blocks` look at what the first block, or the first quarter of them, adds to the picture, and
    take the rest over when that changed by less than `threshold` (relative) since the last computed step. `modulated`
    adds up how much the first block's input changed, and computes once the sum reaches `threshold`. `start` and `end`
    are fractions of the steps; at most `longest` steps in a row are taken over.
    """

    kind: Literal["first_block", "deep_blocks", "modulated"]
    threshold: float
    start: float
    end: float
    longest: int


def plan_of(request: Request) -> CachePlan | None:
    """Return the plan of a request: its cache options, else its level's; None computes every step.

    Of the model's 8 steps `regular` saves one and `high` two, where the picture changes as little as it mostly does.
    """
    options, steps = request.accelerator, request.steps
    if options.fb_cache:
        return _plan("first_block", options.fb_cache_threshold, options, steps)
    if options.db_cache:
        longest = min(options.cache_max_consecutive_steps, options.db_cache_skip_interval)
        return _plan("deep_blocks", options.db_cache_threshold, options, steps, longest=longest)
    if options.tea_cache:
        return _plan("modulated", options.tea_cache_distance, options, steps)
    if request.acceleration != "none":
        end = min(LEVEL_ENDS[request.acceleration], _before_last(steps))
        return CachePlan(kind="first_block", threshold=LEVEL_THRESHOLD, start=0.5, end=end, longest=1)
    return None


def _plan(
    kind: Literal["first_block", "deep_blocks", "modulated"],
    threshold: float,
    options: Accelerator,
    steps: int,
    *,
    longest: int | None = None,
) -> CachePlan:
    start = _bound(options.cache_start_step, options.cache_start_step_percentage, steps, 0.0)
    end = _bound(options.cache_end_step, options.cache_end_step_percentage, steps, _before_last(steps))
    return CachePlan(
        kind=kind, threshold=threshold, start=start, end=end, longest=longest or options.cache_max_consecutive_steps
    )


def _before_last(steps: int) -> float:
    """Return where the last step begins: it decides over the finest detail, and is computed unless somebody asks."""
    return 1 - 1 / steps


def _bound(step: int | None, percentage: int | None, steps: int, default: float) -> float:
    if step is not None:
        return step / steps
    return default if percentage is None else percentage / 100
