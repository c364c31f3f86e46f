"""The ranges and numbers that the page's scripts need, handed over so that none is written there a second time."""

from typing import Any

from backend.domain.parts import MOST_SIDE
from backend.domain.requests import TABBED
from ui.inputs.cells import FIRST, OTHERS
from ui.library.brought.files import MOST_BROUGHT
from ui.library.from_file import MOST_FILES
from ui.modes.outpaint import STEP
from ui.serving.uploads import MOST_FILE_BYTES


def limits() -> dict[str, Any]:
    """Return the modes in order, bytes of an upload, first choices, files at once, an outpaint's pixels a side."""
    return {
        "modes": list(TABBED),
        "upload_bytes": MOST_FILE_BYTES,
        "first": {name: list(choices) for name, choices in FIRST.items()},
        "others": OTHERS,
        "read_files": MOST_FILES,
        "brought": MOST_BROUGHT,
        "outpaint": {"most": MOST_SIDE, "grid": STEP},
    }
