"""Upscale: a result made larger, by its reference; it runs and shows as every run."""

from collections.abc import Mapping

from pydantic import ValidationError

from backend.domain.caller import Caller
from backend.domain.errors import from_validation
from backend.domain.parts import RANDOM_SEED
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.generation.generate import prepare
from backend.generation.prepared import Prepared
from backend.playground import Playground
from ui.runs.sheets.upscale import CHOSEN, enlargement, enlarger


def enlargement_asked(
    playground: Playground, run: Run, image: RunImage, given: Mapping[str, str], caller: Caller
) -> Prepared:
    """Return the run that makes an image larger as its sheet says, by a seed to be drawn where that is left blank.

    Raises `InvalidRequest` or `NotReady`.
    """
    backend = enlarger(playground, run.backend)
    wanted: dict[str, object] = {name: given[name] for name in CHOSEN if name in given}
    if not given.get("seed", "unsaid").strip():
        wanted["seed"] = RANDOM_SEED
    try:
        request = parse_request(enlargement(run, image, **wanted))
    except ValidationError as error:
        raise from_validation(error) from error
    asked = prepare(backend, caller, request)
    return Prepared(backend, (asked,), checked=asked)
