"""Which builds of torch and torchvision suit this machine, and what they weigh."""

import platform
import re
from dataclasses import dataclass
from pathlib import Path

from tools.setup.machine import address

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
ORDINARY = "ordinary"  # says "the ordinary index" where an index is asked for

OLDEST_MACOS = 14  # of torch 2.14's wheels, looked up 2026-11-30
REMOTE_ALONE = (
    "Providers alone work without torch: python3 -m venv .venv && .venv/bin/pip install -r requirements-remote.txt "
    "-c constraints.txt && .venv/bin/python app.py"
)


@dataclass(frozen=True, slots=True)
class Build:
    """One way to get the matching pair, with the size of the whole environment that follows from it."""

    name: str
    index: str | None
    download_gb: float
    disk_gb: float

    @property
    def label(self) -> str:
        """The local version that PyTorch's indexes give their builds: theirs is `2.14.1+cpu`, the ordinary `2.14.1`."""
        last = (self.index or "").rstrip("/").rpartition("/")[2]
        return last if re.fullmatch(r"cpu|xpu|cu\d+|rocm[\d.]+", last) else ""

    @property
    def size(self) -> str:
        """Both sizes in words."""
        return f"about {self.download_gb:.1f} GB to download, {self.disk_gb:.1f} GB on disk"


# Measured on Linux x86-64 with everything else in requirements-dev.txt.
CPU = Build("PyTorch for the CPU", CPU_INDEX, 0.7, 2.2)
CUDA = Build("PyTorch with CUDA", None, 3.2, 7.0)
# Outside Linux the ordinary builds hold no CUDA.
PLAIN = Build("PyTorch", None, 0.7, 2.2)


def ordinary(system: str = platform.system()) -> Build:
    """The builds that the ordinary index has for this system."""
    return CUDA if system == "Linux" else PLAIN


def choose(torch_index: str, *, gpu: bool, system: str = platform.system()) -> Build:
    """Take the named index; else CPU builds where the ordinary ones would bring CUDA for nothing."""
    if torch_index == ORDINARY:
        return ordinary(system)
    if torch_index and not torch_index.endswith("/cpu"):
        return Build(f"PyTorch from {address.shown(torch_index)}", torch_index, CUDA.download_gb, CUDA.disk_gb)
    if torch_index or (system == "Linux" and not gpu):
        return Build(CPU.name, torch_index or CPU.index, CPU.download_gb, CPU.disk_gb)
    return ordinary(system)


def pinned(constraints: Path, label: str) -> list[str]:
    """Name the pair at the constrained versions, both with the same label, so that they can't be mixed."""
    text = constraints.read_text()
    versions = {name: re.search(rf"(?m)^{name}==([\w.]+)", text) for name in ("torch", "torchvision")}
    return [f"{name}=={found[1]}{label and '+' + label}" for name, found in versions.items() if found]


def lacking(system: str, machine: str, version: str) -> str:
    """Say why there are no builds of torch for this machine, and the way out; nothing where there are some.

    `version` is that of macOS, or of glibc on Linux, and empty where there is another C library.
    """
    if system == "Darwin" and machine == "x86_64":
        return (
            "torch has no builds for Intel Macs any more (on one of Apple's own chips, take a Python that is not "
            f"translated by Rosetta). {REMOTE_ALONE}"
        )
    if system == "Darwin" and int(version.partition(".")[0] or OLDEST_MACOS) < OLDEST_MACOS:
        return f"torch has no builds for macOS {version}, and needs {OLDEST_MACOS} or newer: update it. {REMOTE_ALONE}"
    if system == "Linux" and not version:
        why = "torch has no builds for Linux without glibc, such as Alpine: take Debian, Ubuntu or Fedora."
        return f"{why} {REMOTE_ALONE}"
    return ""


def here() -> tuple[str, str, str]:
    """Return what `lacking` asks for of this machine."""
    libc, version = platform.libc_ver()
    told = platform.mac_ver()[0] if platform.system() == "Darwin" else version if libc == "glibc" else ""
    return platform.system(), platform.machine(), told
