"""What this machine has, found without importing torch, which takes seconds."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal

_GPU = re.compile(r"(?P<name>.+), (?P<mebibytes>\d+), (?P<capability>\d+\.\d+)")
NEEDED = ("torch", "diffusers", "transformers", "accelerate")


@dataclass(frozen=True, slots=True)
class Machine:
    """The device that will draw, its name, and its memory in bytes (of the GPU, or the machine's own).

    `capability` is an NVIDIA GPU's compute capability, such as 9.0 for Hopper; 0 on other devices.
    """

    device: Literal["cuda", "mps", "cpu"]
    name: str
    memory: int
    capability: float = 0.0

    @property
    def accelerated(self) -> bool:
        """Whether a GPU does the drawing."""
        return self.device != "cpu"


def look() -> Machine:
    """Look for an NVIDIA GPU, then for Apple's; else it is the CPU."""
    gpu = _nvidia()
    if gpu:
        return gpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return Machine("mps", "Apple GPU", memory)
    return Machine("cpu", "CPU", memory)


def lacking() -> tuple[str, ...]:
    """Name the libraries of the local engine that aren't installed."""
    return tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)


def _nvidia() -> Machine | None:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    query = [tool, "--query-gpu=name,memory.total,compute_cap", "--format=csv,noheader,nounits"]
    try:
        reply = subprocess.run(query, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _GPU.match(reply.stdout)
    if reply.returncode or found is None:
        return None
    return Machine("cuda", found["name"], int(found["mebibytes"]) * 2**20, float(found["capability"]))
