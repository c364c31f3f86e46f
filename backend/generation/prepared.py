"""From what was asked to what runs: the one way of every caller, be it the page, a grid, a comparison or a script."""

from dataclasses import dataclass, replace

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.requests import Request
from backend.generation.generate import prepare
from backend.generation.marked import Taken, without_marks
from backend.prompts.wording import PLAIN, Wording


@dataclass(frozen=True, slots=True)
class Prepared:
    """Requests that run as they stand, one after the other: checked, with a seed and a size, and with plain words."""

    backend: Backend
    requests: tuple[Request, ...]
    notes: tuple[str, ...] = ()
    """What of the prompts acts otherwise than it reads, in sentences."""
    checked: Request | None = None
    """What `prepare` returned: where its prompts hold no choices, that is what runs."""

    def is_checked(self, request: Request) -> bool:
        """Whether `prepare` has seen one of these as it is; one with other words is looked at again."""
        return request == self.checked


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was written, the backend that it is for, and the wording that is laid around its prompts."""

    backend: Backend
    request: Request
    wording: Wording = PLAIN
    notes: tuple[str, ...] = ()
    """What was said already when it was read."""

    @property
    def taken(self) -> Taken:
        """Return the request with its styles and without other tools' marks, and what is to be said of those."""
        return without_marks(self.wording.laid(self.request), self.backend)

    @property
    def laid(self) -> Request:
        """Return the request with its styles; what it costs can be told from it."""
        return self.taken.request

    def prepared(self, caller: Caller) -> Prepared:
        """Return what runs; raise a `PlaygroundError` as `prepare` does, or for a list that isn't there."""
        taken = self.taken
        ready = replace(self, request=prepare(self.backend, caller, taken.request), wording=self.wording.lists_alone)
        drawn = ready.drawn()
        taken.note((*self.notes, *taken.notes, *drawn.notes, *self.backend.remarks(ready.request)))
        return replace(drawn, notes=tuple(taken.notes), checked=ready.request)

    def drawn(self) -> Prepared:
        """Return what runs of a request that is prepared but for its words: styles are laid, choices drawn."""
        taken = self.taken
        requests: list[Request] = []
        for request in self.wording.expanded(taken.request):
            plain = without_marks(request, self.backend)  # A list or an option may hold marks as well.
            requests.append(plain.request)
            taken.note(plain.notes)
        return Prepared(self.backend, tuple(requests), tuple(taken.notes))
