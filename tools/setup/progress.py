"""What pip prints, condensed to a calm line every few seconds."""

import re
from dataclasses import dataclass

UNITS = {"bytes": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
FETCHED = re.compile(r"\s*(?:Downloading|Using cached) (\S+) \(([\d.]+) (bytes|kB|MB|GB)\)")


@dataclass(slots=True)
class Progress:
    """How far pip is, read from its lines."""

    found: int = 0
    loaded: float = 0
    now: str = ""

    def read(self, line: str) -> None:
        """Take one line of pip's in."""
        if match := FETCHED.match(line):
            self.loaded += float(match[2]) * UNITS[match[3]]
            self.now = "loading " + match[1].rpartition("/")[2].partition("-")[0]
        elif line.startswith(("Collecting ", "Processing ")):
            self.found += 1
        elif line.startswith("Installing collected packages:"):
            self.now = f"installing {line.count(',') + 1} packages"
        elif "Building wheel for" in line:
            self.now = line.strip().partition(" (")[0].lower()

    def line(self, seconds: float) -> str:
        """Say how far it is."""
        return f"  {seconds:4.0f} s: {self.found} packages found, {self.loaded / 1e9:.2f} GB loaded, {self.now}"
