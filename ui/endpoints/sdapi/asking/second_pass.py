"""A1111's high-resolution fix: `enable_hr` and the fields beside it."""

from backend.domain.capabilities import Capabilities
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import LANCZOS
from ui.endpoints.sdapi.asking.body import Txt2Img
from ui.endpoints.sdapi.asking.pictures import Values

_UNUSED = ("hr_checkpoint_name", "hr_sampler_name", "hr_scheduler", "hr_prompt", "hr_negative_prompt")
_AS_BEFORE = ("", "use same checkpoint", "use same sampler", "use same scheduler")
"""What clients send of these for as in the first pass, in lower case."""
_NO_FILE = ("", "none", "lanczos")
"""Where A1111 names no upscaler's file and resizes by Lanczos, as is done here."""

CUTS_NOTHING = (
    "`hr_resize_x` and `hr_resize_y` have another shape than the picture: it is {:g} times as large, and uncut."
)


def second_pass(body: Txt2Img, can: Capabilities, size: tuple[int, int]) -> tuple[Values, list[str]]:
    """Return the fields of a second pass over a picture of `size` (pixels), and sentences on what isn't as sent.

    Raises `InvalidRequest` where the backend makes none.
    """
    if not can.can_take("hires_scale"):
        why = can.lacks.get("hires_scale", "isn't done by this backend.")
        raise InvalidRequest([Problem("enable_hr", f"asks for a second pass. {why}")])
    scale, shaped = _scale(body, size)
    values: Values = {"hires_scale": scale, "hires_steps": body.hr_second_pass_steps}
    if body.denoising_strength is not None:
        values["hires_strength"] = body.denoising_strength
    upscaler, notes = _upscaler(body.hr_upscaler, can)
    notes += shaped
    notes += [f"`{name}` has no effect here: both passes are drawn alike." for name in _UNUSED if _is_other(body, name)]
    return values | {"hires_method": upscaler}, notes


def _scale(body: Txt2Img, size: tuple[int, int]) -> tuple[float, list[str]]:
    """Return how many times as large the second pass is, and what is to be said of its shape.

    A1111 takes `hr_resize_…` before `hr_scale`, and cuts off what the two sides have too much.
    """
    by_sides = [side / own for side, own in zip((body.hr_resize_x, body.hr_resize_y), size, strict=True) if side > 0]
    if not by_sides:
        return body.hr_scale, []
    scale, other = round(max(by_sides), 4), round(min(by_sides), 4)
    return scale, [CUTS_NOTHING.format(scale)] if scale != other else []


def _upscaler(name: str, can: Capabilities) -> tuple[str, list[str]]:
    if name.strip().casefold() in _NO_FILE:
        return LANCZOS, []
    known = {each.casefold(): each for each in can.choices.get("hires_method", ())}
    if found := known.get(name.strip().casefold()):
        return found, []
    return LANCZOS, [f"`hr_upscaler` {name[:60]!r} isn't here: {LANCZOS} was taken."]


def _is_other(body: Txt2Img, name: str) -> bool:
    said = str(getattr(body, name)).strip()
    same = {"hr_prompt": body.prompt.strip(), "hr_negative_prompt": body.negative_prompt.strip()}
    return said.casefold() not in _AS_BEFORE and said != same.get(name)
