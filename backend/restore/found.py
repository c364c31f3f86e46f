"""What a reader found, on its way to a recipe that this model can run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.domain.recipes import Recipe
from backend.restore.reasons import NOT_IN_THE_FILE

_SHOWN = 80
_ZERO = re.compile(r"-?0(\.0{0,12})?")
_QUERY = re.compile(r"\?[^\s\"']{1,2000}")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A setting of the file that was not taken over: its name there, its value (shortened), and why."""

    name: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What an image says: who wrote it, the recipe, and what of it means nothing here."""

    source: str
    recipe: Recipe
    dropped: tuple[Dropped, ...] = ()
    backend: str | None = None
    """The backend that made it; only our own files say so."""
    model: str | None = None
    profile: str | None = None
    """The model of a machine that drew it, and its kind (`library.profiles`), where the file says them."""
    told: frozenset[str] | None = None
    """The fields that the file names, the form's defaults standing in for others; None for all, as our own files do."""


@dataclass(slots=True)
class Found:
    """A reader's notes: values by our field names, the model's name, and what it couldn't use."""

    source: str
    values: dict[str, Any] = field(default_factory=dict)
    model: str | None = None
    dropped: list[Dropped] = field(default_factory=list)
    loras: list[tuple[str, Any]] = field(default_factory=list)
    """Names as the tool has them, and weights; whether one can be used, a backend says."""
    is_z_image: bool = False
    """Whether a mark beside the model's name says that it is of Z-Image's family."""
    size_is_the_files: bool = False
    """Whether the file's own width and height are what was drawn, where no setting says them."""

    def drop(self, name: str, value: Any, why: str) -> None:
        """Note a setting that isn't taken over."""
        # Civitai writes signed links into its metadata: what stands behind the `?` may open somebody's files.
        shown = _QUERY.sub("?…", str(value)[: _SHOWN * 4])
        self.dropped.append(Dropped(name[:_SHOWN], shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…", why))

    def take(self, source: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """Take the entries over that `names` gives a field here; the empty ones say nothing."""
        for theirs, ours in names.items():
            if source.get(theirs) not in (None, ""):
                self.values[ours] = source[theirs]

    def lose(self, name: str, value: Any) -> None:
        """Note a setting that was made by what the file doesn't hold."""
        self.drop(name, value, NOT_IN_THE_FILE)

    def complete(self, other: "Found") -> None:
        """Take from another reading of the same file what this one has lost, or never had."""
        lost = {entry.name for entry in self.dropped if entry.why == NOT_IN_THE_FILE}
        for name, value in other.values.items():
            missing = name in lost or name in ("seed", "steps", "width", "height")
            if name not in self.values and value not in (None, "") and missing:
                self.values[name] = value
        told = lost & set(self.values)
        self.dropped = [entry for entry in self.dropped if entry.why != NOT_IN_THE_FILE or entry.name not in told]

    def take_lora(self, name: Any, weight: Any) -> None:
        """Note a LoRA, whatever a file may say of it."""
        self.loras.append((str(name), 1.0 if weight is None else weight))

    def drop_rest(self, source: Mapping[str, Any], used: Mapping[str, Any] | set[str], why: str) -> None:
        """Note every entry that has a value and no use."""
        for name, value in source.items():
            if name not in used and value not in (None, "", "None", [], {}, False, 0) and not _is_zero(value):
                self.drop(str(name), value, why)


def _is_zero(value: Any) -> bool:
    """Whether a text is a nought, as stable-diffusion.cpp writes it: `Eta: 0.000000`."""
    return isinstance(value, str) and bool(_ZERO.fullmatch(value))
