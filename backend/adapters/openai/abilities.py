"""What a server can do, by what it answered, as the form and the generation see it."""

from collections.abc import Mapping

from backend.adapters.openai.looking import Known
from backend.adapters.openai.mapping import SPREAD, TAKES
from backend.adapters.openai.pictures import DEFAULT_SIZE
from backend.domain.capabilities import Capabilities, Size
from backend.domain.requests import Mode

SIDES = ((512, 512), (768, 768), (1024, 1024), (1024, 768), (768, 1024), (1536, 1024), (1024, 1536), (2048, 2048))
SIZES = tuple(Size(*sides) for sides in SIDES)
_SENT = "Your image is sent to {label}, without its metadata; Stop orders no more, and what was ordered is billed."
NOTES: Mapping[Mode, str] = {
    "image_to_image": _SENT,
    "inpaint": f"{_SENT} What the mask keeps is put back here, to the pixel, whatever comes.",
}


def capabilities(label: str, known: Known, refused: frozenset[str]) -> Capabilities:
    """Return the capabilities of the server that is called so; `refused` are fields that it said it doesn't have."""
    from_words: tuple[Mode, ...] = ("text_to_image",) if known.generations or not known.edits else ()
    from_pictures: tuple[Mode, ...] = ("image_to_image", "inpaint") if known.edits else ()
    return Capabilities(
        modes=(*from_words, *from_pictures),
        default_size=DEFAULT_SIZE,
        sizes=SIZES,
        takes=TAKES,
        reasons={SPREAD[name]: f"{label} has said that it doesn't take this." for name in refused if name in SPREAD},
        notes={mode: note.format(label=label) for mode, note in NOTES.items()},
        maker=label,
    )
