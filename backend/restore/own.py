"""Our own files: the request that stands in them, exactly."""

from dataclasses import replace
from typing import Any

from backend.domain.errors import InvalidRequest
from backend.domain.recipes import check_recipe
from backend.domain.records import DREW, KIND
from backend.images.metadata.request_text import KEY
from backend.restore.carried import Carried
from backend.restore.fit import MOST_NAME, fit
from backend.restore.found import Dropped, Found, Restored
from backend.restore.reasons import NO_PICTURES

OURS = "Z-Image Playground"


def read_own(carried: Carried) -> Restored | None:
    """Return the request that our own file carries, or None where the file is none of ours."""
    for name in (KEY, "ImageDescription"):
        own = carried.json(name)
        own = own.get(KEY) if isinstance(own, dict) else None
        if isinstance(own, dict) and isinstance(own.get("request"), dict):
            found = _checked_own(own["request"], own.get("backend"))
            found = replace(found, model=_name(own.get(DREW)), profile=_name(own.get(KIND)))
            return replace(found, dropped=(*found.dropped, *_further_controls(own.get("controls"))))
    return None


def _name(text: Any) -> str | None:
    """Return a name out of a file, which anybody may have written, or None."""
    return text[:MOST_NAME] if isinstance(text, str) else None


def _further_controls(count: Any) -> tuple[Dropped, ...]:
    """Say that a file carries no pictures; those of its further controls would be missed by nobody else."""
    return (Dropped("controls", str(count), NO_PICTURES),) if isinstance(count, int) and count > 0 else ()


def _checked_own(recipe: dict[str, Any], backend: Any) -> Restored:
    name = backend if isinstance(backend, str) else None
    try:
        return Restored(OURS, check_recipe(recipe), backend=name)
    except InvalidRequest:
        # Of another version, or changed by hand: what still fits is taken over field by field.
        restored = fit(Found(OURS, dict(recipe)))
        return Restored(OURS, restored.recipe, restored.dropped, name)
