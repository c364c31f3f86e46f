"""Whether the disk has room for what will be installed."""

import os
import shutil
from pathlib import Path

from tools.setup.builds import Build
from tools.setup.errors import SetupError

GB = 1_000_000_000


def size(folder: Path) -> int:
    """Add up the files of a folder, also while some come and go, without following links out of it."""
    return sum(_bytes(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)  # noqa: PTH118


def _bytes(file: str) -> int:
    try:
        return os.lstat(file).st_size
    except FileNotFoundError:
        return 0


def existing(path: Path) -> Path:
    """The nearest folder above that is there already."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def pip_cache() -> Path:
    """Where pip keeps what it loaded, near enough for a question of space."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("PIP_CACHE_DIR") or base / "pip")


def check(venv: Path, build: Build) -> None:
    """Refuse where the environment and its downloads, which wait beside it, have no room."""
    needed = (build.disk_gb + build.download_gb) * GB - (size(venv) if venv.exists() else 0)
    free = shutil.disk_usage(existing(venv)).free
    if free < needed:
        raise SetupError(
            f"The disk of {venv.absolute()} has {free / GB:.1f} GB free; setting up needs {needed / GB:.1f} GB "
            f"({build.size}, both at once for a while): {(needed - free) / GB:.1f} GB are missing. "
            "Make room, or put the environment on another disk: make run VENV=/path/there."
        )


def has_room_for_cache(venv: Path, build: Build, cache: Path | None = None) -> bool:
    """Say whether pip can keep its downloads too, which spares loading them again."""
    place = existing(cache or pip_cache())
    needed = build.download_gb
    if place.stat().st_dev == existing(venv).stat().st_dev:
        needed += build.disk_gb + build.download_gb
    return shutil.disk_usage(place).free > needed * GB
