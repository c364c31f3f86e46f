"""Queues on the fake backend, with pages that are open as long as a test wants."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from backend.domain.caller import Caller
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.prepared import Asked
from backend.playground import Playground
from backend.presses.queues import Queues
from backend.prompts.wording import PLAIN
from backend.record.database.tables import ledger
from backend.record.presses.entries import QueueEntry, Until

PATIENCE_SECONDS = 60.0


def until(true: Callable[[], object]) -> None:
    """Wait for a state."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


@dataclass
class Scene:
    """A playground's queues, and the pages that are open."""

    playground: Playground
    queues: Queues
    pages: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def page(self, visitor: str = "ann", page: str = "page-1", **more: Any) -> Caller:
        """Open a page."""
        self.pages.enter_context(self.playground.pages.line(page))
        caller = Caller(visitor=visitor, page=page, **more)
        self.queues.look(caller)
        return caller

    def add(self, caller: Caller, prompt: str = "a boat", until: Until | None = None, **values: Any) -> QueueEntry:
        """Press Generate during a run."""
        asked = parse_request({"mode": "text_to_image", "prompt": prompt, "steps": 1, **values})
        return self.queues.add(caller, Asked(self.playground.choose("fake"), asked), until)

    @contextlib.contextmanager
    def meanwhile(self, caller: Caller) -> Iterator[None]:
        """Let a run of the page's go on until the block ends: what is added meanwhile waits."""
        with self.playground.live.press(caller):
            yield

    def waiting(self, caller: Caller) -> list[str]:
        """Return the prompts that wait."""
        return [entry.requests[0].prompt for entry in self.queues.look(caller).queue.waiting]

    def at_rest(self, caller: Caller) -> None:
        """Wait until nothing is drawn any more."""
        until(lambda: not (now := self.queues.look(caller)).drawing and not now.queue.running)

    def runs(self, visitor: str = "ann") -> list[Run]:
        """Return a visitor's runs, oldest first."""
        return list(reversed(self.playground.store.runs(visitor, limit=1000)))

    def drawn(self, visitor: str = "ann") -> list[str]:
        """Return the prompts of a visitor's runs that have an image, oldest first."""
        return [run.request.prompt for run in self.runs(visitor) if run.images]

    def reserved(self) -> list[str]:
        """Return the ids of what money is set aside for now."""
        with self.playground.store.engine.connect() as connection:
            return list(connection.scalars(select(ledger.c.run_id).where(ledger.c.state == "reserved")))


def scene_of(playground: Playground, *, linger: float = 0.2) -> Scene:
    """Return the queues of a playground."""
    return Scene(playground, Queues(playground, lambda _: PLAIN, linger=linger))


@pytest.fixture
def scene(playground: Playground) -> Iterator[Scene]:
    made = scene_of(playground)
    yield made
    made.pages.close()


def held(caller: Caller, key: str = "own-key-1") -> Caller:
    """Return the caller with a page of its own key."""
    return replace(caller, keys={"fake": SecretStr(key)})
