"""What a form is fitted to: a backend with the model at hand, and with what its fields began there."""

from collections.abc import Mapping

from backend.adapters.base import Backend
from backend.domain.capabilities import Capabilities
from backend.domain.requests import TextToImage
from backend.library.profiles import USUAL, profiles

PROFILED = ("steps", "guidance", "shift")
"""Fields that begin with what the model at hand is made for."""
SIDES = ("width", "height")
_FOLLOWING = (*PROFILED, *SIDES)
_MARK = "|"
_OTHER = "{} drew this, which is another kind than {}, which draws here now: steps, guidance and shift are {}'s."


def begins_with(capabilities: Capabilities) -> dict[str, float]:
    """Return what the fields that follow the model begin with on a backend."""
    own = {name: capabilities.defaults.get(name, TextToImage.model_fields[name].default) for name in PROFILED}
    size = capabilities.default_size
    return {**own, **dict(zip(SIDES, (size.width, size.height), strict=True))}


def maker_of(backend: Backend) -> str:
    """Return a backend with the model at hand, in a text that is another one as soon as either is another."""
    begins = begins_with(backend.capabilities)
    return _MARK.join((backend.name, *(f"{begins[name]:g}" for name in _FOLLOWING), backend.model_name))


def other_kind(backend: Backend, model: str | None, profile: str | None) -> str:
    """Say that what is restored was drawn with another kind of model than draws on this backend; else nothing."""
    here = backend.capabilities.profile or USUAL
    theirs = profiles().get(profile or here)
    if theirs is None or theirs.name == here:
        return ""
    return _OTHER.format(model or theirs.title, profiles()[here].title, theirs.title)


def untouched(maker: str) -> Mapping[str, float]:
    """Return what the fields that follow a model began with there; nothing where the text is none of `maker_of`."""
    numbers = maker.split(_MARK)[1 : 1 + len(_FOLLOWING)]
    try:
        return dict(zip(_FOLLOWING, map(float, numbers), strict=True))
    except ValueError:
        return {}
