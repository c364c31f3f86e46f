"""Where models are looked for."""

import os
from pathlib import Path

import pytest

from backend.adapters.local.collection.places import PATHS_FILE, folders_of
from backend.domain.errors import NotReady


def test_folders_are_separated_as_in_path_and_each_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    said = os.pathsep.join(str(tmp_path / name) for name in ("one", "two", "one"))
    assert folders_of(said) == (tmp_path / "one", tmp_path / "two")
    assert folders_of("") == ()


def test_comfyuis_file_of_paths_is_read_beside_or_in_a_folder(tmp_path: Path) -> None:
    for folder in ("comfy/models/unet", "comfy/models/clip", "a1111/models/Lora", "comfy/custom_nodes"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / PATHS_FILE).write_text(
        "comfyui:\n"
        f"    base_path: {tmp_path}/comfy/\n"
        "    is_default: true\n"
        "    diffusion_models: models/unet/\n"
        "    text_encoders: |\n"
        "        models/text_encoders/\n"
        "        models/clip/\n"
        "    custom_nodes: custom_nodes\n"
        "a111:\n"
        "    base_path: a1111\n"
        "    loras: |\n"
        "        models/Lora\n",
        "utf-8",
    )
    named = [tmp_path / name for name in ("comfy/models/unet", "comfy/models/clip", "a1111/models/Lora")]
    assert folders_of(str(tmp_path / PATHS_FILE)) == tuple(named)
    assert folders_of(str(tmp_path)) == (tmp_path, *named)


@pytest.mark.parametrize("text", ["[1, 2", "- a\n- b\n", "comfyui: 5\n", "", "comfyui:\n  loras: [a, b]\n"])
def test_a_file_of_paths_that_names_none_is_none_or_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / PATHS_FILE
    file.write_text(text, "utf-8")
    if text == "[1, 2":
        with pytest.raises(NotReady, match="can't be read as YAML"):
            folders_of(str(file))
    else:
        assert folders_of(str(file)) == ()


def test_yaml_that_would_build_an_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / PATHS_FILE).write_text("a: !!python/object/apply:os.getcwd []\n", "utf-8")
    with pytest.raises(NotReady, match="can't be read as YAML"):
        folders_of(str(tmp_path))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="nowhere is no folder"):
        folders_of(str(tmp_path / "nowhere"))
