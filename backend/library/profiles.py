"""How a checkpoint of Z-Image's family wants to be drawn with: steps, guidance and shift, each with its source.

A file seldom says what it is. What does are its scheduler file, its name, and its metadata.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import TypeAdapter

from backend.domain.parts import Part
from backend.library.shipped import FOLDER

USUAL = "turbo"
"""What a checkpoint is taken for of which nothing says what it is: by far the most are made from it."""
MERGED_STEPS = re.compile(r"(?P<steps>[1-9]\d?)[-_ ]?steps?(?![a-z])", re.IGNORECASE)
Range = tuple[float, float]
Union = Literal["turbo", "base"]


class Profile(Part):
    """A kind of checkpoint: what its makers advise. `guidance` is the usual scale, in which 1 is off.

    `shift` is its scheduler file's, `union` the family of ControlNets that were trained with it, and `weight` what a
    LoRA of the kind is put on with. `marks` are patterns of names, `scheduler_shift` the shift that tells it.
    """

    name: str
    title: str
    steps: int
    steps_range: tuple[int, int]
    guidance: float
    guidance_range: Range
    shift: float
    union: Union
    marks: tuple[str, ...]
    sources: Mapping[str, str]
    scheduler_shift: float | None = None
    weight: float = 1.0

    @property
    def defaults(self) -> Mapping[str, float]:
        """Return what the fields of a request begin with, by name."""
        return {"steps": self.steps, "guidance": self.guidance, "shift": self.shift}

    @property
    def guides(self) -> bool:
        """Whether it is drawn with guidance, so that negative prompts act by default."""
        return self.guidance > 1

    @cached_property
    def _pattern(self) -> "re.Pattern[str]":
        return re.compile("|".join(f"(?:{mark})" for mark in self.marks), re.IGNORECASE)

    def is_named(self, names: Iterable[str]) -> bool:
        """Whether one of these names says that it is of this kind."""
        return any(self._pattern.search(name[:300]) for name in names)


@lru_cache
def profiles() -> Mapping[str, Profile]:
    """Return the profiles by name, those first whose names say the most."""
    read = TypeAdapter(list[Profile]).validate_python(json.loads((FOLDER / "profiles.json").read_text("utf-8")))
    return {profile.name: profile for profile in read}


def profile_of(names: Iterable[str], shift: float | None = None, metadata: Iterable[str] = ()) -> Profile:
    """Return the profile of a checkpoint that has these names (of its file, folder or repository).

    `shift` is that of its scheduler file, `metadata` what its file says of itself. A name that says how few steps it
    was distilled to comes first, then the scheduler file, then the other names, then the metadata; its own shift holds.
    """
    given = tuple(name for name in names if name)
    found = _told(given, shift, tuple(metadata))
    changes: dict[str, object] = {} if shift is None else {"shift": shift}
    if found.name == "distilled":
        changes |= _few_steps(given)
        turbo = profiles()["turbo"]
        if shift is None and turbo.is_named(given):  # It was distilled further, and has Turbo's shift still.
            changes |= {"shift": turbo.shift, "union": turbo.union}
    return found.model_copy(update=changes)


def profile_of_lora(names: Iterable[str]) -> Profile | None:
    """Return how a checkpoint is drawn with once a LoRA of these names is on it; None where it changes nothing."""
    given = tuple(names)
    few = next((each for name in ("twinflow", "distilled") if (each := profiles()[name]).is_named(given)), None)
    return few.model_copy(update=_few_steps(given)) if few else None


def _told(names: tuple[str, ...], shift: float | None, metadata: tuple[str, ...]) -> Profile:
    known = profiles().values()
    by_scheduler = [each for each in known if shift is not None and each.scheduler_shift == shift]
    few = [each for each in known if each.scheduler_shift is None and each.is_named((*names, *metadata))]
    named = [each for said in (names, metadata) for each in known if each.is_named(said)]
    return next(iter((*few, *by_scheduler, *named)), profiles()[USUAL])


def _few_steps(names: Iterable[str]) -> dict[str, object]:
    """Return the steps that a name says it was distilled to, as changes of a profile; none where it says none."""
    found = next((match for name in names if (match := MERGED_STEPS.search(name))), None)
    steps = int(found["steps"]) if found else 0
    return {"steps": steps, "steps_range": (steps, steps)} if steps else {}
