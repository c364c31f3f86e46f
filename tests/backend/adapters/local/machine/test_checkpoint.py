import json
from pathlib import Path

import pytest

from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint, find


def test_the_embedded_model_is_whole_and_says_what_it_can() -> None:
    checkpoint = find("tiny")
    assert checkpoint
    assert checkpoint.embedded
    assert checkpoint.lacking() == ()
    assert checkpoint.world()["examples"]


def test_a_folder_is_a_model_by_its_path(tmp_path: Path) -> None:
    checkpoint = find(str(tmp_path))
    assert checkpoint == Checkpoint(tmp_path.name, tmp_path)
    assert checkpoint.lacking()[0] == "model_index.json"


def test_a_hub_id_has_no_folder_before_its_download() -> None:
    assert find("somebody/some-model") == Checkpoint("some-model", None, "somebody/some-model")


@pytest.mark.parametrize("text", ["", "nowhere", "a/b/c", "/no/such/folder", "https://hub/x"])
def test_another_text_is_no_model(text: str) -> None:
    assert find(text) is None


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    for path in EMBEDDED.rglob("*"):
        target = tmp_path / path.relative_to(EMBEDDED)
        target.mkdir(parents=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    weights = tmp_path / "transformer" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_name("part-1.safetensors"))
    index = {"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}}
    weights.with_name(f"{weights.name}.index.json").write_text(json.dumps(index))
    assert Checkpoint("copy", tmp_path).lacking() == ("transformer/part-2.safetensors",)
