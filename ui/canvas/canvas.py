"""The easel: one picture for all modes, the mask over it, and the frame of outpaint; a canvas of our own.

Gradio's own editors upload the whole picture again at every event of the page; this one uploads it once.
"""

from pathlib import Path
from string import Template

import gradio as gr

from ui.events.options import on_load
from ui.serving.uploads import MOST_FILE_BYTES

_HERE = Path(__file__).parent
_MB = 2**20


def easel() -> gr.HTML:
    """Return the easel, to be rendered where it belongs.

    Its value is None or `{image, width, height}`: the uploaded file and its size in pixels.
    """
    template = Template((_HERE / "canvas.html").read_text(encoding="utf-8"))
    return gr.HTML(
        None,
        html_template=template.substitute(most=MOST_FILE_BYTES // _MB),
        js_on_load=on_load("easel"),
        apply_default_css=False,
        elem_id="easel",
        render=False,
    )


def picture_of(value: object) -> object:
    """Return the uploaded file in the easel's value, or None."""
    return value.get("image") if isinstance(value, dict) else None


def sheet(path: Path, address: str) -> dict[str, object]:
    """Return a file of Gradio's cache as the easel's value; the browser finds out its size."""
    file = {"path": str(path), "url": address, "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
    return {"image": file}
