"""Each library that makes weights small, tried on the embedded model: how far off, with a LoRA, with a ControlNet."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.local.machine.small_weights import FP8_CAST_OFF, SMALL
from tests.clients.environments import libraries_of

pytestmark = pytest.mark.system

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[5]


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    path = os.pathsep.join((str(ROOT), str(libraries_of(HERE.name, source=HERE.parent))))
    command = (sys.executable, "-m", "tests.backend.adapters.local.small_weights.drawn", "fp8", *SMALL)
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@pytest.mark.timeout(600)
def test_pictures_are_as_far_off_as_the_table_says_that_auto_goes_by(told: dict[str, dict[str, Any]]) -> None:
    assert told["fp8"]["off"] == pytest.approx(FP8_CAST_OFF, rel=0.5)
    for weights, kind in SMALL.items():
        assert told[weights]["off"] == pytest.approx(kind.off, rel=0.5), weights
        assert f"with the transformer in {weights}, as was chosen" in told[weights]["reason"]


@pytest.mark.timeout(600)
def test_a_lora_acts_alike_on_all_of_them_and_leaves_no_trace(told: dict[str, dict[str, Any]]) -> None:
    for weights, each in told.items():
        assert each["by_lora"] == pytest.approx(told["fp8"]["by_lora"], rel=0.2), weights
        assert each["after"] == 0, weights


@pytest.mark.timeout(600)
def test_what_needs_the_numbers_themselves_is_refused_and_a_control_net_guides(told: dict[str, dict[str, Any]]) -> None:
    for weights, each in told.items():
        assert "choose full as the weights" in each["dora"], weights
        assert each["by_guide"] == pytest.approx(told["fp8"]["by_guide"], rel=0.1), weights
