"""From what was asked to what runs: the one way of every caller, be it the page, a grid, a comparison or a script."""

from dataclasses import dataclass

from backend.base import Backend
from backend.caller import Caller
from backend.generate import prepare
from backend.prompts.wording import PLAIN, Wording
from backend.requests import Request


@dataclass(frozen=True, slots=True)
class Prepared:
    """Requests that run as they stand, one after the other: checked, with a seed and a size, and with plain words."""

    backend: Backend
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was written, the backend that it is for, and the wording that is laid around its prompts."""

    backend: Backend
    request: Request
    wording: Wording = PLAIN

    @property
    def laid(self) -> Request:
        """Return the request with its styles; what it costs can be told from it."""
        return self.wording.laid(self.request)

    def prepared(self, caller: Caller) -> Prepared:
        """Return what runs; raise a `PlaygroundError` as `prepare` does, or for a list that isn't there."""
        return Prepared(self.backend, self.wording.expanded(prepare(self.backend, caller, self.laid)))
