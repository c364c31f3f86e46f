"""The fold in which a batch is put together: prompts, pictures and what becomes of each, and its two buttons."""

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import NotReady
from backend.domain.requests import LANCZOS
from backend.experiments.batch import MOST_BYTES
from backend.playground import Playground
from ui.events.options import on_load
from ui.runs.sheets.upscale import FACTORS, enlarger

NAME = "batch_pictures"
"""The name of the pictures' value in an event."""
TITLE = "Batch"
_IMAGES = "image/png,image/jpeg,image/webp,image/avif"
_FILE = Markup(
    '<p class="hint">A prompt a line, or pictures, or both: each prompt for each picture. All other settings are the '
    "form's. Empty lines and lines that begin with # are left out.</p>"
    '<div class="batch-files"><label class="file"><span>Choose a text file</span> '
    '<input type="file" data-brings="text" accept=".txt,text/plain"></label>'
    '<label class="file"><span>Choose pictures</span> <input type="file" data-brings="pictures" multiple '
    'accept="{images}"></label><label class="file"><span>Choose a folder</span> <input type="file" '
    'data-brings="folder" webkitdirectory></label></div>'
    '<p class="hint over" role="alert" hidden>This file is no text in UTF-8, or too large: '
    "save it as UTF-8 with fewer lines.</p>"
    '<div class="batch-pictures" hidden><p class="hint" role="status"></p><p class="batch-names" translate="no"></p>'
    "<label>With each <select data-way>{ways}</select></label>{upscalers}"
    '<button type="button" class="small" data-remove>Remove the pictures</button></div>'
)
_UPSCALERS = Markup('<label data-of="upscale" hidden>Upscaler <select data-upscaler translate="no">{}</select></label>')
_OPTION = Markup('<option value="{}">{}</option>')


@dataclass(frozen=True, slots=True)
class BatchArea:
    """The components of the fold; the value of `file` is what `Pictures.of` reads."""

    file: gr.HTML
    lines: gr.Textbox
    said: gr.HTML
    draw: gr.Button


def batch_area(playground: Playground) -> BatchArea:
    """Lay out the fold."""
    with gr.Accordion(TITLE, open=False, elem_classes=["fold"], elem_id="batch"):
        file = gr.HTML(
            None,
            html_template=str(_files(playground)),
            js_on_load=on_load("batch", "priced"),
            apply_default_css=False,
            elem_id="batch-file",
            most=MOST_BYTES,
        )
        lines = gr.Textbox(label="One prompt a line", lines=4, max_lines=12, elem_id="batch-lines")
        said = gr.HTML("", elem_id="batch-said", apply_default_css=False)
        draw = gr.Button("Draw all", size="sm", interactive=False, elem_id="batch-draw")
    return BatchArea(file, lines, said, draw)


def _files(playground: Playground) -> Markup:
    names = _upscalers(playground)
    chooser = _UPSCALERS.format(Markup("").join(_OPTION.format(name, name) for name in names))
    ways = Markup("").join(_OPTION.format(*each) for each in _ways(any_upscales=bool(names)))
    return _FILE.format(images=_IMAGES, ways=ways, upscalers=chooser if len(names) > 1 else "")


def _ways(*, any_upscales: bool) -> Iterator[tuple[str, str]]:
    yield "image_to_image", "Image to image"
    if any_upscales:
        yield from ((f"upscale {factor:g}", f"Upscale {factor:g}×") for factor in FACTORS)


def _upscalers(playground: Playground) -> tuple[str, ...]:
    try:
        can = enlarger(playground, playground.default).capabilities
    except NotReady:
        return ()
    return tuple(map(str, can.choices.get("upscaler", (LANCZOS,))))
