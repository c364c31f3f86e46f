"""Whether this machine has an NVIDIA GPU, and how old its driver is."""

import re
import shutil
import subprocess
from pathlib import Path

OLDEST_DRIVER = 580  # the ordinary builds of torch are made for CUDA 13, which needs this driver or a newer one


def is_seen(root: Path = Path("/")) -> bool:
    """Look for the driver's files only, since every start asks."""
    return (root / "proc/driver/nvidia/version").exists() or any((root / "dev").glob("nvidia[0-9]*"))


def is_present(root: Path = Path("/")) -> bool:
    """Ask the driver's own tool as well, for systems such as WSL that show no such files."""
    return is_seen(root) or _listed_by_tool()


def driver_version(root: Path = Path("/")) -> int | None:
    """Read the driver's main version, or None where it isn't told."""
    try:
        text = (root / "proc/driver/nvidia/version").read_text()
    except OSError:
        return None
    found = re.search(r"\s(\d{3,4})\.\d+", text)
    return int(found[1]) if found else None


def _listed_by_tool() -> bool:
    if shutil.which("nvidia-smi") is None:
        return False
    try:
        reply = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return reply.returncode == 0 and "GPU " in reply.stdout
