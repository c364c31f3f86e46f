"""ADetailer's faces and hands, as its API has them, to details that can be drawn here.

Names, ranges and defaults are those of https://github.com/Bing-su/adetailer (`adetailer/args.py`); which of its
arguments are switches, its `scripts/!adetailer.py` says (`is_ad_enabled`, `check_skip_img2img`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import Fraction
from backend.restore.detailer import TARGETS, padding_of, target_of
from ui.endpoints.sdapi.asking.body import Finite, Lenient, read_body
from ui.endpoints.sdapi.asking.pictures import Values
from ui.endpoints.sdapi.asking.scripts import ADETAILER, arguments_of

_ALL = "[PROMPT]"
"""What stands in a prompt of its own for that of the picture."""
_EACH = "[SEP]"
"""What stands between the prompts of one place and the next."""
_SKIPS = "[SKIP]"
_USUAL: Mapping[str, tuple[JsonValue, ...]] = {
    "ad_model_classes": ("",),
    "ad_mask_k_largest": (0,),
    "ad_mask_k": (0,),
    "ad_mask_min_ratio": (0,),
    "ad_mask_max_ratio": (1,),
    "ad_x_offset": (0,),
    "ad_y_offset": (0,),
    "ad_mask_merge_invert": ("None",),
    "ad_inpaint_only_masked": (True,),
    "ad_inpaint_only_masked_padding": (32,),
    "ad_use_inpaint_width_height": (False,),
    "ad_use_checkpoint": (False,),
    "ad_use_vae": (False,),
    "ad_use_sampler": (False,),
    "ad_use_noise_multiplier": (False,),
    "ad_use_clip_skip": (False,),
    "ad_restore_face": (False,),
    "ad_controlnet_model": ("None",),
}
"""What has no meaning here, each with the values that clients send unasked."""
Words = Annotated[str, StringConstraints(max_length=3000)]


class Detailing(Lenient):
    """One of ADetailer's tabs: what is found, and how it is drawn again."""

    ad_model: str = "None"
    ad_tab_enable: bool = True
    ad_tap_enable: bool = True
    """Its name up to version 24.11."""
    ad_prompt: Words = ""
    ad_negative_prompt: Words = ""
    ad_confidence: Fraction = 0.3
    ad_dilate_erode: int = 4
    ad_mask_blur: int = Field(4, ge=0, le=100)
    ad_denoising_strength: Fraction = 0.4
    ad_use_steps: bool = False
    ad_steps: int = Field(28, ge=1)
    ad_use_cfg_scale: bool = False
    ad_cfg_scale: Finite = Field(7.0, ge=0)

    @property
    def is_on(self) -> bool:
        """Whether anything is found by it."""
        return self.ad_model not in ("", "None") and self.ad_tab_enable and self.ad_tap_enable


@dataclass(slots=True)
class Detailed:
    """Details by the names of `Detail`, what is to be said of them, and whether they alone are drawn."""

    details: list[Values] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alone: bool = False
    """Whether the picture that came is left as it is but for them."""


def detailed(scripts: Mapping[str, JsonValue], prompt: str, negative_prompt: str) -> Detailed:
    """Return the details of a body's `alwayson_scripts`; raise `InvalidRequest` for what isn't found here.

    The prompts are the picture's, which a detail's own may name.
    """
    found = Detailed()
    for place, given in arguments_of(scripts, ADETAILER):
        if isinstance(given, bool):
            found.alone = found.alone or (given and place.endswith(".1"))
            continue
        each = read_body(Detailing, given, place)
        if each.is_on:
            found.details.append(_detail(each, place, {"prompt": prompt, "negative_prompt": negative_prompt}))
            found.notes += [*_told(each, place), *_without_effect(given, place)]
    return found


def _detail(each: Detailing, place: str, own: Mapping[str, str]) -> Values:
    target = target_of(each.ad_model)
    if target is None:
        known = " or ".join(TARGETS)
        why = f"is {each.ad_model[:60]!r}, which finds neither: send one with {known} in its name."
        raise InvalidRequest([Problem(f"{place}.ad_model", why)])
    detail: Values = {
        "target": target,
        "confidence": each.ad_confidence,
        "mask_padding": padding_of(each.ad_dilate_erode),
        "mask_blur": each.ad_mask_blur,
        "strength": each.ad_denoising_strength,
        **{name: _words(getattr(each, f"ad_{name}"), said) for name, said in own.items()},
    }
    if each.ad_use_steps:
        detail["steps"] = each.ad_steps
    if each.ad_use_cfg_scale:
        detail["guidance"] = each.ad_cfg_scale
    return detail


def _words(text: str, own: str) -> str:
    """Return a prompt; an empty one is the picture's, with all that is laid around that."""
    first = text.partition(_EACH)[0].replace(_SKIPS, "").strip()
    return "" if first == _ALL else first.replace(_ALL, own)


def _told(each: Detailing, place: str) -> Iterator[str]:
    """Yield what of a detail is taken otherwise than it was sent."""
    for name in ("ad_prompt", "ad_negative_prompt"):
        if any(mark in getattr(each, name) for mark in (_EACH, _SKIPS)):
            yield f"`{place}.{name}` has words for one place and the next: the first ones were taken for all."
    kernel, padding = each.ad_dilate_erode, padding_of(each.ad_dilate_erode)
    if kernel < 0 or kernel // 2 > padding:
        yield f"`{place}.ad_dilate_erode` {kernel} was taken as {padding} pixels on every side, the nearest there is."


def _without_effect(given: JsonValue, place: str) -> Iterator[str]:
    assert isinstance(given, dict)
    for name, usual in _USUAL.items():
        if given.get(name) is not None and given[name] not in usual:
            yield f"`{place}.{name}` has no effect here."
