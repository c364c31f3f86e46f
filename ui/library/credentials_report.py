"""What a file's Content Credentials say, in sentences."""

from collections.abc import Iterator, Mapping

from backend.images.metadata.credentials import Credentials, Ingredient, Standing
from backend.images.metadata.origin import term_of

TYPES = {
    "trainedAlgorithmicMedia": "made by generative AI",
    "compositeWithTrainedAlgorithmicMedia": "edited by generative AI",
    "compositeSynthetic": "put together of parts, at least one of them made by generative AI",
    "algorithmicMedia": "made by a program without AI",
    "algorithmicallyEnhanced": "corrected or enlarged by a program",
    "digitalCapture": "taken with a camera",
    "computationalCapture": "taken with a camera that joins several shots",
    "humanEdits": "edited by a person",
    "digitalCreation": "made by a person with a program",
    "screenCapture": "taken of a screen",
}
"""IPTC's digital source types that pictures mostly have, in words."""
_STANDINGS: Mapping[Standing, str] = {
    "trusted": "Its Content Credentials (C2PA) hold: “{issuer}” signed it, and nothing was changed since.",
    "unknown issuer": (
        "Its Content Credentials (C2PA) hold: nothing was changed since it was signed. Who signed it is not known "
        "here; they name “{issuer}”, as anybody could."
    ),
    "broken": "Its Content Credentials (C2PA) do not hold: it was changed after it was signed (they name “{issuer}”).",
    "invalid": (
        "Its Content Credentials (C2PA) do not hold: the certificate that signed it (they name “{issuer}”) has ended, "
        "or was not made for this."
    ),
    "unreadable": "It carries Content Credentials (C2PA) that can't be read: they are damaged, or take too long.",
    "not checked": (
        "It carries Content Credentials (C2PA), which can't be checked here: the server has no library for it."
    ),
}
_NOBODY = "nobody"


def credentials_lines(found: Credentials, *, told: str = "") -> list[str]:
    """Return whether they hold, and where they do, what they say beyond `told`, in sentences."""
    lines = [_STANDINGS[found.standing].format(issuer=found.issuer or _NOBODY)]
    if not found.holds:
        return lines
    lines += _claims(found, term_of(told) or told)
    lines += map(_ingredient_line, found.ingredients)
    return [*lines, f"And of {found.more} more."] if found.more else lines


def _claims(found: Credentials, told: str) -> Iterator[str]:
    for name in (term_of(each) or each for each in found.source_types):
        said = TYPES.get(name)
        if name != told:
            yield f"They say that it was {said} (IPTC: {name})." if said else f"They say of its origin (IPTC): {name}."
    if found.generator:
        yield f"They name the program “{found.generator}”."


def _ingredient_line(found: Ingredient) -> str:
    title, issuer = found.title or "a picture", found.issuer or _NOBODY
    if not found.signed:
        return f"It was made of “{title}”, which had no Content Credentials."
    if not found.holds:
        return f"It was made of “{title}”, whose own Content Credentials did not hold (they name “{issuer}”)."
    return f"It was made of “{title}”, whose own Content Credentials held; they name “{issuer}”."
