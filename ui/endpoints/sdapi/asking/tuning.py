"""Steps, guidance and sampler: what clients send unasked, and what of it is meant.

Z-Image-Turbo is distilled for 8 steps without guidance. A1111's clients always send steps, `cfg_scale` and a sampler,
most of them what A1111's own form stands at, so those values count as not said (docs/decisions has the page): the
model's own are taken, and `info` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from backend.domain.capabilities import Capabilities
from backend.domain.common_fields import Common
from backend.domain.schedulers import SCHEDULER_NAMES
from backend.restore.samplers import scheduler_of
from ui.endpoints.sdapi.asking.body import Txt2Img

AS_SENT = "playground_as_sent"
"""The option with which steps and guidance are taken to the letter."""
UNASKED_STEPS = (20, 50)
"""A1111's form, webuiapi and SillyTavern; Open WebUI's setting until it is changed."""
UNASKED_GUIDANCE = (7.0,)
UNASKED_TOGETHER = (22, 4.5)
"""LibreChat's Stable Diffusion tool, which has no setting for either."""
SCHEDULES = {
    "automatic": "Automatic",
    "karras": "Karras",
    "exponential": "Exponential",
    "beta": "Beta",
    "sgm_uniform": "SGM Uniform",
}
"""A1111's names of the spacings that there are here, with its labels (`modules/sd_schedulers.py`)."""
_UNLISTED = ("Scheduler", "Inverse")
"""How diffusers' class names end, which nobody looks for in A1111's menu."""


@dataclass(slots=True)
class Tuned:
    """Values by the request's names, and a sentence for each that isn't as it was sent."""

    values: dict[str, JsonValue] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def tuned(body: Txt2Img, can: Capabilities, *, as_sent: bool) -> Tuned:
    """Return steps, guidance and scheduler of a body for a backend that `can` do so much."""
    found = Tuned(dict(can.defaults))
    unasked = () if as_sent else _unasked(body)
    for theirs, ours, value in (("steps", "steps", body.steps), ("cfg_scale", "guidance", body.cfg_scale)):
        own = can.defaults.get(ours, Common.model_fields[ours].default)
        if value is not None and theirs not in unasked:
            found.values[ours] = value
        elif value not in (None, own):
            found.notes.append(_stands_in(theirs, value, own))
    _scheduler(found, body, can)
    return found


def sampler_names(can: Capabilities) -> list[str]:
    """Return the samplers that a backend offers, the model's own first, as A1111's menu has them."""
    offered = can.choices.get("scheduler", SCHEDULER_NAMES)
    if not can.can_take("scheduler"):
        return ["Euler"]
    others = (name for name in offered if name not in ("Default", "Euler") and not name.endswith(_UNLISTED))
    return ["Euler", *others]


def sampler_name(scheduler: str) -> str:
    """Return what a scheduler of ours is called in A1111's answers."""
    return "Euler" if scheduler == "Default" else scheduler


def _unasked(body: Txt2Img) -> Sequence[str]:
    """Return which of steps and `cfg_scale` are what a program sends without having been asked."""
    if (body.steps, body.cfg_scale) == UNASKED_TOGETHER:
        return ("steps", "cfg_scale")
    sent = {"steps": body.steps in UNASKED_STEPS, "cfg_scale": body.cfg_scale in UNASKED_GUIDANCE}
    return [name for name, unasked in sent.items() if unasked]


def _stands_in(name: str, value: float, own: float) -> str:
    letter = f'{{"{AS_SENT}": true}}'
    return (
        f"`{name}` {value:g} is what programs send unasked: this model's own {own:g} was taken. To have it to the "
        f"letter, send override_settings {letter}."
    )


def _scheduler(found: Tuned, body: Txt2Img, can: Capabilities) -> None:
    """Take the sampler with its spacing, else the sampler alone, else the model's own."""
    sampler, schedule = body.sampler_name or body.sampler_index, body.scheduler
    if not sampler:
        return
    offered = can.choices.get("scheduler", SCHEDULER_NAMES) if can.can_take("scheduler") else ("Default",)
    for tried in dict.fromkeys((schedule, "")):
        name = scheduler_of(sampler, tried)
        if name in offered:
            found.values["scheduler"] = name
            if tried != schedule:
                found.notes.append(f"`scheduler` {schedule!r} isn't here with {sampler!r}: its own spacing was taken.")
            return
    found.notes.append(f"`sampler_name` {sampler[:60]!r} isn't here: the model's own Euler was taken.")
