"""The settings that a caller has made by `POST /options`: theirs alone, and for as long as this process lives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotFound, Problem
from backend.playground import Playground
from backend.threads.recent import Recent
from backend.visitors.identity import is_guest
from ui.endpoints.openai.models import choose, model_id
from ui.endpoints.sdapi.asking.settings import FORMAT, MODEL, QUALITY, TAKEN, Chosen, chosen
from ui.endpoints.sdapi.asking.tuning import AS_SENT

MOST_CALLERS = 10_000
_USUAL: Mapping[str, JsonValue] = {
    FORMAT: "png",
    QUALITY: 95,
    AS_SENT: False,
    "sd_vae": "Automatic",
    "CLIP_stop_at_last_layers": 1,
    "sd_checkpoint_hash": "",
}
"""What `GET /options` says besides the model: the third is ours, and the last three are nobody's to change here."""


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """Remembers callers' settings; a model picked so is a choice for the caller's own requests, and loads nothing."""

    playground: Playground
    _kept: Recent[str, dict[str, JsonValue]] = field(default_factory=lambda: Recent(MOST_CALLERS))

    def of(self, caller: Caller) -> dict[str, JsonValue]:
        """Return all settings as they hold for a caller."""
        own = self._kept.get(caller.visitor) or {}
        picked = self.playground.choose(str(own.get(MODEL, "auto")))
        return {**_USUAL, **own, MODEL: model_id(picked)}

    def set(self, caller: Caller, given: Mapping[str, JsonValue]) -> list[str]:
        """Take settings over and return the names of those that have no effect; raise `InvalidRequest` for a wrong one.

        Programs send all that they got back with one changed: what is as it was is no word worth. A guest, who is
        somebody else with the next request, has none that could be kept.
        """
        now = self.of(caller)
        read = chosen(given, within="")
        picked = self.backend(read.model, MODEL)
        taken = {name: value for name, value in given.items() if name in TAKEN and value not in (None, "")}
        if MODEL in taken:
            taken[MODEL] = picked.name  # The backend is meant: its model's title changes with what its owner loads.
        if is_guest(caller.visitor):
            ignored = [*taken, *read.ignored]
        else:
            ignored = [*read.ignored]
            self._kept.put(caller.visitor, {**(self._kept.get(caller.visitor) or {}), **taken})
        return [name for name in ignored if given.get(name) != now.get(name, object())]

    def chosen(self, caller: Caller, override: Mapping[str, JsonValue]) -> Chosen:
        """Return what holds for a request: the caller's settings, under those of the request itself."""
        own = {name: value for name, value in (self._kept.get(caller.visitor) or {}).items() if name in TAKEN}
        return chosen({**own, **override})

    def backend(self, model: str, field_name: str) -> Backend:
        """Return the backend that a model's name means; raise `InvalidRequest` for a name that isn't here."""
        try:
            return choose(self.playground, model)
        except NotFound as error:
            raise InvalidRequest([Problem(field_name, str(error))]) from error
