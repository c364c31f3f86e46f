from pathlib import Path
from typing import Any

import pytest

from backend.adapters.local.machine import option_rules
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.option_rules import auto_attention, option_problems
from backend.adapters.local.machine.options import LocalOptions
from backend.domain.requests import TextToImage

CPU = Machine("cpu", "CPU", 16 * 2**30)
APPLE = Machine("mps", "Apple GPU", 16 * 2**30)
H200 = Machine("cuda", "NVIDIA H200", 139 * 2**30, 9.0)
TURING = Machine("cuda", "NVIDIA T4", 16 * 2**30, 7.5)


def problems(machine: Machine, no_gguf: str | None = None, guidance: float = 1.0, **chosen: Any) -> dict[str, str]:
    request = TextToImage(prompt="a boat", guidance=guidance)
    found = option_problems(request, LocalOptions(**chosen), machine, no_gguf, guided=False)
    return {problem.field: problem.message for problem in found}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the packages that count as installed; empty at first."""
    packages: set[str] = set()
    monkeypatch.setattr(option_rules, "_installed", packages.__contains__)
    return packages


@pytest.mark.parametrize("machine", [CPU, APPLE, H200, TURING])
def test_what_nobody_chose_is_never_refused(machine: Machine, installed: set[str]) -> None:
    assert problems(machine) == {}
    assert problems(machine, weights="full", offload="none", attention="native") == {}


@pytest.mark.parametrize(
    ("machine", "chosen", "field", "said"),
    [
        (APPLE, {"weights": "fp8"}, "weights", "choose full"),
        (CPU, {"weights": "nf4"}, "weights", "needs an NVIDIA GPU; this machine draws on CPU"),
        (H200, {"weights": "nf4"}, "weights", "pip install bitsandbytes"),
        (CPU, {"weights": "gguf"}, "weights", "pip install gguf"),
        (CPU, {"offload": "model"}, "offload", "one memory for all. Choose none"),
        (H200, {"offload": "sequential", "weights": "fp8"}, "offload", "choose model"),
        (CPU, {"attention": "cudnn"}, "attention", "needs an NVIDIA GPU"),
        (TURING, {"attention": "cudnn"}, "attention", "needs compute capability 8; NVIDIA T4 has 7.5"),
        (H200, {"attention": "flash 3"}, "attention", "the package flash_attn_3, which isn't installed"),
        (H200, {"compile": True}, "compile", "needs triton"),
        (APPLE, {"compile": True}, "compile", "turn it off"),
        (H200, {"compile": True, "weights": "fp8"}, "compile", "choose full or gguf"),
        (H200, {"compile": True, "offload": "sequential"}, "compile", "choose model"),
    ],
)
def test_what_this_machine_cannot_do_is_refused_with_the_way_out(
    installed: set[str], machine: Machine, chosen: dict[str, Any], field: str, said: str
) -> None:
    found = problems(machine, **chosen)
    assert list(found) == [f"options.{field}"]
    assert said in found[f"options.{field}"]


def test_what_is_installed_is_offered(installed: set[str]) -> None:
    installed |= {"bitsandbytes", "gguf", "flash_attn", "triton"}
    assert problems(H200, weights="nf4", offload="model", attention="flash") == {}
    assert problems(H200, weights="gguf", compile=True, attention="cudnn") == {}
    assert "Get it." in problems(CPU, "Get it.", weights="gguf")["options.weights"]


def test_a_kernel_that_leaves_no_tokens_out_is_refused_where_some_must_be(installed: set[str]) -> None:
    installed.add("flash_attn")
    assert problems(H200, attention="flash") == {}
    assert "as guidance above 1 must" in problems(H200, attention="flash", guidance=3.0)["options.attention"]
    assert problems(H200, attention="cudnn", guidance=3.0) == {}


def test_a_controlnet_is_refused_where_it_finds_no_weights_to_share_or_tokens_cannot_be_left_out(
    installed: set[str],
) -> None:
    installed.add("flash_attn")
    chosen = LocalOptions(offload="sequential", attention="flash")
    guided, alone = (
        list(option_problems(TextToImage(prompt="a boat"), chosen, H200, None, guided=guided))
        for guided in (True, False)
    )
    assert [problem.field for problem in guided] == ["options.offload", "options.attention"]
    assert "choose model, or go without a ControlNet" in guided[0].message
    assert "as control pictures must" in guided[1].message
    assert alone == []


def test_compiling_on_a_cpu_needs_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs a C++ compiler" in problems(CPU, compile=True)["options.compile"]
    compiler = tmp_path / "g++"
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    assert problems(CPU, compile=True) == {}


@pytest.mark.parametrize(("capability", "kernel"), [(0.0, "native"), (8.9, "native"), (9.0, "cudnn"), (12.0, "native")])
def test_the_kernel_chosen_by_itself_is_that_of_the_gpu_with_its_reason(capability: float, kernel: str) -> None:
    name, reason = auto_attention(capability)
    assert name == kernel
    assert "attention" in reason
