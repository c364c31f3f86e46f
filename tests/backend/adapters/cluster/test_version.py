from pathlib import Path

import pytest

from backend.adapters.cluster import fleet, version
from backend.adapters.cluster.version import code_version
from backend.settings import Settings


@pytest.fixture
def house(tmp_path: Path) -> tuple[Path, Path]:
    backend, presets = tmp_path / "backend", tmp_path / "presets"
    drawing = backend / "adapters" / "local" / "drawing"
    drawing.mkdir(parents=True)
    (presets / "tiny").mkdir(parents=True)
    (drawing / "engine.py").write_text("steps = 8\n")
    (presets / "tiny" / "weights.safetensors").write_bytes(b"weights")
    return backend, presets


def test_the_same_code_has_the_same_version_wherever_it_lies(house: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    before = code_version(*house)
    moved = tuple(part.rename(tmp_path / "elsewhere" / part.name) for part in house)
    assert code_version(*moved) == before


@pytest.mark.parametrize("changed", ["backend/adapters/local/drawing/engine.py", "presets/tiny/weights.safetensors"])
def test_other_code_or_another_small_model_is_another_version(
    house: tuple[Path, Path], tmp_path: Path, changed: str
) -> None:
    before = code_version(*house)
    (tmp_path / changed).write_text("something else")
    assert code_version(*house) != before


def test_another_library_is_another_version(house: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_version(*house)
    monkeypatch.setattr(version, "version", "{} 99".format)
    assert code_version(*house) != before


def test_replicas_are_shared_by_playgrounds_of_the_same_code_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {fleet._name_of(settings, {}) for _ in range(2)}
    assert len(names) == 1
    monkeypatch.setattr(fleet, "code_version", lambda: "another")
    assert fleet._name_of(settings, {}) not in names
