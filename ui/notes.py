"""What the chosen backend wants said: where pictures go, what is unverified, what it leaves out."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from backend.capabilities import Capabilities
from backend.requests import Mode
from ui import words
from ui.form import SHARED


def note_html(capabilities: Capabilities, changed: Sequence[str] = ()) -> str:
    """Return the note under the settings; `changed` are sentences on what was just fitted to the backend."""
    lines = Markup("").join(Markup("<li>{}</li>").format(line) for line in changed)
    lacking = Markup("").join(
        Markup("<li><b>{}</b> {}</li>").format(SHARED[name].title, reason)
        for name, reason in capabilities.lacks.items()
        if name in SHARED
    )
    if lacking:
        lacking = Markup("<details><summary>What this backend leaves out</summary><ul>{}</ul></details>").format(
            lacking
        )
    fitted = Markup('<ul class="changed">{}</ul>').format(lines) if lines else Markup("")
    return str(fitted + _said(capabilities.notes) + lacking)


def _said(notes: Mapping[Mode, str]) -> Markup:
    """Return each note once, after the modes that it is about."""
    modes: dict[str, list[str]] = {}
    for mode, text in notes.items():
        modes.setdefault(text, []).append(words.MODE_LABELS[mode])
    paragraphs = (
        Markup('<p class="told"><b>{}:</b> {}</p>').format(", ".join(names), text) for text, names in modes.items()
    )
    return Markup("").join(paragraphs)
