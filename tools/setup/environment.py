"""The virtual environment: where its parts lie, whether it works, and how it is made."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.setup import NEWEST, OLDEST, first_pip
from tools.setup.errors import SetupError
from tools.setup.machine import apt


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder that holds, or will hold, a virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def packages(self) -> Path | None:
        """The folder of its installed packages, once there is one."""
        pattern = "Lib/site-packages" if os.name == "nt" else "lib/python3*/site-packages"
        return next(self.folder.glob(pattern), None)

    @property
    def version(self) -> tuple[int, ...]:
        """The Python version that it was made with; empty where nothing says so."""
        config = self.folder / "pyvenv.cfg"
        found = re.search(r"(?m)^version\S* *= *([\d.]+)", config.read_text()) if config.exists() else None
        return tuple(int(part) for part in found[1].strip(".").split(".")) if found else ()

    def works(self) -> bool:
        """Say whether it can be used as it is: its Python is still there and one of ours, and it has pip."""
        packages = self.packages
        return (
            self.python.exists()
            and OLDEST <= self.version[:2] <= NEWEST
            and packages is not None
            and any(packages.glob("pip-*.dist-info/RECORD"))
        )

    def make(self) -> None:
        """Make it, anew where a broken one lies; never over a folder that is something else."""
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / "pyvenv.cfg").exists():
            raise SetupError(
                f"{self.folder} is there and is no virtual environment. Move it away, or name another: make run VENV=…"
            )
        trouble = self._try_to_make()
        if "ensurepip" in trouble:
            trouble = self._make_without_ensurepip()
        if trouble:
            raise SetupError(f"The environment {self.folder} could not be made: {trouble}")

    def drop_halves(self) -> None:
        """Forget packages whose installation was cut off, so that pip installs them again."""
        for info in self.packages.glob("*.dist-info") if self.packages else ():
            if not (info / "RECORD").exists():
                shutil.rmtree(info)

    def _make_without_ensurepip(self) -> str:
        """Debian and its family keep ensurepip in a package of its own, which an ordinary user can't install."""
        if apt.is_usable() and apt.install(f"python{sys.version_info.major}.{sys.version_info.minor}-venv"):
            return self._try_to_make()
        print("  this Python has no ensurepip: pip is fetched by itself", flush=True)
        if trouble := self._try_to_make("--without-pip"):
            return trouble
        try:
            first_pip.install(self.python)
        except SetupError as error:
            return f"{error} On Debian and Ubuntu, `sudo apt install python3-venv` brings what is missing."
        return ""

    def _try_to_make(self, *options: str) -> str:
        command = [sys.executable, "-m", "venv", "--clear", *options, str(self.folder)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode == 0:
            return ""
        said = " ".join((made.stdout + made.stderr).split())[-600:]
        return f"{said}. To put it elsewhere: make run VENV=/path/there." if "Errno" in said else said
