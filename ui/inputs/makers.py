"""What a form is fitted to: a backend with the model at hand, and with what its fields began there."""

from collections.abc import Collection, Mapping

from backend.adapters.base import Backend
from backend.domain.capabilities import Capabilities
from backend.domain.requests import TextToImage
from backend.library.profiles import USUAL, profiles

PROFILED = ("steps", "guidance", "shift")
"""Fields that begin with what the model at hand is made for."""
SIDES = ("width", "height")
_FOLLOWING = (*PROFILED, *SIDES)
_MARK = "|"
_OTHER = "{} drew this, which is another kind than {}, which draws here now{}."
_THEIRS = ("", ": {} is {}'s", ": {} and {} are {}'s", ": {}, {} and {} are {}'s")
"""What of it is restored, by how many of `PROFILED`."""


def begins_with(capabilities: Capabilities) -> dict[str, float]:
    """Return what the fields that follow the model begin with on a backend."""
    own = {name: capabilities.defaults.get(name, TextToImage.model_fields[name].default) for name in PROFILED}
    size = capabilities.default_size
    return {**own, **dict(zip(SIDES, (size.width, size.height), strict=True))}


def maker_of(backend: Backend) -> str:
    """Return a backend with the model at hand, in a text that is another one as soon as either is another."""
    begins = begins_with(backend.capabilities)
    return _MARK.join((backend.name, *(f"{begins[name]:g}" for name in _FOLLOWING), backend.model_name))


def other_kind(backend: Backend, model: str | None, profile: str | None, told: Collection[str] | None = None) -> str:
    """Say that what is restored was drawn with another kind of model than draws on this backend; else nothing.

    `told` are the fields that are restored; None stands for all.
    """
    here = backend.capabilities.profile or USUAL
    theirs = profiles().get(profile or here)
    if theirs is None or theirs.name == here:
        return ""
    names = [name for name in PROFILED if told is None or name in told]
    restored = _THEIRS[len(names)].format(*names, theirs.title)
    return _OTHER.format(model or theirs.title, profiles()[here].title, restored)


def untouched(maker: str) -> Mapping[str, float]:
    """Return what the fields that follow a model began with there; nothing where the text is none of `maker_of`."""
    numbers = maker.split(_MARK)[1 : 1 + len(_FOLLOWING)]
    try:
        return dict(zip(_FOLLOWING, map(float, numbers), strict=True))
    except ValueError:
        return {}
