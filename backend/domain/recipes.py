"""A recipe is a request's JSON with every image optional: a preset, a file's metadata, a shared link."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from backend.domain.errors import from_validation
from backend.domain.requests import IMAGE_FIELDS, MODES, Mode, Request, parse_request

Recipe = dict[str, JsonValue]

CALL_OUTS = frozenset({"webhook_url", "upload_endpoint"})
"""Options that name a server of the visitor's own, often with a secret in its address: never in what others may get."""
_ANY_PROMPT = "prompt"
_ANY_IMAGE = "0" * 64
_SIDES = ("left", "right", "top", "bottom")


def for_others(request: Request) -> Request:
    """Return the request without what is its visitor's alone."""
    options = {name: value for name, value in request.options.items() if name not in CALL_OUTS}
    return request if options == request.options else request.model_copy(update={"options": options})


def check_recipe(values: Mapping[str, Any]) -> Recipe:
    """Return a recipe's values as the request type reads them, without defaults; raise `InvalidRequest` where wrong.

    Images and the prompt may be missing. What stands under an image field is dropped: recipes carry no images.
    """
    mode: Mode = next((known for known in MODES if known == values.get("mode")), "text_to_image")
    left_out = {*IMAGE_FIELDS[mode], "controls"}
    given = {name: value for name, value in values.items() if name not in left_out}
    try:
        request = parse_request(complete(mode, given) | {"mode": values.get("mode", mode)})
    except ValidationError as error:
        raise from_validation(error) from error
    stood_in = {name for name in ("prompt", *_SIDES) if name not in given}
    checked: Recipe = request.model_dump(mode="json", exclude_defaults=True, exclude={*left_out, *stood_in})
    return checked | {"mode": request.mode}


def complete(mode: Mode, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe's values with something standing in for what it may lack: a prompt, images, a side to grow."""
    standing_in: dict[str, Any] = {"prompt": _ANY_PROMPT, **dict.fromkeys(IMAGE_FIELDS[mode], _ANY_IMAGE)}
    completed = {**standing_in, **values}
    if mode == "outpaint" and all(completed.get(side, 0) == 0 for side in _SIDES):
        completed["right"] = 16
    return completed
