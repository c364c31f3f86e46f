"""What an image file says, as sentences and as JSON: the settings that it carries, and of its origin."""

from dataclasses import asdict, dataclass

from backend.images.metadata.origin import Origin
from backend.restore.found import Restored
from backend.restore.own import OURS
from ui.library.credentials_report import TYPES, credentials_lines

_UNMARKED = "It doesn't say that a model made it: it is older than such marks, or they were switched off, or taken out."
_WATERMARK = "Its pixels carry the watermark of a Z-Image Playground: a model made or edited it."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: the settings that it carries, and of its origin."""

    settings: Restored | None
    origin: Origin | None
    watermark: bool = False
    """Whether its pixels carry the playground's watermark."""


NOTHING = Reading(None, None)


def origin_lines(found: Reading) -> list[str]:
    """Return what a file says of its origin, in sentences; none where it says nothing and isn't ours."""
    origin = found.origin
    lines = [_type_line(origin)] if origin and origin.source_type else []
    if found.watermark:
        lines.append(_WATERMARK)
    if not lines and found.settings and found.settings.source == OURS:
        lines.append(_UNMARKED)
    if origin and origin.credentials:
        lines += credentials_lines(origin.credentials, told=origin.source_type or "")
    return lines


def _type_line(origin: Origin) -> str:
    said = TYPES.get(origin.term or "")
    term = origin.term or origin.source_type
    return f"It says that it was {said} (IPTC: {term})." if said else f"It says of its origin (IPTC): {term}."


def reading_json(found: Reading) -> dict[str, object]:
    """Return it as `/read_metadata` answers; a file without settings has no source and an empty request."""
    settings = found.settings
    left_out = settings.dropped if settings else ()
    return {
        "source": settings.source if settings else None,
        "request": settings.recipe if settings else {},
        "dropped": [{"name": left.name, "value": left.value, "why": left.why} for left in left_out],
        "origin": _origin_json(found, origin_lines(found)) if found.origin or found.watermark else None,
    }


def _origin_json(found: Reading, lines: list[str]) -> dict[str, object]:
    origin = found.origin
    credentials = origin.credentials if origin else None
    return {
        "digital_source_type": origin.source_type if origin else None,
        "content_credentials": credentials.standing if credentials else None,
        "credentials": asdict(credentials) if credentials else None,
        "watermark": "found" if found.watermark else None,
        "says": " ".join(lines),
    }
