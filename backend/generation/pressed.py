"""What a button beside a backend's state orders, such as a proof of its seeds: ordinary runs, capped and recorded."""

from collections.abc import Iterator

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import NotAllowed
from backend.domain.events import Failed
from backend.generation.generate import generate
from backend.playground import Playground


def ordered_by(playground: Playground, caller: Caller, backend: Backend, action: str) -> Iterator[str]:
    """Make the runs that an action orders, one after the other, and yield in words how far it is.

    Yields nothing for one that orders nothing. Raises `NotAllowed` where it isn't offered to the caller, what
    `generate` raises, and why a run failed; then no more is ordered.
    """
    requests = backend.ordered_by(action)
    if requests and action not in backend.offered(caller):
        raise NotAllowed(f"{backend.label} doesn't offer this here: it is for whoever pays, and only while it is open.")
    for number, request in enumerate(requests, start=1):
        yield f"Ordering picture {number} of {len(requests)}"
        for event in generate(playground, caller, backend.name, request):
            if isinstance(event, Failed):
                raise event.error
