"""Why a LoRA file can't be used, in a visitor's words: what it is, what doesn't fit, and the way out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from backend.domain.errors import Problem, Unsupported

MOST_NAMED = 5
"""Tensors that a sentence names."""


def problem(message: str) -> Unsupported:
    """Return the refusal of a request's LoRAs."""
    return Unsupported([Problem("loras", message)])


def named(names: Iterable[str]) -> str:
    """Return the first names, and how many more there are."""
    listed = sorted(set(names))
    more = len(listed) - MOST_NAMED
    return ", ".join(listed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def no_layer(path: Path, names: Iterable[str]) -> Unsupported:
    """Return the refusal of a file of which nothing is for this model."""
    return problem(f"{path.name} doesn't fit this model, which has none of the layers that it is for: {named(names)}.")


def not_whole(path: Path, unused: Iterable[str]) -> Unsupported:
    """Return the refusal of a file of which this model has no use for some tensors."""
    return problem(
        f"{path.name} can't be used whole: this model, as it is loaded, has no use for {named(unused)}. Nothing was "
        "drawn, since a part of a LoRA draws something else: take another version of it, or leave it out."
    )


def misfit(path: Path, module: str, found: Sequence[int] | None, wanted: Sequence[int]) -> Unsupported:
    """Return the refusal of a file for a model of another size; `found` is None where its own matrices don't match."""
    other = _size(found) if found else "of no size at all, since its matrices don't match"
    return problem(
        f"{path.name} doesn't fit this model: it was made for another one, or for another size of it. {module} is "
        f"{_size(wanted)} here, and {other} in the file."
    )


def two_of_one(path: Path, keys: Iterable[str]) -> Unsupported:
    """Return the refusal of a file that says two things about one layer."""
    return problem(f"{path.name} holds two different changes of one layer under two names: {named(keys)}.")


def gone(path: Path) -> Unsupported:
    """Return the refusal of a file that was there when the run began."""
    return problem(f"{path.name} isn't there any more: put it back, or leave it out.")


def two_doras(one: Path, other: Path) -> Unsupported:
    """Return the refusal of two DoRA files that change the same layers."""
    return problem(
        f"{one.name} and {other.name} are DoRAs of the same layers, of which each sets the magnitudes whole: use one "
        "of them at a time."
    )


def not_stored(path: Path, kind: str, instead: str) -> Unsupported:
    """Return the refusal of a kind of changes that weights can't take as they are stored."""
    return problem(
        f"{path.name} changes layers by {kind}, which can't be added to weights that are stored as small as these: "
        f"choose {instead} as the weights, or leave it out."
    )


def _size(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))
