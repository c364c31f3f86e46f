"""The easel: one picture for all modes, the mask over it, and the frame of outpaint; a canvas of our own.

Gradio's own editors upload the whole picture again at every event of the page; this one uploads it once.
"""

import base64
import binascii
from pathlib import Path
from typing import Any

import gradio as gr

from backend.errors import BadImage, InvalidRequest, Problem
from backend.pixels import check_header, open_upright
from backend.runs.files import ImageFiles

MOST_MASK_CHARACTERS = 24 * 2**20
_PNG_URL = "data:image/png;base64,"
_HERE = Path(__file__).parent


def easel() -> gr.HTML:
    """Lay out the easel; its value is None or `{image, width, height}`: the uploaded file and its size in pixels."""
    return gr.HTML(
        None,
        html_template=(_HERE / "easel.html").read_text(encoding="utf-8"),
        js_on_load=(_HERE / "easel.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="easel",
    )


def picture_of(value: Any) -> Any:
    """Return the uploaded file in the easel's value, or None."""
    return value.get("image") if isinstance(value, dict) else None


def take_mask(files: ImageFiles, text: Any) -> str | None:
    """Keep the mask that the browser drew (a PNG as data address) and return its sha256; None where there is none."""
    if not text:
        return None
    if not isinstance(text, str) or not text.startswith(_PNG_URL) or len(text) > MOST_MASK_CHARACTERS:
        raise BadImage("The mask isn't what the page draws: reload the page and draw it again.")
    try:
        content = base64.b64decode(text.removeprefix(_PNG_URL), validate=True)
    except binascii.Error as error:
        raise BadImage("The mask arrived damaged: draw it again.") from error
    sha256 = files.put(content, check_header(content))
    if open_upright(files.path(sha256)).getbbox() is None:
        raise InvalidRequest([Problem("mask", "is empty; draw over the part that is to be painted anew.")])
    return sha256


def sheet(path: Path, address: str) -> dict[str, Any]:
    """Return a file of Gradio's cache as the easel's value; the browser finds out its size."""
    file = {"path": str(path), "url": address, "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
    return {"image": file}
