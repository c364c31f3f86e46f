from typing import Any

import pytest

from backend.adapters.step_cache_rules import cache_problems
from backend.domain.parts import Accelerator
from backend.domain.requests import TextToImage


def problems(acceleration: str = "none", **options: Any) -> dict[str, str]:
    request = TextToImage(prompt="a boat", acceleration=acceleration, accelerator=Accelerator(**options))
    return {problem.field: problem.message for problem in cache_problems(request)}


@pytest.mark.parametrize(
    ("options", "field", "said"),
    [
        ({"fb_cache_threshold": 0.5}, "accelerator.fb_cache_threshold", "`fb_cache`, which is off"),
        ({"db_cache": True, "tea_cache_distance": 0.1}, "accelerator.tea_cache_distance", "`tea_cache`, which is off"),
        ({"cache_start_step": 2}, "accelerator.cache_start_step", "none is on"),
        ({"cache_max_consecutive_steps": 1}, "accelerator.cache_max_consecutive_steps", "none is on"),
        ({"tea_cache": True, "acceleration": "high"}, "acceleration", "is high, which chooses a cache by itself"),
        ({"tea_cache": True, "cache_start_step": 8}, "accelerator.cache_start_step", "has 8 steps"),
        (
            {"tea_cache": True, "cache_start_step": 6, "cache_end_step_percentage": 25},
            "accelerator",
            "begins at step 6 of 8 and ends before step 2",
        ),
    ],
)
def test_options_that_contradict_one_another_are_named(options: dict[str, Any], field: str, said: str) -> None:
    found = problems(**options)
    assert list(found) == [field]
    assert said in found[field]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"acceleration": "regular"},
        {"db_cache": True, "db_cache_threshold": 0.4, "db_cache_skip_interval": 2, "cache_max_consecutive_steps": 1},
        {"fb_cache": True, "cache_start_step_percentage": 10, "cache_end_step": 8},
    ],
)
def test_options_that_agree_pass(options: dict[str, Any]) -> None:
    assert problems(**options) == {}
