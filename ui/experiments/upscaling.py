"""A picture made larger, or a result's details drawn again, by its reference; it runs and shows as every run."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import NotFound, from_validation
from backend.domain.parts import RANDOM_SEED
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.generation.generate import prepare
from backend.generation.prepared import Prepared
from backend.images.incoming import sides_of
from backend.playground import Playground
from ui.runs.sheets.detail import detailer, detailing
from ui.runs.sheets.upscale import CHOSEN, Enlarged, enlarger

GONE = "This picture isn't here any more: choose it again."


def enlargement_asked(playground: Playground, enlarged: Enlarged, given: Mapping[str, str], caller: Caller) -> Prepared:
    """Return the run that makes a picture larger as its sheet says, by a seed to be drawn where that is left blank.

    Raises `InvalidRequest` or `NotReady`.
    """
    backend = enlarger(playground, enlarged.backend)
    wanted: dict[str, object] = {name: given[name] for name in CHOSEN if name in given}
    if not given.get("seed", "unsaid").strip():
        wanted["seed"] = RANDOM_SEED
    return _prepared(backend, caller, enlarged.values(**wanted))


def brought(playground: Playground, caller: Caller, sha256: str) -> Enlarged:
    """Return a picture that the sheet was opened for; raise `NotFound` for one of somebody else, or of nobody."""
    if playground.holders.picture(sha256, caller.visitor) != "yours":
        raise NotFound(GONE)
    return Enlarged.picture(sha256, sides_of(playground.files, sha256))


def detailing_asked(
    playground: Playground, run: Run, image: RunImage, given: Mapping[str, str], caller: Caller
) -> Prepared:
    """Return the run that draws an image's faces and hands again, as its sheet says.

    Raises `InvalidRequest` or `NotReady`.
    """
    backend = detailer(playground, run.backend)
    return _prepared(backend, caller, detailing(run, image, backend, given))


def _prepared(backend: Backend, caller: Caller, values: dict[str, Any]) -> Prepared:
    try:
        request = parse_request(values)
    except ValidationError as error:
        raise from_validation(error) from error
    asked = prepare(backend, caller, request)
    return Prepared(backend, (asked,), checked=asked)
