"""The models on this machine as the page lists them: what each is, how large, and whether this machine holds it."""

from collections.abc import Iterator
from pathlib import Path

from backend.adapters.base import ModelChoice
from backend.adapters.local.collection.collection import repo_of
from backend.adapters.local.collection.index import PIPELINE, Entry
from backend.adapters.local.machine.checkpoint import EMBEDDED, EMBEDDED_MODEL, REAL_PARAMETERS
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.kinds import shift_of
from backend.adapters.local.machine.memory import least_memory, size_words
from backend.library.profiles import profile_of

TINY = "tiny"
_BF16 = 2
_FP32 = 4
BYTES_A_NUMBER = {"fp8": 1.0, "fp8 scaled": 1.0, "int8": 1.0, "int8 scaled": 1.0, "nvfp4": 0.56, "4 bits": 0.56}
"""Of weights that stay as small in memory as they are on disk; all others become bf16, or fp32 on a CPU."""


def choices(entries: tuple[Entry, ...], machine: Machine) -> Iterator[ModelChoice]:
    """Yield the embedded model, then what lies in the folders, by name."""
    yield ModelChoice(id=TINY, name=EMBEDDED_MODEL.name, about="")
    own = (entry for entry in entries if Path(entry.path) != EMBEDDED)
    for entry in sorted(own, key=lambda entry: name_of(entry).lower()):
        yield ModelChoice(
            id=repo_of(Path(entry.path)) or entry.path,
            name=name_of(entry),
            about=" · ".join(_about(entry)),
            unfit=_unfit(entry, machine),
        )


def name_of(entry: Entry) -> str:
    """Return what an entry is called: its hub id, or its file or folder without the folders around it."""
    path = Path(entry.path)
    return repo_of(path) or (path.name if entry.role == PIPELINE else path.stem)


def _about(entry: Entry) -> Iterator[str]:
    path = Path(entry.path)
    shift = shift_of(path) if entry.role == PIPELINE else None
    yield profile_of((name_of(entry), path.name), shift, entry.said).title
    yield size_words(entry.size)
    if entry.precision:
        yield entry.precision


def _unfit(entry: Entry, machine: Machine) -> str:
    """Say what it needs at least where this machine has less; parts that it lacks are taken to be the real model's."""
    wide = _BF16 if machine.accelerated else _FP32
    sizes = {part: wide * count for part, count in {**REAL_PARAMETERS, **_parts(entry)}.items()}
    if machine.device == "cpu" or entry.precision not in BYTES_A_NUMBER:
        least = least_memory(machine.device, sizes)
    else:
        small = entry.parameters.get(entry.role, REAL_PARAMETERS["transformer"]) * BYTES_A_NUMBER[entry.precision]
        least = least_memory(machine.device, sizes | {"transformer": int(small)})
    if least <= machine.memory:
        return ""
    return f"needs {least / 1e9:.1f} GB of memory; this machine has {machine.memory / 1e9:.1f}"


def _parts(entry: Entry) -> dict[str, int]:
    if entry.role == PIPELINE:
        return dict(entry.parameters)
    return {"transformer": entry.parameters[entry.role]} if entry.role == "transformer" else {}
