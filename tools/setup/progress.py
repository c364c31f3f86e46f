"""What pip prints and writes, condensed to a calm line every few seconds."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.setup.builds import Build
from tools.setup.machine import disk
from tools.setup.machine.disk import GB

RESOLVED = re.compile(r"Resolved (\d+) packages?")  # uv's word
FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (\S+)")


@dataclass(slots=True)
class Progress:
    """How far pip is: what it is at, from its lines; how much there is, from the folders that it fills.

    The sizes are those on the disk, since pip names a file's size when its download begins and then is silent.
    """

    build: Build
    folder: Path
    downloads: Path
    free: int | None = None
    """Bytes that the disk had free before uv, which links what it loads from a store of its own; None for pip."""
    found: int = 0
    now: str = "looking up what there is"

    def read(self, line: str) -> None:
        """Take one line of pip's in."""
        if match := FETCHED.match(line):
            self.now = "loading " + match[1].rpartition("/")[2].partition("-")[0]
        elif line.startswith(("Collecting ", "Processing ")):
            self.found += 1
        elif line.startswith("Installing collected packages:"):
            self.now = f"installing {line.count(',') + 1} packages"
        elif "Building wheel for" in line:
            self.now = line.strip().partition(" (")[0].lower()
        elif match := RESOLVED.match(line):
            self.found = int(match[1])
        elif line.startswith("Prepared "):
            self.now = f"installing {self.found} packages"

    def line(self, seconds: float) -> str:
        """Say how far it is."""
        if self.free is not None:
            written = max(0, self.free - shutil.disk_usage(self.folder).free)
            found = f"{self.found} packages found, {written / GB:.2f} GB loaded and in place"
            return f"  {seconds:4.0f} s: {found}; {self.now}"
        loaded = disk.size(self.downloads)
        installed = disk.size(self.folder) - loaded
        return (
            f"  {seconds:4.0f} s: {self.found} packages found, {loaded / GB:.2f} GB loaded, "
            f"{installed / GB:.2f} of about {self.build.disk_gb:.1f} GB in place; {self.now}"
        )
