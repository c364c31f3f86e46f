"""The environments of clients: made once from exact pins, and kept in the folder where `.ci/run` keeps its own."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
PINS = ("requirements.txt", "package.json", "package-lock.json")
KEPT_SECONDS = 3 * 3600
"""How long an environment of other pins stays: another checkout may be at its tests."""
_WHOLE = "whole"
"""The file that says that all was installed."""
_LINE_CUT = 2
"""Tries of an installation: the second goes on where a broken line cut the first one off."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A client's own packages, and nothing else."""

    client: str
    folder: Path

    @property
    def python(self) -> Path:
        """Return its Python; there is one where the client has a `requirements.txt`."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """Return a program that its packages brought, such as `litellm`."""
        return self.folder / "bin" / name


def kept_in() -> Path:
    """Return the folder of all environments, `.ci/run`'s included."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "zimage-playground"


def install(pins: Path, made: Environment) -> None:
    """Make an environment of the pins in a folder; raise `CalledProcessError` where pip or npm fails."""
    made.folder.mkdir()
    if (pins / "requirements.txt").exists():
        _said(sys.executable, "-m", "venv", "--without-pip", str(made.folder))
        pip = (sys.executable, "-m", "pip", "--python", str(made.python), "--disable-pip-version-check", "--quiet")
        # Nothing is resolved: what isn't pinned would be missing, which the check says.
        _tried(*pip, "install", "--no-deps", "-r", str(pins / "requirements.txt"))
        _said(*pip, "check")
    if (pins / "package.json").exists():
        for name in PINS[1:]:
            shutil.copy(pins / name, made.folder)
        _tried("npm", "ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(made.folder))


def install_beside_ours(pins: Path, made: Environment) -> None:
    """Put the pins into a folder for the `PYTHONPATH` of our own Python; raise `CalledProcessError` where pip fails."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    _tried(*pip, "install", "--no-deps", "--target", str(made.folder), "-r", str(pins / "requirements.txt"))


Make = Callable[[Path, Environment], None]


def environment_of(
    client: str, *, source: Path = FOLDER, kept: Path | None = None, make: Make = install
) -> Environment:
    """Return a client's environment, made now where there is none of these pins; raises as `make` does.

    `source` holds the clients' folders, `kept` their environments.
    """
    pins, kept = source / client, kept or kept_in()
    made = Environment(client, kept / f"client-{client}-{_key(pins)}")
    kept.mkdir(parents=True, exist_ok=True)
    with _alone(kept / f"client-{client}.lock"):
        if not (made.folder / _WHOLE).exists():
            shutil.rmtree(made.folder, ignore_errors=True)
            make(pins, made)
            (made.folder / _WHOLE).touch()
        os.utime(made.folder / _WHOLE)
        _forget_others(made)
    return made


def libraries_of(client: str, *, source: Path = FOLDER) -> Path:
    """Return the folder of a client's packages for the `PYTHONPATH` of our own Python, made as environments are."""
    return environment_of(client, source=source, make=install_beside_ours).folder


def _key(pins: Path) -> str:
    """Return what an environment depends on as 16 digits: who runs it, and every pin."""
    texts = [pins / name for name in PINS if (pins / name).exists()]
    runs = sys.version if (pins / "requirements.txt").exists() else _said("node", "--version")
    return hashlib.sha256(b"\0".join([runs.encode(), *(text.read_bytes() for text in texts)])).hexdigest()[:16]


def _tried(*command: str) -> None:
    for left in reversed(range(_LINE_CUT)):
        try:
            _said(*command)
            return
        except subprocess.CalledProcessError:
            if not left:
                raise


def _said(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.stderr.write(f"{ended.stdout[-4000:]}{ended.stderr[-4000:]}")  # pytest shows it beside the failure
        ended.check_returncode()
    return ended.stdout


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time make a client's environment: workers of pytest begin together."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _forget_others(made: Environment) -> None:
    for other in made.folder.parent.glob(f"client-{made.client}-{'?' * 16}"):
        mark = other / _WHOLE
        age = time.time() - mark.stat().st_mtime if mark.exists() else KEPT_SECONDS + 1
        if other != made.folder and age > KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
