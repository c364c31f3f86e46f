"""Samplers and schedules in the spellings of other tools."""

import pytest

from backend.domain.schedulers import SCHEDULER_NAMES
from backend.restore.samplers import scheduler_of

WORDS = [
    ("dpm++2m karras", "", "DPM++ 2M Karras"),  # stable-diffusion.cpp
    ("euler_a discrete", "", "Euler a"),
    ("euler discrete", "", "Default"),
    ("dpmpp_2m_karras", "", "DPM++ 2M Karras"),  # ComfyUI's savers
    ("euler_simple", "", "Default"),
    ("dpmpp_2m_sde_sgm_uniform", "", "DPM++ 2M SDE Uniform"),
    ("euler_a", "", "Euler a"),  # InvokeAI, Spaces
    ("k_euler_ancestral", "native", "Euler a"),  # NovelAI
    ("k_lms", "", "LMS"),  # InvokeAI 2
    ("DPM++ 2M", "Karras", "DPM++ 2M Karras"),  # A1111
    ("Euler", "SGM Uniform", None),
    ("UniPC", "UniPCMultistepScheduler", "UniPC"),  # SD.Next
    ("Euler", "FlowMatchEulerDiscreteScheduler", "Default"),
    ("dpmpp_2m", "karras", "DPM++ 2M Karras"),  # ComfyUI
    ("dpmpp_2m_sde_gpu", "simple", "DPM++ 2M SDE"),
    ("uni_pc_bh2", "normal", "UniPC"),
    ("res_multistep", "simple", None),
    ("Euler Ancestral Karras", "", None),  # Stability Matrix
    ("", "", None),
    ("_" * 9999, "_" * 9999, None),
]


@pytest.mark.parametrize(("sampler", "schedule", "ours"), WORDS)
def test_a_sampler_is_known_in_every_spelling(sampler: str, schedule: str, ours: str | None) -> None:
    assert scheduler_of(sampler, schedule) == ours


@pytest.mark.parametrize("name", SCHEDULER_NAMES)
def test_our_own_names_are_themselves(name: str) -> None:
    assert scheduler_of(name) == ("Default" if name == "Euler" else name)
