"""A recipe is a request's JSON with every image optional: a preset, a file's metadata, a shared link."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from backend.errors import from_validation
from backend.requests import IMAGE_FIELDS, Request, parse_request

Recipe = dict[str, JsonValue]

_NO_PROMPT = "--"
_NO_IMAGE = "0" * 64


def check_recipe(values: Mapping[str, Any]) -> Recipe:
    """Return a recipe's values as the request type reads them, without defaults; raise `InvalidRequest` where wrong.

    Images and the prompt may be missing. What stands under an image field is dropped: recipes carry no images.
    """
    mode = values.get("mode", "text_to_image")
    pictures = next((fields for known, fields in IMAGE_FIELDS.items() if known == mode), ())
    given = {name: value for name, value in values.items() if name not in (*pictures, "controls")}
    standing_in: dict[str, Any] = dict.fromkeys(pictures, _NO_IMAGE)
    if mode == "outpaint" and not any(given.get(side) for side in ("left", "right", "top", "bottom")):
        standing_in["right"] = 16
    try:
        request = parse_request({"prompt": _NO_PROMPT, **standing_in, **given, "mode": mode})
    except ValidationError as error:
        raise from_validation(error) from error
    checked: Recipe = request.model_dump(mode="json", exclude_defaults=True, exclude={*standing_in, "controls"})
    checked["mode"] = request.mode
    if "prompt" not in given:
        checked.pop("prompt", None)
    return checked


def with_images(recipe: Mapping[str, Any], images: Mapping[str, str]) -> Request:
    """Return the request of a recipe once its images are there (their sha256 by field name)."""
    try:
        return parse_request({**recipe, **images})
    except ValidationError as error:
        raise from_validation(error) from error
