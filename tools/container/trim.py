"""Takes out of an environment what the image `remote` never reads: `python tools/container/trim.py /opt/venv`.

A name that isn't there any more ends the build, so that the list stays true.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

NEVER_READ = (
    "numpy/**/tests",
    "pandas/tests",
    "gradio/templates/node",  # renders pages on a server of Node, which app.py never asks for (`ssr_mode`)
    "gradio/media_assets",  # pictures, sounds and films for demos
)
"""Folders of packages that a running playground opens no file of."""


def main(arguments: Sequence[str]) -> int:
    """Trim the environment that is named, and say by how much."""
    (packages,) = Path(arguments[0]).glob("lib/python3*/site-packages")
    before = size(packages)
    trim(packages)
    print(f"{packages}: {before / 1e6:.0f} MB before, {size(packages) / 1e6:.0f} MB after")
    return 0


def trim(packages: Path) -> None:
    """Take out what is never read; raise `FileNotFoundError` where a name of the list is no longer there."""
    for pattern in NEVER_READ:
        found = list(packages.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{packages / pattern} isn't there: look what became of it, and mend the list")
        for folder in found:
            shutil.rmtree(folder)


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
