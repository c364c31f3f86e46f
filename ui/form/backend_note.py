"""What the chosen backend wants said: where pictures go, what is unverified, what it leaves out."""

from collections.abc import Sequence

from markupsafe import Markup

from backend.domain.capabilities import Capabilities
from backend.domain.requests import MODE_LABELS, REQUEST_TYPES, Mode


def note_html(capabilities: Capabilities, changed: Sequence[str] = ()) -> str:
    """Return the note under the settings; `changed` are sentences on what was just fitted to the backend."""
    lines = Markup("").join(Markup("<li>{}</li>").format(line) for line in changed)
    fields = {name: info for mode in capabilities.modes for name, info in REQUEST_TYPES[mode].model_fields.items()}
    lacking = Markup("").join(
        Markup("<li><b>{}</b> {}</li>").format(fields[name].title, reason)
        for name, reason in capabilities.lacks.items()
        if name in fields
    )
    if lacking:
        lacking = Markup("<details><summary>What this backend leaves out</summary><ul>{}</ul></details>").format(
            lacking
        )
    fitted = Markup('<ul class="changed">{}</ul>').format(lines) if lines else Markup("")
    return str(fitted + _said(capabilities) + lacking)


def _said(capabilities: Capabilities) -> Markup:
    """Return each note once, after the modes that it is about; one about all of them needs no names."""
    modes: dict[str, list[Mode]] = {}
    for mode, text in capabilities.notes.items():
        modes.setdefault(text, []).append(mode)
    paragraphs = (
        Markup('<p class="told">{}{}</p>').format(_names(about, capabilities), text) for text, about in modes.items()
    )
    return Markup("").join(paragraphs)


def _names(modes: Sequence[Mode], capabilities: Capabilities) -> Markup:
    if set(capabilities.modes) <= set(modes):
        return Markup("")
    return Markup("<b>{}:</b> ").format(", ".join(MODE_LABELS[mode] for mode in modes))
