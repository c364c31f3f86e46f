"""The easel: one picture for all modes, the mask over it, and the frame of outpaint; a canvas of our own.

Gradio's own editors upload the whole picture again at every event of the page; this one uploads it once.
"""

from pathlib import Path
from typing import Any

import gradio as gr

_HERE = Path(__file__).parent
_SCRIPTS = ("kept_pictures.js", "canvas.js", "mask.js", "mask_edge.js", "memory.js")
"""One program: the third draws the mask, the fourth shows it as growing and feathering make it, the last keeps all."""


def easel() -> gr.HTML:
    """Lay out the easel; its value is None or `{image, width, height}`: the uploaded file and its size in pixels."""
    return gr.HTML(
        None,
        html_template=(_HERE / "canvas.html").read_text(encoding="utf-8"),
        js_on_load="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
        apply_default_css=False,
        elem_id="easel",
    )


def picture_of(value: Any) -> Any:
    """Return the uploaded file in the easel's value, or None."""
    return value.get("image") if isinstance(value, dict) else None


def sheet(path: Path, address: str) -> dict[str, Any]:
    """Return a file of Gradio's cache as the easel's value; the browser finds out its size."""
    file = {"path": str(path), "url": address, "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
    return {"image": file}
