"""What a server answers to questions that cost nothing: its paths, its models, and whether it wants a key."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import SecretStr

from backend.adapters.openai.mapping import Route
from backend.adapters.openai.service import Service
from backend.adapters.provider.line import Reply
from backend.domain.errors import BadReply, PlaygroundError

log = logging.getLogger(__name__)

FIRST_PATIENCE = 1.5
"""Seconds that the first who asks waits: a server that stands nearby has answered by then."""
AGAIN, SOON_AGAIN = 300.0, 20.0
"""Seconds after which it is looked at again: it may have another model by now; sooner where it isn't there, or wants a
key."""
ABSENT = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a server; before it has answered it is taken to have both paths."""

    generations: bool = True
    edits: bool = True
    models: tuple[str, ...] = ()
    wants_key: bool = False
    trouble: str = ""
    """Why it couldn't be asked, in a sentence."""


class Look:
    """Looks in a thread of its own, at the first question and after a while again; safe for many threads."""

    def __init__(self, service: Service, key: SecretStr | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._service, self._key, self._clock = service, key, clock
        self._lock = threading.Lock()
        self._looked, self._due = threading.Event(), float("-inf")
        self._began: float | None = None
        self._known = Known()
        self._looking = False
        self._thread: threading.Thread | None = None

    def known(self, *, patience: float = FIRST_PATIENCE) -> Known:
        """Return what is known; within the first `patience` seconds it waits for the first answer."""
        self.begin()
        if not self._looked.is_set() and self._began is not None:
            self._looked.wait(max(self._began + patience - self._clock(), 0.0))
        return self._known

    def begin(self) -> None:
        """Begin to look, where it is time to."""
        with self._lock:
            if self._clock() < self._due or self._looking:
                return
            self._looking = True
            self._began = self._clock() if self._began is None else self._began
            self._thread = threading.Thread(target=self._look, daemon=True, name="looking")
            self._thread.start()

    def end(self) -> None:
        """Wait until a look that has begun is over, as long as its questions may take: then its line may be closed."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def learn(self, route: Route) -> None:
        """Note that an order found no such path."""
        with self._lock:
            known = self._known
            self._known = replace(known, generations=False) if route == "generations" else replace(known, edits=False)

    def _look(self) -> None:
        try:
            found = self._ask()
        except PlaygroundError as error:
            found = Known(trouble=str(error))
        except Exception:  # Of whatever kind: nothing is known then, and whoever waits must go on.
            log.exception("%s could not be looked at", self._service.line.label)
            found = Known(trouble=f"{self._service.line.label} could not be looked at; the playground's log says why.")
        with self._lock:
            self._known, self._looking = found, False
            self._due = self._clock() + (SOON_AGAIN if found.trouble or found.wants_key else AGAIN)
        self._looked.set()

    def _ask(self) -> Known:
        listed = self._service.models(self._key)
        if listed.status in (401, 403):
            return Known(wants_key=True)
        models = _names(listed) if listed.ok else ()
        return Known(models=models, generations=self._has("generations"), edits=self._has("edits"))

    def _has(self, route: Route) -> bool:
        return self._service.has(route, self._key).status not in ABSENT


def _names(reply: Reply) -> tuple[str, ...]:
    try:
        body = reply.json()
    except BadReply:
        return ()
    entries = body.get("data") if isinstance(body, dict) else None
    found = [each.get("id") for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    return tuple(name for name in found if isinstance(name, str))
