"""Settings out of a file: an image that is dropped anywhere fills the form with what made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from gradio.blocks import Block
from gradio.utils import get_upload_folder
from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.errors import BadImage, PlaygroundError
from backend.domain.requests import TABBED
from backend.generation.picture_access import check_upload
from backend.images.metadata.origin import read_origin
from backend.images.watermark.pictures import carries_watermark
from backend.playground import Playground
from backend.prompts.final_words import as_they_are
from backend.restore.found import Restored
from backend.restore.read import read_metadata, read_pasted
from ui.events.options import QUIETLY, How
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.inputs.makers import other_kind
from ui.library.file_report import NOTHING, Reading, origin_lines
from ui.look.sentences import error_card
from ui.look.words import tabless
from ui.serving.caller import caller_of
from ui.serving.uploads import MOST_FILE_BYTES

NO_SETTINGS = (
    "This image carries no settings that are known here: other programs may have taken them out when it was saved."
)
MOST_FILES = 10
"""That are read when several are dropped at once."""
Told = Reading | PlaygroundError
"""What is said of a file, or why it can't be read."""
_BACK = Markup("<p>Settings of {} are back in the form.</p>")
_READ = Markup("<p>Settings of {} were read; drop this file alone to have them in the form.</p>")
_SEVERAL = Markup("<p>Of these files, the settings of the first that has any are in the form.</p>")
_MORE = Markup("<p>The first {} files are read; drop the others by themselves.</p>")
_MOST_NAME = 200
_NO_RECIPE = Markup(
    '<p><b translate="no">{}</b> <span>holds no settings that are known here: bring a picture, or the text or JSON of '
    "a recipe. Prompts, one a line, go into Batch.</span></p>"
)
_ONE = Markup('<section class="of-file"><h4 translate="no">{}</h4>{}</section>')
DROP_ZONE = """
<label class="bring-file">Bring in pictures
<input type="file" accept="image/png,image/jpeg,image/webp,image/avif" multiple></label>
<label class="restore-file">Settings from an image
<input type="file" accept="image/png,image/jpeg,image/webp,image/avif" multiple></label>
<p class="hint" role="status" hidden></p>
<div class="drop-veil" aria-hidden="true">Drop it: then choose what becomes of it</div>
"""


def read_file(playground: Playground, visitor: str, value: object, backend: Backend | None = None) -> Reading:
    """Read what a file says that the visitor uploaded, or was given; with LoRAs that `backend` can use.

    Raises `BadImage` where it says nothing, or wasn't uploaded here; `NotFound` for a file of another visitor's.
    """
    resolved = uploaded(playground, visitor, value.get("path") if isinstance(value, dict) else value)
    if resolved.stat().st_size > MOST_FILE_BYTES:
        raise BadImage(f"The file has more than {MOST_FILE_BYTES // 2**20} MB: settings are read from smaller ones.")
    content = resolved.read_bytes()
    found = Reading(
        read_metadata(content, (backend or playground.choose("auto")).refuses_lora),
        read_origin(content, playground.checker.read),
        watermark=carries_watermark(content),
    )
    if found == NOTHING:
        raise BadImage(NO_SETTINGS)
    return found


def uploaded(playground: Playground, visitor: str, path: object) -> Path:
    """Return where an upload of the visitor's lies; raise `BadImage` or `NotFound` for any other file."""
    resolved = Path(str(path)).resolve()
    if not resolved.is_relative_to(Path(get_upload_folder()).resolve()) or not resolved.is_file():
        raise BadImage("The image isn't a file that was uploaded here: upload it first.")
    check_upload(playground, visitor, resolved)
    return resolved


def _files(sent: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return the dropped files' names with where each lies."""
    listed = sent.get("files")
    files = [file for file in listed if isinstance(file, dict)] if isinstance(listed, list) else [sent]
    return [(str(file.get("name") or ""), file.get("path")) for file in files]


@dataclass(frozen=True, slots=True)
class Restoring:
    """Answers a dropped file."""

    playground: Playground
    filling: Filling
    note: gr.HTML
    drop: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Wire a dropped file, and settings that were pasted as a text."""
        how: How = {"inputs_kwargs": wires.only("backend"), "queue": False, **QUIETLY}
        for event, answer in ((self.drop.dropped, self.dropped), (self.drop.pasted, self.pasted)):
            wires.fill_after(event(answer, None, self.outputs(), **how))

    def outputs(self) -> list[Block]:
        """Return what a restored file changes."""
        return [*self.filling.outputs(), self.note]

    def dropped(self, event: gr.EventData, request: gr.Request, backend: object = None) -> Updates:
        """Fill the form from a file and say what of it meant nothing here; without a prompt of its own, yours stays.

        Of several files the first that has settings fills the form, and each has a note of its own.
        """
        visitor = caller_of(self.playground, request).visitor
        names = _files(data_of(event))
        told = [(name, self._read(visitor, path, backend)) for name, path in names[:MOST_FILES]]
        settings = next((found.settings for _, found in told if isinstance(found, Reading) and found.settings), None)
        other = self._other_kind(settings) if settings else Markup("")
        note: Updates = {self.note: gr.update(value=str(notes_of(told, len(names)) + other), visible=True)}
        if settings is None:
            return note
        updates = self._filled(settings)
        if "prompt" not in settings.recipe:
            updates.pop(self.filling.controls["prompt"], None)
        return {**updates, **note}

    def _read(self, visitor: str, path: object, backend: object) -> Told:
        try:
            return read_file(self.playground, visitor, path, self._backend(backend))
        except PlaygroundError as error:
            return error

    def pasted(self, event: gr.EventData, backend: object = None) -> Updates:
        """Fill the form from settings that stand in the prompt as a text, or in a text file; words stay as they are."""
        text, named = data_of(event).get("text"), data_of(event).get("name")
        found = read_pasted(text, self._backend(backend).refuses_lora) if isinstance(text, str) else None
        if found:
            return self._filled(found)
        said = _NO_RECIPE.format(str(named)[:_MOST_NAME]) if named else None
        return {self.note: gr.update(value=str(said), visible=True) if said else gr.skip()}

    def _filled(self, found: Restored) -> Updates:
        updates = self.filling.from_recipe(as_they_are(found.recipe), found.backend)
        note = restored_note(found) + self._other_kind(found)
        return {**updates, self.note: gr.update(value=str(note), visible=True)}

    def _other_kind(self, found: Restored) -> Markup:
        """Say where the settings are those of another kind of model than draws where they will run."""
        said = other_kind(self._backend(found.backend), found.model, found.profile, found.told)
        return Markup("<p>{}</p>").format(said) if said else Markup("")

    def _backend(self, name: object) -> Backend:
        known = self.playground.backends
        return self.playground.choose(name if isinstance(name, str) and name in known else "auto")


def notes_of(told: Sequence[tuple[str, Told]], dropped: int) -> Markup:
    """Return what is said of the files: of one a note, of several a note each, under its name.

    `dropped` is how many there were; not all of them may have been read.
    """
    if dropped == 1:
        return _note(told[0][1])
    filled = next((at for at, (_, found) in enumerate(told) if isinstance(found, Reading) and found.settings), None)
    said = _SEVERAL if filled is not None else Markup("")
    more = _MORE.format(MOST_FILES) if dropped > len(told) else Markup("")
    each = (_ONE.format(name, _note(found, filled in (None, at))) for at, (name, found) in enumerate(told))
    return said + Markup("").join(each) + more


def _note(found: Told, is_in_the_form: bool = True) -> Markup:
    return read_note(found, is_in_the_form) if isinstance(found, Reading) else error_card(found, bills=None)


def read_note(found: Reading, is_in_the_form: bool = True) -> Markup:
    """Return what came back into the form, or was only read, and what the file says of its origin."""
    settings = (
        restored_note(found.settings, is_in_the_form) if found.settings else Markup("<p>{}</p>").format(NO_SETTINGS)
    )
    return settings + Markup("").join(Markup("<p>{}</p>").format(line) for line in origin_lines(found))


def restored_note(found: Restored, is_in_the_form: bool = True) -> Markup:
    """Return whose settings came back, and each that was left out with its reason."""
    rows = Markup("").join(
        Markup("<li><b>{}</b> {} <span>{}</span></li>").format(left.name, left.value, left.why)
        for left in found.dropped
    )
    said = (_BACK if is_in_the_form else _READ).format(found.source)
    if is_in_the_form and (missing := tabless(found.recipe.get("mode", TABBED[0]))):
        said += Markup("<p>{}</p>").format(missing)
    if not rows:
        return said
    return said + Markup("<details><summary>{} left out</summary><ul>{}</ul></details>").format(
        len(found.dropped), rows
    )
