import os
import time
from pathlib import Path

import pytest

from backend.adapters.local.scenes import kept_tiles
from backend.adapters.local.scenes.kept_tiles import KEPT_SECONDS, KeptTiles, name_of
from tests.backend.adapters.local.scenes.conftest import noise, same

TILE = noise(32, 32)


def test_a_tile_comes_back_to_the_pixel(tmp_path: Path) -> None:
    kept = KeptTiles(tmp_path / "tiles")
    kept.put("one", TILE)
    found = kept.get("one")
    assert found
    assert same(found, TILE)
    assert kept.get("other") is None
    kept.drop(["one", "never"])
    assert kept.get("one") is None


def test_a_damaged_tile_is_drawn_again(tmp_path: Path) -> None:
    kept = KeptTiles(tmp_path)
    kept.put("one", TILE)
    path = tmp_path / "one.png"
    path.write_bytes(path.read_bytes()[:200])
    assert kept.get("one") is None


def test_without_a_folder_or_with_a_full_disk_nothing_is_kept(tmp_path: Path) -> None:
    KeptTiles().put("one", TILE)
    assert KeptTiles().get("one") is None
    (tmp_path / "tiles").write_text("a file where the folder should be")
    KeptTiles(tmp_path / "tiles").put("one", TILE)
    assert KeptTiles(tmp_path / "tiles").get("one") is None


def test_what_nobody_came_back_for_in_a_day_goes(tmp_path: Path) -> None:
    kept = KeptTiles(tmp_path)
    for name in ("old", "new"):
        kept.put(name, TILE)
    long_ago = time.time() - KEPT_SECONDS - 60
    os.utime(tmp_path / "old.png", (long_ago, long_ago))
    kept.sweep()
    assert [path.name for path in tmp_path.iterdir()] == ["new.png"]


def test_of_too_much_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptTiles(tmp_path)
    for age, name in enumerate(("newest", "older", "oldest")):
        kept.put(name, TILE)
        at = time.time() - 60 * age
        os.utime(tmp_path / f"{name}.png", (at, at))
    monkeypatch.setattr(kept_tiles, "MOST_BYTES", 2 * (tmp_path / "newest.png").stat().st_size)
    kept.sweep()
    assert {path.stem for path in tmp_path.iterdir()} == {"newest", "older"}


def test_each_place_of_each_request_has_a_name_of_its_own() -> None:
    names = {name_of(asked, box) for asked in ("a", "b") for box in ((0, 0, 8, 8), (8, 0, 16, 8))}
    assert len(names) == 4
    assert all(len(name) == 64 for name in names)
