"""Weights made small by libraries: which are offered, which `auto` takes, and what they draw."""

import importlib.util
from typing import Any

import pytest

from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.memory import plan_memory
from backend.adapters.local.machine.option_rules import weights_offered
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.machine.small_weights import FP8_CAST_OFF, SMALL, exacter_than_fp8, lacking_small

GPU = Machine("cuda", "NVIDIA RTX 4060", 16 * 10**9, 8.9)
WEIGHTS = {"transformer": 12_300_000_000, "text_encoder": 8_040_000_000, "vae": 170_000_000}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the packages that are there, as the test wants them."""
    there: set[str] = set()
    find = importlib.util.find_spec
    packages = {kind.package for kind in SMALL.values()}
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: (object() if name in there else None) if name in packages else find(name),
    )
    return there


def test_a_library_that_is_not_here_is_not_offered_and_its_refusal_says_how_to_get_it(installed: set[str]) -> None:
    assert not set(SMALL) & set(weights_offered(GPU))
    assert "run `pip install torchao`" in (lacking_small("torchao int8", GPU) or "")
    installed.add("sdnq")
    assert {"sdnq int8", "sdnq uint4"} == set(SMALL) & set(weights_offered(GPU))


def test_an_apple_gpu_is_offered_none_of_them(installed: set[str]) -> None:
    installed.update(("sdnq", "torchao"))
    assert not set(SMALL) & set(weights_offered(Machine("mps", "Apple GPU", 16 * 10**9)))


def test_auto_takes_what_came_nearer_to_full_weights_before_the_fp8_cast(installed: set[str]) -> None:
    assert exacter_than_fp8(GPU) == ()
    plan = plan_memory("it", "cuda", 17 * 10**9, WEIGHTS, Layout(), exacter_than_fp8(GPU))
    installed.update(("sdnq", "torchao"))
    assert exacter_than_fp8(GPU) == ("torchao int8", "sdnq int8")
    assert all(SMALL[weights].off < FP8_CAST_OFF for weights in exacter_than_fp8(GPU))
    better = plan_memory("it", "cuda", 11 * 10**9, WEIGHTS, Layout(), exacter_than_fp8(GPU))
    assert (plan.weights, better.weights, better.offload) == ("full", "torchao int8", "model")
    assert "with the transformer in torchao int8" in better.reason
    assert plan_memory("it", "cuda", 11 * 10**9, WEIGHTS, Layout()).weights == "fp8"


def test_on_a_cpu_auto_keeps_full_weights_whatever_is_installed(installed: set[str]) -> None:
    installed.update(("sdnq", "torchao"))
    machine = Machine("cpu", "CPU", 64 * 10**9)
    assert plan_memory("it", "cpu", 60 * 10**9, WEIGHTS, Layout(), exacter_than_fp8(machine)).weights == "full"


def test_the_list_of_weights_on_the_page_has_what_runs_here(installed: set[str], local: Any) -> None:
    assert "sdnq int8" not in local.capabilities.choices["options.weights"]
    installed.add("sdnq")
    assert "sdnq int8" in local.capabilities.choices["options.weights"]
