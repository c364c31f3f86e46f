from pathlib import Path

import pytest

from backend.adapters.local.machine.device import Machine, look


def nvidia_smi(folder: Path, said: str, code: int = 0) -> None:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n")
    tool.chmod(0o755)


def test_an_nvidia_gpu_tells_its_name_memory_and_capability(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nvidia_smi(tmp_path, "NVIDIA RTX PRO 6000, Server, 97887, 12.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert look() == Machine("cuda", "NVIDIA RTX PRO 6000, Server", 97887 * 2**20, 12.0)


@pytest.mark.parametrize(("said", "code"), [("No devices were found", 6), ("odd", 0), ("a, b, c", 0)])
def test_a_tool_that_knows_no_gpu_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, code: int
) -> None:
    nvidia_smi(tmp_path, said, code)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert look().device != "cuda"
