"""What each file of weights is, remembered by its time and size: only new ones are read, and of them the header."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from backend.adapters.local.collection.walk import INDEX, Seen, walk
from backend.adapters.local.machine.kinds import said_by
from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.reading import read_header
from backend.adapters.local.weights.recognise import precision_of, recognise

log = logging.getLogger(__name__)

VERSION = 1
"""Of the remembered file: whoever recognises more than before counts it up."""
PIPELINE = "pipeline"
"""The role of a folder with a whole model, as diffusers lays it out."""
_COMPONENTS = ("transformer", "text_encoder", "vae")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file, or the folder of a whole model, and what it is; `role` is one of `weights.recognise`, or `PIPELINE`.

    `size` are its bytes on disk, `parameters` the numbers of each part by name, `said` what it says of itself.
    """

    path: str
    changed: int
    size: int
    role: str
    architecture: str = ""
    layout: str = ""
    precision: str = ""
    said: tuple[str, ...] = ()
    parameters: Mapping[str, int]


class Index:
    """The entries of all folders. `kept` is a file in which they are remembered."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._known = self._read()

    def look(self, folders: Iterable[Path]) -> tuple[Entry, ...]:
        """Return what lies in the folders, each thing once; what has not changed isn't read again."""
        seen = {str(each.path): each for folder in folders for each in walk(folder)}
        found = {path: self._entry(each) for path, each in seen.items()}
        if found != self._known:
            self._known = found
            self._write()
        return tuple(found.values())

    def _entry(self, seen: Seen) -> Entry:
        known = self._known.get(str(seen.path))
        if known and known.changed == seen.changed and (seen.whole or known.size == seen.size):
            return known
        return _folder(seen) if seen.whole else _file(seen)

    def _read(self) -> dict[str, Entry]:
        names = {field.name for field in fields(Entry)}
        try:
            told = json.loads(self._kept.read_text("utf-8"))
            entries = [Entry(**{**each, "said": tuple(each["said"])}) for each in told["entries"] if set(each) == names]
            return {entry.path: entry for entry in entries} if told["version"] == VERSION else {}
        except (OSError, ValueError, TypeError, KeyError):  # It is not there yet, or of another version.
            return {}

    def _write(self) -> None:
        half = self._kept.with_suffix(".part")
        told = {"version": VERSION, "entries": [asdict(entry) for entry in self._known.values()]}
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps(told), "utf-8")
            half.replace(self._kept)
        except OSError as error:  # Then they are read again at the next start.
            log.warning("What the models folders hold isn't remembered: %s", error)


def _file(seen: Seen) -> Entry:
    common: dict[str, Any] = {"path": str(seen.path), "changed": seen.changed, "size": seen.size}
    try:
        header = read_header(seen.path)
    except BadFile:
        return Entry(**common, role="unknown", parameters={})
    what = recognise(header)
    return Entry(
        **common,
        role=what.role,
        architecture=what.architecture,
        layout=what.layout,
        precision=what.precision,
        said=said_by(header),
        parameters={what.role: sum(_count(tensor.shape) for tensor in header.tensors.values())},
    )


def _folder(seen: Seen) -> Entry:
    parts = (path for name in _COMPONENTS for path in sorted((seen.path / name).glob("*.safetensors")))
    files = [path for path in parts if path.resolve().is_relative_to(seen.root)]
    headers = [header for path in files if (header := _header(path))]
    counted = dict.fromkeys((path.parent.name for path in files), 0)
    for header in headers:
        counted[header.path.parent.name] += sum(_count(tensor.shape) for tensor in header.tensors.values())
    drawing = next((header for header in headers if header.path.parent.name == "transformer"), None)
    return Entry(
        path=str(seen.path),
        changed=seen.changed,
        size=sum(path.stat().st_size for path in files),
        role=PIPELINE,
        architecture="z-image" if "ZImage" in _class_of(seen.path) else "",
        layout="diffusers",
        precision=precision_of(drawing.tensors) if drawing else "",
        parameters=counted,
    )


def _class_of(folder: Path) -> str:
    try:
        told = json.loads((folder / INDEX).read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    return str(told.get("_class_name", "")) if isinstance(told, dict) else ""


def _header(path: Path) -> Header | None:
    try:
        return read_header(path)
    except BadFile:
        return None


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count
