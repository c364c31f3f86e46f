"""torch and torchvision have to be one pair: a CPU torch beside a CUDA torchvision breaks every import of diffusers."""

import re
from pathlib import Path

from tools.setup.errors import SetupError

NAMES = ("torch", "torchvision")


def labels(packages: Path) -> set[str]:
    """The labels (`cpu`, or none) under which the two are installed; an empty set where neither is."""
    found = (info for name in NAMES for info in packages.glob(f"{name}-*.dist-info"))
    return {info.name.removesuffix(".dist-info").partition("+")[2] for info in found}


def device(packages: Path, name: str) -> str:
    """For which device a package was compiled, in its own words: `cu130`, `cpu`, or nothing.

    Raises:
        SetupError: it is not installed.
    """
    try:
        text = (packages / name / "version.py").read_text()
    except OSError:
        raise SetupError(f"{name} is not installed. Run the same command again; if it stays so: make clean") from None
    found = re.search(r"(?m)^__version__ *= *['\"][^'\"+]*\+?([^'\"]*)['\"]", text)
    return found[1] if found else ""


def check(packages: Path) -> None:
    """Refuse a pair of which one half expects CUDA and the other doesn't.

    Raises:
        SetupError: they don't fit, or one is missing.
    """
    torch, vision = (device(packages, name) for name in NAMES)
    if torch.startswith("cu") != vision.startswith("cu"):
        raise SetupError(
            f"torch is built for {torch or 'the CPU'} and torchvision for {vision or 'the CPU'}: they don't fit. "
            "Set up anew: make clean, then the same command again."
        )


def fits(packages: Path | None) -> bool:
    """Say whether both are there and fit each other; somebody may have changed one since setting up."""
    try:
        if packages is not None:
            check(packages)
    except SetupError:
        return False
    return packages is not None
