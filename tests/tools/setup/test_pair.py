"""torch and torchvision as one pair."""

from pathlib import Path

import pytest

from tools.setup import pair
from tools.setup.errors import SetupError


def install(packages: Path, name: str, version: str) -> None:
    (packages / name).mkdir(parents=True, exist_ok=True)
    (packages / name / "version.py").write_text(f"import typing\n\n__version__ = '{version}'\n")


@pytest.mark.parametrize(
    "builds", [("2.14.1+cu130", "0.29.1+cu130"), ("2.14.1+cpu", "0.29.1+cpu"), ("2.14.1", "0.29.1")]
)
def test_a_pair_of_one_kind_fits(tmp_path: Path, builds: tuple[str, str]) -> None:
    for name, version in zip(pair.NAMES, builds, strict=True):
        install(tmp_path, name, version)
    pair.check(tmp_path)
    assert pair.fits(tmp_path)


@pytest.mark.parametrize("builds", [("2.13.0+cpu", "0.28.0+cu130"), ("2.14.1+cu130", "0.29.1+cpu")])
def test_a_mixed_pair_is_refused_with_the_way_to_repair_it(tmp_path: Path, builds: tuple[str, str]) -> None:
    for name, version in zip(pair.NAMES, builds, strict=True):
        install(tmp_path, name, version)
    with pytest.raises(SetupError, match=r"don't fit\. Set up anew: make clean"):
        pair.check(tmp_path)
    assert not pair.fits(tmp_path)


def test_a_missing_half_is_named(tmp_path: Path) -> None:
    install(tmp_path, "torch", "2.14.1+cpu")
    with pytest.raises(SetupError, match="torchvision is not installed"):
        pair.check(tmp_path)
    assert not pair.fits(tmp_path)
    assert not pair.fits(None)


def test_labels_come_from_the_installed_names(tmp_path: Path) -> None:
    (tmp_path / "torch-2.13.0+cpu.dist-info").mkdir()
    (tmp_path / "torchvision-0.28.0.dist-info").mkdir()
    assert pair.labels(tmp_path) == {"cpu", ""}
