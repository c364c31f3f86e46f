"""Hours that pass in a moment: files are made older, as they would be by then."""

import os
from pathlib import Path

from backend.images.storage.disk import files_below


def grow_older(folder: Path, seconds: float) -> None:
    """Put the times of every file below a folder back, and those of its folders."""
    for path, stat in files_below(folder):
        os.utime(path, (stat.st_atime - seconds, stat.st_mtime - seconds))
        for above in path.parents:
            if above == folder:
                break
            now = above.stat()
            os.utime(above, (now.st_atime, stat.st_mtime - seconds))
