"""uv instead of pip, where it is there: it loads several packages at once and links them instead of copying."""

import shutil
import subprocess
from pathlib import Path

from tools.setup.environment import Environment

OF_PIPS_OWN = ("index-url", "extra-index-url", "find-links", "no-index")
"""What somebody may have told pip of where packages come from: uv would take them from elsewhere, and say nothing."""


def program(environment: Environment) -> str | None:
    """Return where uv is; None where there is none, or pip was told of places that uv would not ask."""
    found = shutil.which("uv")
    return found if found and not _pip_was_told(environment.python) else None


def command(uv: str, environment: Environment, constraints: Path, *arguments: str) -> list[str]:
    """Return what installs as pip does: the best version of all indexes, with this environment's Python."""
    where = ("--python", str(environment.python), "--constraints", str(constraints))
    return [uv, "pip", "install", "--index-strategy", "unsafe-best-match", *where, *arguments]


def _pip_was_told(python: Path) -> bool:
    listed = [str(python), "-m", "pip", "config", "list"]
    told = subprocess.run(listed, capture_output=True, text=True, check=False).stdout
    names = {line.partition("=")[0].rpartition(".")[2] for line in told.splitlines()}
    return not names.isdisjoint(OF_PIPS_OWN)
