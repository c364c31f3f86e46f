"""Scores of what a negative prompt and seed diversity do."""

from pathlib import Path

import numpy as np
import pytest

from tools.tiny_model.scores.open_prompts import Open, artist, open_prompts, score_negative


def test_prompts_leave_the_colour_open_and_each_stands_once() -> None:
    prompts = open_prompts(100)
    assert len({each.prompt for each in prompts}) == 100
    assert Open("oval", "orange").prompt == "an oval on an orange background"


def test_a_negative_prompt_is_scored_with_what_it_leaves_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.tiny_model.scores.open_prompts.TIMED", 1)
    scores = score_negative(artist(Path("presets/tiny"), side=128), count=2, nag_scale=5.0)
    assert {"still", "outline", "background", "neutral changes", "no word changes", "time"} <= set(scores)
    assert scores["background"] == 1.0
    assert all(np.isfinite(value) for value in scores.values())
