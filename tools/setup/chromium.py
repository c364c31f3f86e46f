"""The Chromium that the browser tests drive: where it is, and how it comes."""

import os
import shutil
from pathlib import Path

from tools.setup.machine import apt

# The one without a window first: a page takes it two thirds of the computing.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Where macOS keeps it, and where `playwright install chromium` does.
PLACES = (
    (Path("/Applications"), "Google Chrome.app/Contents/MacOS/Google Chrome"),
    (Path("/Applications"), "Chromium.app/Contents/MacOS/Chromium"),
    (Path.home() / ".cache/ms-playwright", "chromium-*/chrome-linux*/chrome"),
    (Path.home() / "Library/Caches/ms-playwright", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"),
)
MISSING = "no Chromium here: set CHROMIUM to one, install one, or run `.venv/bin/playwright install chromium`"


def find_chromium() -> Path | None:
    """Find a Chromium: the one that CHROMIUM names, else the first of the usual ones."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named) if Path(named).exists() else None
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if on_path:
        return Path(on_path)
    return next((found for folder, pattern in PLACES for found in sorted(folder.glob(pattern))), None)


def ensure_chromium() -> Path | None:
    """Find a Chromium, or install one of Debian's where we may."""
    found = find_chromium()
    if found is None and not os.environ.get("CHROMIUM") and apt.is_usable():
        any(map(apt.install, (SHELL, "chromium")))  # the second where the first isn't to be had
        return find_chromium()
    return found
