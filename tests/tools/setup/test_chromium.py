"""Where the Chromium of the browser tests is."""

from pathlib import Path

import pytest

from tools.setup.chromium import ensure_chromium, find_chromium
from tools.setup.machine import apt


def program(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_the_named_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path / "mine")
    program(tmp_path / "bin/chromium")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("CHROMIUM", str(named))
    assert find_chromium() == named


def test_a_named_one_that_is_not_there_is_not_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin/chromium")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nowhere"))
    assert find_chromium() is None


def test_the_systems_one_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = program(tmp_path / "bin/chromium-browser")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_chromium() == found


def test_the_one_without_a_window_is_taken_before_the_one_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin/chromium")
    found = program(tmp_path / "bin/chromium-headless-shell")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_chromium() == found


@pytest.mark.parametrize("to_be_had", ["chromium-headless-shell", "chromium"])
def test_where_there_is_none_the_first_that_debian_has_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to_be_had: str
) -> None:
    asked: list[str] = []

    def install(name: str) -> bool:
        asked.append(name)
        return name == to_be_had and program(tmp_path / "bin" / name).exists()

    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("tools.setup.chromium.PLACES", ())
    monkeypatch.setattr(apt, "is_usable", lambda: True)
    monkeypatch.setattr(apt, "install", install)
    assert ensure_chromium() == tmp_path / "bin" / to_be_had
    assert asked == ["chromium-headless-shell", "chromium"][: asked.index(to_be_had) + 1]
