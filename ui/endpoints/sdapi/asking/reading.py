"""From a body of A1111's to what is asked of this playground: a mode, values by our names, and notes on the rest."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backend.domain.capabilities import Capabilities
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import LEAST_SIDE, MOST_SIDE, RANDOM_SEED
from backend.domain.requests import IMAGE_FIELDS, OWN_CONTROL, REQUEST_TYPES, Mode
from backend.generation.generate import DRAWN_SEEDS
from backend.images.incoming import MULTIPLE
from ui.endpoints.sdapi.asking.adetailer import detailed
from ui.endpoints.sdapi.asking.body import Txt2Img
from ui.endpoints.sdapi.asking.controlnet import Controlled, controlled
from ui.endpoints.sdapi.asking.pictures import Keep, Sent, Values
from ui.endpoints.sdapi.asking.scripts import check_scripts
from ui.endpoints.sdapi.asking.second_pass import second_pass
from ui.endpoints.sdapi.asking.settings import Chosen
from ui.endpoints.sdapi.asking.tuning import tuned

_REFUSED = {
    "restore_faces": "isn't done here; send false.",
    "tiling": "isn't done here; send false.",
    "refiner_checkpoint": "has no second model here; leave it out.",
    "script_name": "is no script of this playground; leave it out.",
}
_UNUSED = {
    "seed_resize_from_w": (-1, 0),
    "seed_resize_from_h": (-1, 0),
    "eta": (0.0, 1.0),
    "s_churn": (0.0,),
    "s_min_uncond": (0.0,),
}
"""Fields without a meaning here, each with the values that clients send unasked."""


_NOT_OWN = {"mode", "controls", *(name for names in IMAGE_FIELDS.values() for name in names)}
_FIELDS = {name for kind in REQUEST_TYPES.values() for name in kind.model_fields}


@dataclass(frozen=True, slots=True)
class To:
    """What a body is read for: what the backend can do, where its pictures go, and the settings that hold."""

    can: Capabilities
    keep: Keep
    settings: Chosen = field(default_factory=Chosen)


@dataclass(slots=True)
class Wanted:
    """A mode with the values of one run, how many runs with further seeds, and sentences on what isn't as sent."""

    mode: Mode = "text_to_image"
    values: Values = field(default_factory=dict)
    runs: int = 1
    notes: list[str] = field(default_factory=list)
    details_alone: bool = False
    """Whether a picture that is drawn over stays as it is but for its details."""

    def each(self) -> Iterator[Values]:
        """Yield the values of every run; the seeds go on from run to run, as A1111's do with `n_iter`."""
        counted = "variation_seed" if self.values.get("variation_strength") else "seed"
        first = self.values.get(counted, RANDOM_SEED)
        if self.runs == 1 or isinstance(first, bool) or not str(first).lstrip("-").isdecimal():
            yield self.values
            return
        count = self.values["count"]
        drawn = secrets.randbelow(DRAWN_SEEDS - count * self.runs + 1) if int(first) == RANDOM_SEED else int(first)
        for index in range(self.runs):
            yield {**self.values, counted: drawn + index * count}


def txt2img(body: Txt2Img, to: To) -> Wanted:
    """Return what a body of `/txt2img` asks for; raise `InvalidRequest` that names each field as the body has it."""
    wanted = begun(body, to)
    size = take_size(wanted, body)
    default = to.can.default_size
    size = size or (default.width, default.height)
    take_controls(wanted, body, to, size=size)
    if body.enable_hr:
        _take_second_pass(wanted, body, to.can, size)
    return wanted


def _take_second_pass(wanted: Wanted, body: Txt2Img, can: Capabilities, size: tuple[int, int]) -> None:
    if wanted.mode != "text_to_image":
        why = "goes with words alone here: send false, or leave the units of ControlNet out."
        raise InvalidRequest([Problem("enable_hr", why)])
    values, notes = second_pass(body, can, size)
    wanted.values |= values
    wanted.notes += notes


def begun(body: Txt2Img, to: To) -> Wanted:
    """Return what every body says; raise `InvalidRequest` for what can't be done here."""
    problems = [Problem(name, why) for name, why in _REFUSED.items() if getattr(body, name)]
    if problems:
        raise InvalidRequest(problems)
    check_scripts(body.alwayson_scripts)
    found = tuned(body, to.can, as_sent=to.settings.as_sent)
    wanted = Wanted(runs=body.n_iter, notes=[*to.settings.notes, *found.notes])
    wanted.values = {"prompt": body.prompt, "styles": list(body.styles), "seed": body.seed, "count": body.batch_size}
    wanted.values |= {**found.values, **to.settings.values}
    if body.subseed_strength:
        wanted.values |= {"variation_strength": body.subseed_strength, "variation_seed": body.subseed}
    _negative(wanted, body, to.can)
    _take_own(wanted, body)
    _take_details(wanted, body)
    for name, usual in _UNUSED.items():
        if getattr(body, name) not in usual:
            wanted.notes.append(f"`{name}` has no effect here.")
    return wanted


def take_size(wanted: Wanted, body: Txt2Img) -> tuple[int, int] | None:
    """Take width and height as they can be drawn, and return them; None where none are given.

    Raises as `check_sides`.
    """
    given = {name: value for name in ("width", "height") if (value := getattr(body, name)) is not None}
    check_sides(given)
    wanted.values |= {name: _rounded(value) for name, value in given.items()}
    changed = {name: value for name, value in given.items() if wanted.values[name] != value}
    if changed:
        sides = ", ".join(f"`{name}` {value} as {wanted.values[name]}" for name, value in changed.items())
        wanted.notes.append(f"Sides are multiples of {MULTIPLE} here: {sides}.")
    return (wanted.values["width"], wanted.values["height"]) if len(given) == 2 else None


def check_sides(given: Mapping[str, int]) -> None:
    """Raise `InvalidRequest` for sides (pixels) that nothing here has, before a picture is brought to them."""
    problems = []
    for name, value in given.items():
        side = _rounded(min(max(value, 0), 2 * MOST_SIDE))
        if side > MOST_SIDE:
            problems.append(Problem(name, f"is {value}; the most is {MOST_SIDE}."))
        elif side < LEAST_SIDE:
            problems.append(Problem(name, f"is {value}; the least is {LEAST_SIDE}."))
    if problems:
        raise InvalidRequest(problems)


def take_controls(
    wanted: Wanted, body: Txt2Img, to: To, *, size: tuple[int, int] | None, start: Sent | None = None
) -> None:
    """Take ControlNet's units: into a mode of their own where there are words alone, else as further controls."""
    found = controlled(body.alwayson_scripts, to.can, to.keep, size=size, start=start)
    wanted.notes += found.notes
    if not found.controls:
        return
    if wanted.mode == "text_to_image":
        wanted.mode = "controlnet"
        first = found.controls.pop(0)
        wanted.values |= {OWN_CONTROL[name]: value for name, value in first.items()}
    if found.controls:
        wanted.values["controls"] = found.controls
    _take_leads(wanted, found)


def _take_leads(wanted: Wanted, found: Controlled) -> None:
    if found.options:
        wanted.values["options"] = {"controls": found.options}


def _take_own(wanted: Wanted, body: Txt2Img) -> None:
    """Lay what stands under our own names over the rest; pictures and the mode are told by A1111's."""
    odd = [name for name in body.playground if name in _NOT_OWN or name not in _FIELDS]
    if odd:
        raise InvalidRequest([Problem(f"playground.{name[:60]}", "is no field that may stand here.") for name in odd])
    wanted.values |= body.playground


def _take_details(wanted: Wanted, body: Txt2Img) -> None:
    found = detailed(body.alwayson_scripts, body.prompt, body.negative_prompt)
    if found.details and "details" in wanted.values:
        raise InvalidRequest([Problem("playground.details", "stands beside those of ADetailer: send one of the two.")])
    if found.details:
        wanted.values["details"] = found.details
        wanted.notes += found.notes
        wanted.details_alone = found.alone


def _negative(wanted: Wanted, body: Txt2Img, can: Capabilities) -> None:
    """Take the negative prompt, and say where it has no effect: many programs always send one."""
    if not body.negative_prompt.strip():
        return
    if not can.can_take("negative_prompt"):
        wanted.notes.append("`negative_prompt` has no effect with this model.")
        return
    wanted.values["negative_prompt"] = body.negative_prompt
    scales = (wanted.values.get("guidance", 1), body.playground.get("nag_scale", 1))
    if not any(isinstance(scale, int | float) and scale > 1 for scale in scales):
        nag = ', or with `playground` {"nag_scale": 5}' if can.can_take("nag_scale") else ""
        wanted.notes.append(f"`negative_prompt` acts only with `cfg_scale` above 1{nag}.")


def _rounded(side: int) -> int:
    return round(side / MULTIPLE) * MULTIPLE
