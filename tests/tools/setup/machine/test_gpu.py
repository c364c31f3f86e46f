"""Whether there is an NVIDIA GPU, told from the driver's files."""

from pathlib import Path

from tools.setup.machine import gpu

VERSION = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {}  Release Build\nGCC version: gcc 13\n"


def driver(root: Path, version: str) -> Path:
    file = root / "proc/driver/nvidia/version"
    file.parent.mkdir(parents=True)
    file.write_text(VERSION.format(version))
    return root


def test_a_machine_without_the_drivers_files_shows_no_gpu(tmp_path: Path) -> None:
    assert not gpu.is_seen(tmp_path)
    assert gpu.driver_version(tmp_path) is None


def test_the_driver_tells_its_version(tmp_path: Path) -> None:
    assert gpu.is_seen(driver(tmp_path, "580.65.06"))
    assert gpu.driver_version(tmp_path) == 580


def test_a_container_shows_the_device_alone(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvidia0").touch()
    assert gpu.is_seen(tmp_path)


def test_an_unreadable_version_is_not_guessed(tmp_path: Path) -> None:
    assert gpu.driver_version(driver(tmp_path, "unknown")) is None
