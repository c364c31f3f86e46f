"""Where models are looked for: folders, and those that a ComfyUI's `extra_model_paths.yaml` names."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from backend.domain.errors import NotReady

PATHS_FILE = "extra_model_paths.yaml"
_NO_FOLDERS = ("base_path", "is_default", "custom_nodes")
_MOST_BYTES = 2**20


def folders_of(said: str) -> tuple[Path, ...]:
    """Return the folders that a setting names, each once, with those of the files of paths among or in them.

    Several are separated as in PATH. Raises `NotReady` for one that isn't there, or a file of paths that is none.
    """
    found = (Path(each.strip()).expanduser() for each in said.split(os.pathsep) if each.strip())
    return tuple(dict.fromkeys(folder for place in found for folder in _of(place)))


def _of(place: Path) -> Iterator[Path]:
    if place.suffix in (".yaml", ".yml") and place.is_file():
        yield from _named_in(place)
    elif place.is_dir():
        yield place.resolve()
        if (place / PATHS_FILE).is_file():
            yield from _named_in(place / PATHS_FILE)
    else:
        raise NotReady(f"{place} is no folder, and no ComfyUI's {PATHS_FILE}.")


def _named_in(file: Path) -> Iterable[Path]:
    """Return the folders of a file of paths that are there; ComfyUI, too, does without the others."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise NotReady(f"{file.name} has {file.stat().st_size:,} bytes, which no file of paths has.")
        told = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise NotReady(f"{file.name} can't be read as YAML: {str(error).splitlines()[0]}.") from error
    tools = [tool for tool in told.values() if isinstance(tool, dict)] if isinstance(told, dict) else []
    found = (folder for tool in tools for folder in _folders(tool, file.parent))
    return [folder.resolve() for folder in found if folder.is_dir()]


def _folders(tool: dict[object, object], beside: Path) -> Iterator[Path]:
    base = beside / Path(str(tool.get("base_path") or "")).expanduser()
    for kind, lines in tool.items():
        if kind not in _NO_FOLDERS and isinstance(lines, str):
            yield from (base / Path(line.strip()).expanduser() for line in lines.splitlines() if line.strip())
