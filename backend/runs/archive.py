"""Chosen images as one zip: each under a telling name, and `runs.json` with what was asked and what it cost."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from backend.errors import NotFound, StorageFull
from backend.runs.answer import run_json
from backend.runs.files import SUFFIXES, ImageFiles
from backend.runs.records import Run, RunImage


def write_zip(
    target: Path, files: ImageFiles, runs: Sequence[Run], *, chosen: Mapping[str, Sequence[int]] | None = None
) -> Sequence[str]:
    """Write the runs' images to a zip; with `chosen`, for each run id only those indices of its images.

    The files stand in it byte for byte, with the settings inside each. Returns the names in the zip. Raises `NotFound`
    where not one image is left, and `StorageFull` where the zip can't be written.
    """
    picked = list(_named(runs, chosen))
    present = [(name, image) for name, image in picked if _is_there(files, image)]
    if not present:
        raise NotFound("There is no image to put into a zip: choose at least one that isn't deleted.")
    try:
        # Stored, not deflated: images are compressed already.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, image in present:
                archive.write(files.path(image.sha256), name)
            archive.writestr("runs.json", _notes(runs, present), zipfile.ZIP_DEFLATED)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise StorageFull(
            f"The zip could not be written ({error.strerror or error}): free some disk space, or choose fewer images."
        ) from error
    return [name for name, _ in present]


def _named(runs: Sequence[Run], chosen: Mapping[str, Sequence[int]] | None) -> Iterator[tuple[str, RunImage]]:
    for run in runs:
        for image in run.images:
            if chosen is None or image.index in chosen.get(run.id, ()):
                seed = "unknown-seed" if image.seed is None else str(image.seed)
                parts = (f"{run.created:%Y%m%d-%H%M%S}", run.request.mode, seed, run.id[:8], str(image.index))
                yield "_".join(parts) + SUFFIXES[image.format], image


def _is_there(files: ImageFiles, image: RunImage) -> bool:
    try:
        files.path(image.sha256)
    except NotFound:
        return False
    return True


def _notes(runs: Sequence[Run], present: Sequence[tuple[str, RunImage]]) -> str:
    names = {id(image): name for name, image in present}
    notes = []
    for run in runs:
        here = [names[id(image)] for image in run.images if id(image) in names]
        if here:
            notes.append({**run_json(run), "created": run.created.isoformat(), "files": here})
    return json.dumps(notes, indent=2, ensure_ascii=False)
