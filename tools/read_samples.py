"""Reads every picture of a folder, prints what its file says, and compares it with a JSON beside it.

`python -m tools.read_samples FOLDER` prints of each file which tool wrote it, its settings, the names of what isn't
taken over, and how long that took. What is right stands in `NAME.json` beside `NAME.png` (an object of fields; null
for one that mustn't be there), or in `expected.json` of the folder (such objects by the pictures' relative paths). The
settings are those that stand in the file, before another model's steps are left behind. It ends with 1 where a file
says something else than what is right.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.requests import REQUEST_TYPES
from backend.prompts.marks import read_marks
from backend.restore.found import Found
from backend.restore.read import find_settings, read_metadata

_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".avif"}
_NAMES = {name for kind in REQUEST_TYPES.values() for name in kind.model_fields}
_SHOWN = 60
_OVER_A_PICTURE = ("image_to_image", "inpaint")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of the folder: what was found in it, how long that took, and what is right where somebody says so."""

    name: str
    found: Found | None
    milliseconds: float
    right: Mapping[str, Any] | None

    @property
    def wrong(self) -> dict[str, tuple[Any, Any]]:
        """Return the fields that differ, each with what was read and what is right."""
        values = self.found.values if self.found else {}
        told = {name: (values.get(name), right) for name, right in (self.right or {}).items()}
        return {name: pair for name, pair in told.items() if not _agree(values, name, *pair)}


def _agree(values: Mapping[str, Any], name: str, read: Any, right: Any) -> bool:
    """Whether two values say the same: numbers may be texts, and marks and spaces of a prompt don't count.

    Over a picture no size is read: the picture's own is drawn, which other readers give.
    """
    if name in ("width", "height") and read is None and values.get("mode") in _OVER_A_PICTURE:
        return True
    return _plain(read) == _plain(right)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        words = " ".join(read_marks(value).words.split()).strip(" ,")
        return _number(words) if words else None
    return float(value) if isinstance(value, int | float) else value


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def read_folder(folder: Path) -> Iterator[Sample]:
    """Read the pictures of a folder and of those in it, in their order."""
    listed = _object(folder / "expected.json") or {}
    for path in sorted(path for path in folder.rglob("*") if path.suffix.casefold() in _PICTURES):
        name = path.relative_to(folder).as_posix()
        right = listed.get(name) or _fields(path.with_suffix(".json"))
        content, began = path.read_bytes(), time.perf_counter()
        found = find_settings(content) or _own(content)
        yield Sample(name, found, (time.perf_counter() - began) * 1000, right)


def _own(content: bytes) -> Found | None:
    own = read_metadata(content)
    return Found(own.source, dict(own.recipe), dropped=list(own.dropped)) if own else None


def _object(path: Path) -> dict[str, Any] | None:
    values = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return values if isinstance(values, dict) else None


def _fields(path: Path) -> dict[str, Any] | None:
    """Return what is right of one picture; a JSON of other names, as a workflow beside its picture is, says nothing."""
    values = _object(path)
    return values if values and all(name in _NAMES for name in values) else None


def lines_of(sample: Sample) -> Iterator[str]:
    """Yield what is printed of a file."""
    mark = "" if sample.right is None else "WRONG " if sample.wrong else "ok    "
    source = sample.found.source if sample.found else "no settings"
    yield f"{mark}{sample.name}: {source} ({sample.milliseconds:.0f} ms)"
    if sample.found:
        yield "    " + ", ".join(f"{name} {_short(value)}" for name, value in sample.found.values.items())
        left = dict.fromkeys(entry.name for entry in sample.found.dropped)
        yield from ["    left out: " + ", ".join(left)] if left else []
    for name, (read, right) in sample.wrong.items():
        yield f"    {name}: read {_short(read)}, right is {_short(right)}"


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the folder that the command line names; return the status to end with."""
    parser = argparse.ArgumentParser(prog="python -m tools.read_samples", description=__doc__)
    parser.add_argument("folder", type=Path)
    samples = []
    for sample in read_folder(parser.parse_args(arguments).folder):
        print(*lines_of(sample), sep="\n")
        samples.append(sample)
    compared = [sample for sample in samples if sample.right is not None]
    right = sum(not sample.wrong for sample in compared)
    slowest = max((sample.milliseconds for sample in samples), default=0)
    print(f"{len(samples)} files, {right} of {len(compared)} compared are right, slowest {slowest:.0f} ms")
    return 0 if right == len(compared) else 1


if __name__ == "__main__":
    sys.exit(main())
