"""Which kind of Z-Image a checkpoint is, and what is said of how it wants to be drawn with. No torch."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from backend.adapters.local.machine.checkpoint import Checkpoint
from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.reading import read_header
from backend.domain.requests import Request
from backend.library.profiles import USUAL, Profile, profile_of, profile_of_lora

_SAID = ("modelspec.title", "modelspec.architecture", "ss_base_model_version", "general.name", "general.basename")
_MOST_SAID = 200
_SCHEDULER = Path("scheduler", "scheduler_config.json")


@lru_cache(maxsize=256)
def profile_at(checkpoint: Checkpoint) -> Profile:
    """Return the profile of a checkpoint, by its scheduler file and names, or by what its one file says of itself."""
    if checkpoint.file is None:
        return profile_of((checkpoint.name, checkpoint.repo or ""), shift_of(checkpoint.folder))
    try:
        said = said_by(read_header(checkpoint.file))
    except BadFile:
        said = ()
    return profile_of((checkpoint.file.name,), metadata=said)


def said_by(header: Header) -> tuple[str, ...]:
    """Return what a file says of its kind in its metadata."""
    values = (header.metadata.get(name) for name in _SAID)
    return tuple(value[:_MOST_SAID] for value in values if isinstance(value, str))


def shift_of(folder: Path | None) -> float | None:
    """Return the shift that a model's scheduler file says, or None."""
    try:
        said = json.loads((folder / _SCHEDULER).read_text("utf-8")) if folder else {}
    except (OSError, ValueError):
        return None
    shift = said.get("shift") if isinstance(said, dict) else None
    if isinstance(shift, bool) or not isinstance(shift, int | float):
        return None
    return float(shift) if 1 <= shift <= 10 else None


def advice(profile: Profile) -> str:
    """Return in a sentence how the model is drawn with."""
    guided = (
        f"a guidance of {_range(profile.guidance_range)}, with which negative prompts act" if profile.guides else ""
    )
    least, most = profile.steps_range
    steps = f"{least}–{most} steps" if profile.name != USUAL and least != most else f"{profile.steps} steps"
    return f"Drawn as {profile.title}: {steps}, {guided or 'no guidance'}, shift {profile.shift:g}."


def hints(profile: Profile) -> Mapping[str, str]:
    """Return what is said at the fields that the profile decides over; their own words are for the usual one."""
    if profile.name == USUAL:
        return {}
    shift = f"Where the steps lie; {profile.title}'s own is {profile.shift:g}."
    if not profile.guides:
        return {"guidance": f"{profile.title} is drawn without: 1.", "shift": shift}
    strength = _range(profile.guidance_range)
    return {
        "guidance": f"{profile.title} is drawn with {strength}; 1 or less is off.",
        "negative_prompt": f"What to keep out. It acts, since {profile.title} is drawn with guidance.",
        "shift": shift,
    }


def remarks(checkpoint: Checkpoint, request: Request) -> Iterator[str]:
    """Yield what of a request's steps and guidance the model, or a LoRA on it, isn't made for."""
    if checkpoint.embedded:
        return
    loras = ((lora.model, profile_of_lora([lora.model])) for lora in request.loras if lora.weight)
    title, profile = next(((name, found) for name, found in loras if found), ("", profile_at(checkpoint)))
    title = title or profile.title
    least, most = profile.steps_range
    if request.steps < least:
        yield f"{request.steps} steps leave pictures of {title} unfinished: it is made for {_range((least, most))}."
    elif request.steps > most and profile.name in ("twinflow", "distilled"):
        yield f"{title} is made for {_range((least, most))} steps; {request.steps} take longer and draw no better."
    if profile.guides and request.guidance <= 1:
        strength = _range(profile.guidance_range)
        yield f"Guidance is off, and {title} is made for {strength}: pictures stay vague, and no negative prompt acts."
    if profile.name in ("twinflow", "distilled") and request.guidance > 1:
        yield f"{title} is made for a guidance of 1: more takes twice as long and spoils the picture."


def _range(ends: tuple[float, float]) -> str:
    least, most = ends
    return f"{least:g}–{most:g}" if least != most else f"{least:g}"
