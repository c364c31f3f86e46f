"""Which torch suits which machine."""

from pathlib import Path

import pytest

from tools.setup import builds
from tools.setup.task import ROOT

OWN_INDEX = "https://mirror.example/whl/cu128"


@pytest.mark.parametrize(
    ("system", "gpu", "chosen"),
    [
        ("Linux", True, builds.CUDA),
        ("Linux", False, builds.CPU),
        ("Darwin", False, builds.PLAIN),
        ("Windows", True, builds.PLAIN),
    ],
)
def test_a_linux_machine_without_a_gpu_takes_the_cpu_builds(system: str, gpu: bool, chosen: builds.Build) -> None:
    assert builds.choose("", gpu=gpu, system=system) == chosen


def test_a_named_index_wins_over_what_the_machine_has() -> None:
    build = builds.choose(OWN_INDEX, gpu=False, system="Linux")
    assert (build.index, build.label) == (OWN_INDEX, "cu128")
    assert builds.choose("https://mirror.example/cpu", gpu=True, system="Linux").label == "cpu"
    assert builds.choose(builds.ORDINARY, gpu=False, system="Linux") == builds.CUDA


def test_both_halves_are_asked_for_with_the_same_label(tmp_path: Path) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("torch==2.14.1\ntorch-extra==9\ntorchvision==0.29.1\n")
    assert builds.pinned(constraints, "cpu") == ["torch==2.14.1+cpu", "torchvision==0.29.1+cpu"]
    assert builds.pinned(constraints, "") == ["torch==2.14.1", "torchvision==0.29.1"]


def test_the_projects_own_constraints_name_the_pair() -> None:
    assert len(builds.pinned(ROOT / "constraints.txt", "")) == 2


def test_the_cpu_builds_are_said_to_be_smaller() -> None:
    assert builds.CPU.download_gb < builds.CUDA.download_gb
    assert builds.CPU.size == "about 0.7 GB to download, 2.2 GB on disk"


@pytest.mark.parametrize(
    ("here", "word"),
    [
        (("Darwin", "x86_64", "15.1"), "Intel Macs"),
        (("Darwin", "arm64", "13.6.1"), "macOS 13.6.1"),
        (("Linux", "x86_64", ""), "without glibc"),
        (("Linux", "aarch64", ""), "Alpine"),
    ],
)
def test_a_machine_that_torch_is_not_built_for_is_told_at_once(here: tuple[str, str, str], word: str) -> None:
    told = builds.lacking(*here)
    assert word in told
    assert "requirements-remote.txt" in told


@pytest.mark.parametrize("here", [("Darwin", "arm64", "14.0"), ("Linux", "aarch64", "2.36"), ("Windows", "AMD64", "")])
def test_a_machine_that_it_is_built_for_goes_on(here: tuple[str, str, str]) -> None:
    assert builds.lacking(*here) == ""


def test_the_password_of_an_index_is_not_shown() -> None:
    build = builds.choose("https://ann:s3cret@packages.example/whl/cu130", gpu=True)
    assert build.name == "PyTorch from https://packages.example/whl/cu130"
    assert build.index == "https://ann:s3cret@packages.example/whl/cu130"


def test_this_machine_is_one_of_them() -> None:
    assert builds.lacking(*builds.here()) == ""
