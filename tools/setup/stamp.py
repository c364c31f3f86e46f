"""The note in an environment that says for what it was set up, so that the next start has nothing to do."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

NAME = "playground-setup.json"


def key(files: Sequence[Path], *facts: str) -> str:
    """Boil the lists and everything else that decides what gets installed down to one text."""
    digest = hashlib.sha256()
    for part in (*(file.read_bytes() for file in files), *(fact.encode() for fact in facts)):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def read(folder: Path) -> dict[str, str]:
    """Read the note; an unreadable one counts as none."""
    try:
        return dict(json.loads((folder / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return {}


def is_current(folder: Path, purpose: str, wanted: str) -> bool:
    """Say whether this environment was set up for this purpose from these lists."""
    return read(folder).get(purpose) == wanted


def write(folder: Path, purpose: str, wanted: str) -> None:
    """Note what was done, all or nothing."""
    temporary = folder / f"{NAME}.new"
    temporary.write_text(json.dumps({**read(folder), purpose: wanted}, indent=1))
    temporary.replace(folder / NAME)


def remove(folder: Path) -> None:
    """Take the note away while the environment changes under it."""
    (folder / NAME).unlink(missing_ok=True)
