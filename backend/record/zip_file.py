"""Chosen images as one zip: each under a telling name, and `runs.json` with what was asked and what it cost."""

import json
import secrets
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from backend.domain.errors import NotFound, PlaygroundError, StorageFull
from backend.domain.records import Run, RunImage
from backend.images.storage.files import SUFFIXES, ImageFiles
from backend.record.run_json import run_json

NOTES = "runs.json"


@dataclass(frozen=True, slots=True)
class Zipped:
    """What a zip holds, by name, and what was left out of it: by name, and why."""

    names: tuple[str, ...]
    left_out: Mapping[str, str]


def write_zip(
    target: Path,
    files: ImageFiles,
    runs: Sequence[Run],
    *,
    chosen: Mapping[str, Sequence[int]] | None = None,
    prefixes: Mapping[str, str] = MappingProxyType({}),
) -> Zipped:
    """Write the runs' images to a zip; with `chosen`, for each run id only those indices of its images.

    `prefixes` go before the names of a run's files, by its id.

    The files stand in it byte for byte, with the settings inside each; one that is gone, damaged or out of reach is
    left out, and `runs.json` says why. Raises `NotFound` where not one image is left, and `StorageFull` where the zip
    can't be written. It is there whole, or not at all.
    """
    part = target.with_name(f".{secrets.token_hex(8)}")
    try:
        zipped = _write(part, files, runs, list(_named(runs, chosen, prefixes)))
        part.replace(target)
    except OSError as error:
        raise StorageFull(
            f"The zip could not be written ({error.strerror or error}): free some disk space, or choose fewer images."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return zipped


def read_zip(target: Path) -> Zipped:
    """Return what a zip holds that was written before."""
    with zipfile.ZipFile(target) as archive:
        notes = json.loads(archive.read(NOTES))
        names = tuple(name for name in archive.namelist() if name != NOTES)
    return Zipped(names, notes[-1].get("left_out", {}))


def _write(part: Path, files: ImageFiles, runs: Sequence[Run], named: Sequence[tuple[str, RunImage]]) -> Zipped:
    present: list[tuple[str, RunImage]] = []
    left_out: dict[str, str] = {}
    # Stored, not deflated: images are compressed already.
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, image in named:
            try:
                content = files.whole(image.sha256)
            except PlaygroundError as error:
                left_out[name] = str(error)
                continue
            archive.writestr(zipfile.ZipInfo(name, time.localtime()[:6]), content)
            present.append((name, image))
        archive.writestr(NOTES, _notes(runs, present, left_out), zipfile.ZIP_DEFLATED)
    if not present:
        raise NotFound("There is no image to put into a zip: choose at least one whose file is still there.")
    return Zipped(tuple(name for name, _ in present), left_out)


def _named(
    runs: Sequence[Run], chosen: Mapping[str, Sequence[int]] | None, prefixes: Mapping[str, str]
) -> Iterator[tuple[str, RunImage]]:
    for run in runs:
        for image in run.images:
            if chosen is None or image.index in chosen.get(run.id, ()):
                seed = "unknown-seed" if image.seed is None else str(image.seed)
                before = (prefixes[run.id],) if run.id in prefixes else ()
                parts = (*before, f"{run.created:%Y%m%d-%H%M%S}", run.request.mode, seed, run.id[:8], str(image.index))
                yield "_".join(parts) + SUFFIXES[image.format], image


def _notes(runs: Sequence[Run], present: Sequence[tuple[str, RunImage]], left_out: Mapping[str, str]) -> str:
    names = {id(image): name for name, image in present}
    notes: list[dict[str, Any]] = []
    for run in runs:
        here = [names[id(image)] for image in run.images if id(image) in names]
        if here:
            notes.append({**run_json(run), "created": run.created.isoformat(), "files": here})
    notes += [{"left_out": dict(left_out)}] if left_out else []
    return json.dumps(notes, indent=2, ensure_ascii=False)
