"""What is said while pip works."""

import re
import shutil
from pathlib import Path

from tools.setup.builds import CPU
from tools.setup.machine.disk import GB
from tools.setup.progress import Progress


def progress(folder: Path) -> Progress:
    return Progress(CPU, folder, folder / "downloads")


def test_the_line_says_how_much_is_loaded_and_in_place(tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/half.whl").write_bytes(b"x" * 20_000_000)
    (tmp_path / "installed").write_bytes(b"x" * 30_000_000)
    told = progress(tmp_path)
    told.read("Collecting torch==2.14.1")
    told.read("  Downloading torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl (760.4 MB)")
    assert told.line(7) == "     7 s: 1 packages found, 0.02 GB loaded, 0.03 of about 2.2 GB in place; loading torch"


def test_the_kind_of_work_is_told(tmp_path: Path) -> None:
    told = progress(tmp_path)
    told.read("Installing collected packages: mpmath, sympy, torch")
    assert told.line(1).endswith("installing 3 packages")
    told.read("  Building wheel for controlnet-aux (pyproject.toml): started")
    assert told.line(1).endswith("building wheel for controlnet-aux")


def test_other_lines_change_nothing(tmp_path: Path) -> None:
    told = progress(tmp_path)
    before = told.line(1)
    told.read("Requirement already satisfied: pip in /somewhere")
    assert told.line(1) == before


def test_with_uv_it_says_how_many_packages_there_are_and_what_the_disk_has_taken(tmp_path: Path) -> None:
    before = shutil.disk_usage(tmp_path).free + 3 * GB
    told = Progress(CPU, tmp_path, tmp_path / "downloads", before)
    told.read("Resolved 32 packages in 2.31s\n")
    told.read("Downloading torch (528.9MiB)\n")
    assert re.search(r"  20 s: 32 packages found, \d+\.\d\d GB loaded and in place; loading torch$", told.line(20))
    told.read("Prepared 32 packages in 41s\n")
    assert told.line(60).endswith("; installing 32 packages")
