"""What runs in a replica's process: the local engine, given one image at a time."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.local.backend import LocalBackend
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.events import Listener, unheard
from backend.domain.requests import Request
from backend.images.incoming import check_header
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from backend.threads.telling import Told, told_by

NOBODY = Caller(visitor="")


@dataclass(frozen=True, slots=True)
class Task:
    """One image to make: a request whose count is 1, and the files that it refers to, by their sha256."""

    request: Request
    pictures: Mapping[str, bytes]


class EngineReplica:
    """One copy of the local engine on one device; Ray Serve starts as many as are needed."""

    def __init__(self, settings: Settings) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="playground-")
        self._files = ImageFiles(Path(self._folder.name))
        self._engine = LocalBackend(settings, self._files)
        self._engine.warm()
        if self._engine.missing(NOBODY) is None:
            self._load()

    async def draw(self, task: Task) -> AsyncIterator[Told]:
        """Make the image and yield what happens; left early, the drawing ends with its current step.

        A coroutine, unlike everything else here, since Ray tells only those that the other side has gone.
        """
        for content in task.pictures.values():
            self._files.put(content, check_header(content))
        told = told_by(self._make, task.request)
        loop = asyncio.get_running_loop()
        try:
            while True:
                step = loop.run_in_executor(None, next, told, None)
                event = await asyncio.shield(step)
                if event is None:
                    return
                yield event
        finally:
            await asyncio.wait([step])
            told.close()
            self._forget(task)

    def _make(self, request: Request, listener: Listener) -> None:
        self._engine.run(request, NOBODY, listener)

    def _load(self) -> None:
        """Have the model ready before Serve sends anything here; why it can't be loaded is told to each run."""
        try:
            self._engine.models.wait(unheard, 1)
        except PlaygroundError:
            return

    def _forget(self, task: Task) -> None:
        for sha256 in task.pictures:
            self._files.delete(sha256)
