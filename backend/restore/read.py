"""The settings that an image carries, whoever wrote them: ours exactly, others as far as they mean something here."""

import re
from collections.abc import Mapping

from backend.images.metadata.picture_size import Size, picture_size
from backend.images.metadata.request_text import KEY
from backend.images.metadata.texts import read_texts
from backend.restore.carried import Carried
from backend.restore.fit import RefusesLora, fit, no_lora
from backend.restore.found import Found, Restored
from backend.restore.own import read_own
from backend.restore.readers import readings
from backend.restore.stealth import stealth_text
from backend.restore.tools.infotext import MOST_CHARACTERS, read_infotext

_LIKELY = re.compile(r"\bSteps: ?\d")
_OWN_LINE = re.compile(r"^\s*Steps: ?\d", re.MULTILINE)
_IN_ONE_LINE = re.compile(r"(?<!\n)[ \t]+(Negative prompt:|Steps: ?\d{1,4},)")
"""Where a page lost the line ends of what was copied from it."""


def read_metadata(content: bytes, refuses: RefusesLora = no_lora) -> Restored | None:
    """Return what an image file says of how it was made, or None where it says nothing that is understood.

    Reads PNG, JPEG, WebP and AVIF within fixed bounds; no content makes it raise or take long. Pixels are decoded only
    where nothing else is found and a signature in the alpha channel says that a text lies there. A LoRA of another
    tool's is taken over unless `refuses` says why not.
    """
    carried = Carried.by(read_texts(content))
    own = read_own(carried)
    found = None if own else _found(content, carried)
    return fit(found, refuses) if found else own


def find_settings(content: bytes) -> Found | None:
    """Return another tool's settings as they stand in the file, before they are fitted to what can be done here."""
    return _found(content, Carried.by(read_texts(content)))


def read_pasted(text: str, refuses: RefusesLora = no_lora) -> Restored | None:
    """Return the settings of a text that was written into a prompt, or None where it is nothing but words.

    It may be an infotext, or the JSON that a file of ours carries.
    """
    text = text[:MOST_CHARACTERS]
    if text.lstrip().startswith("{") and KEY in text and (own := read_own(Carried({KEY: text}))):
        return own
    if not _LIKELY.search(text):
        return None
    found = read_infotext(text if _OWN_LINE.search(text) else _IN_ONE_LINE.sub(r"\n\1", text))
    return fit(found, refuses) if found and _says_something(found) else None


def restore(texts: Mapping[str, str], refuses: RefusesLora = no_lora) -> Restored | None:
    """Read the texts of a file by keyword; ours come first, then the tools in the order of how sure their signs are."""
    carried = Carried.by(texts)
    own = read_own(carried)
    found = None if own else _of_texts(carried, None)
    return fit(found, refuses) if found else own


def _found(content: bytes, carried: Carried) -> Found | None:
    size = picture_size(content)
    found = _of_texts(carried, size)
    if found is None and (hidden := stealth_text(content)):
        found = _of_texts(Carried({"UserComment": hidden}), size)
    return found


def _of_texts(carried: Carried, size: Size | None) -> Found | None:
    """Return the first reading that says something; the file's own size counts where a tool says that it drew so."""
    found = next((found for found in readings(carried) if found and _says_something(found)), None)
    if found and found.size_is_the_files and size:
        found.values |= {"width": size[0], "height": size[1]}
    return found


def _says_something(found: Found) -> bool:
    return any(found.values.get(name) not in (None, "") for name in ("prompt", "seed", "steps"))
