"""What lies in other tools' folders, told by what it is and not by where it lies."""

import json
import shutil
import time
from pathlib import Path

import pytest

from backend.adapters.local.collection import index as reading
from backend.adapters.local.collection.collection import Collection, repo_of
from backend.adapters.local.collection.index import PIPELINE, Index
from backend.adapters.local.machine.checkpoint import EMBEDDED


def weights(path: Path, *names: str, metadata: dict[str, str] | None = None) -> Path:
    """Write a file whose tensors have these names, of one number each."""
    header: dict[str, object] = {
        name: {"dtype": "BF16", "shape": [1], "data_offsets": [2 * at, 2 * at + 2]} for at, name in enumerate(names)
    }
    text = json.dumps(header | ({"__metadata__": metadata} if metadata else {})).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(2 * len(names)))
    return path


def lora(path: Path) -> Path:
    names = ("layers.0.attention.to_q.lora_A.weight", "layers.0.attention.to_q.lora_B.weight")
    return weights(path, *(f"diffusion_model.{name}" for name in names), metadata={"modelspec.title": "mine"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index.json")


def test_a_file_is_told_by_its_tensors_wherever_it_lies(folder: Path, index: Index) -> None:
    lora(folder / "checkpoints" / "not-where-it-belongs.safetensors")
    lora(folder / "Lora" / "style.safetensors")
    roles = {Path(entry.path).name: entry.role for entry in index.look([folder])}
    assert roles == {"not-where-it-belongs.safetensors": "lora", "style.safetensors": "lora"}


def test_a_whole_model_is_one_entry_and_its_parts_are_none(folder: Path, index: Index) -> None:
    shutil.copytree(EMBEDDED, folder / "invoke" / "8f3a-uuid")
    (entry,) = index.look([folder])
    assert (entry.role, entry.architecture) == (PIPELINE, "z-image")
    assert set(entry.parameters) == {"transformer", "text_encoder", "vae"}
    assert entry.size > 1_000_000


def test_what_has_not_changed_is_not_read_again_also_after_a_restart(
    folder: Path, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = lora(folder / "one.safetensors"), lora(folder / "two.safetensors")
    index.look([folder])
    read: list[Path] = []
    header = reading.read_header
    monkeypatch.setattr(reading, "read_header", lambda path: read.append(path) or header(path))
    again = Index(tmp_path / "index.json")
    again.look([folder])
    assert read == []
    weights(first, "model.diffusion_model.something")
    second.unlink()
    assert [Path(entry.path).name for entry in again.look([folder])] == ["one.safetensors"]
    assert read == [first]


def test_no_link_leads_out_of_the_folder_and_one_inside_is_followed_once(
    folder: Path, index: Index, tmp_path: Path
) -> None:
    outside = lora(tmp_path / "elsewhere" / "secret.safetensors")
    inside = lora(folder / "Lora" / "style.safetensors")
    (folder / "file.safetensors").symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent)
    (folder / "again").symlink_to(inside.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "Lora" / "up").symlink_to(folder)
    assert {Path(entry.path).resolve() for entry in index.look([folder])} == {inside}


def test_the_parts_of_a_whole_model_that_are_links_to_elsewhere_are_not_read(
    folder: Path, index: Index, tmp_path: Path
) -> None:
    shutil.copytree(EMBEDDED, folder / "model")
    weights_file = next((folder / "model" / "transformer").glob("*.safetensors"))
    shutil.move(weights_file, tmp_path / "moved.safetensors")
    weights_file.symlink_to(tmp_path / "moved.safetensors")
    (entry,) = index.look([folder])
    assert "transformer" not in entry.parameters


@pytest.mark.parametrize("content", [b"", b"junk", b"\xff" * 64, b"\x80\x04pickle", (2**62).to_bytes(8, "little")])
def test_a_broken_or_hostile_file_is_unknown_and_hides_no_other(folder: Path, index: Index, content: bytes) -> None:
    lora(folder / "good.safetensors")
    (folder / "bad.safetensors").write_bytes(content)
    roles = {Path(entry.path).name: entry.role for entry in index.look([folder])}
    assert roles == {"good.safetensors": "lora", "bad.safetensors": "unknown"}


@pytest.mark.parametrize("kept", ["", "[]", '{"version": 1, "entries": [{}]}', '{"version": 0, "entries": []}', "{"])
def test_a_remembered_file_that_is_none_is_written_anew(folder: Path, tmp_path: Path, kept: str) -> None:
    (tmp_path / "index.json").write_text(kept, "utf-8")
    lora(folder / "one.safetensors")
    assert len(Index(tmp_path / "index.json").look([folder])) == 1
    assert json.loads((tmp_path / "index.json").read_text("utf-8"))["entries"]


def test_models_of_the_hubs_cache_are_found_by_their_hub_id(tmp_path: Path) -> None:
    snapshot = tmp_path / "hub" / "models--somebody--anime-z" / "snapshots" / "abc"
    blob = snapshot.parents[1] / "blobs" / "index"
    shutil.copytree(EMBEDDED, snapshot)
    blob.parent.mkdir()
    shutil.move(snapshot / "model_index.json", blob)
    (snapshot / "model_index.json").symlink_to(blob)
    collection = Collection((), tmp_path / "index.json", tmp_path / "hub")
    collection.entries(wait=True)
    (entry,) = collection.models()
    assert repo_of(Path(entry.path)) == "somebody/anime-z"
    assert repo_of(tmp_path / "a" / "b") is None


@pytest.mark.slow
def test_ten_thousand_files_are_gone_through_within_two_seconds_once_they_are_known(folder: Path, index: Index) -> None:
    one = lora(folder / "0" / "0.safetensors").read_bytes()
    for at in range(10_000):
        place = folder / str(at % 100)
        place.mkdir(exist_ok=True)
        (place / f"{at}.safetensors").write_bytes(one)
    assert len(index.look([folder])) == 10_000
    began = time.process_time()
    assert len(index.look([folder])) == 10_000
    assert time.process_time() - began < 2
