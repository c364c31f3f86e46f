"""A playground whose images are drawn when a test lets them, so that nothing depends on who is faster."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.fake import FakeBackend, FakeOptions, draw
from backend.adapters.job import Job
from backend.domain.events import Progress
from backend.domain.requests import Request, seeds
from backend.images.encoding import preview_jpeg
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from tests.serving import Site, free_port, page_of


class Held(FakeBackend):
    """Draws each image as soon as it is let, one at a time; until then it is at step 3 and can be stopped."""

    def __init__(self, files: ImageFiles) -> None:
        super().__init__(files)
        self.let = threading.Semaphore(0)
        self.drawing: list[int] = []
        """The seeds of the images that are being drawn, be it for nobody any more."""

    def _take_time(self, request: Request, options: FakeOptions, index: int, job: Job) -> None:
        seed = seeds(request)[index]
        preview = preview_jpeg(draw(request, seed, (64, 64)))
        self.drawing.append(seed)
        try:
            while not self.let.acquire(timeout=0.02):
                job.tell(Progress(3, 8, preview, index))
        finally:
            self.drawing.remove(seed)


@dataclass(frozen=True)
class HeldSite(Site):
    """A served playground with that backend."""

    fake: Held


@contextmanager
def held_site(data: Path, **more: str) -> Iterator[HeldSite]:
    """Serve such a playground until the block ends; `more` are further settings."""
    given = {"PLAYGROUND_DATA": data, "PLAYGROUND_BACKEND": "fake", "GRADIO_SERVER_PORT": free_port(), **more}
    settings = Settings(_env_file=None, **given)
    engine = open_database(settings.data)
    files = ImageFiles(settings.data / "images")
    fake = Held(files)
    playground = Playground(settings, {"fake": fake}, Store(engine), Budget(engine, settings.caps), files, "fake")
    with page_of(playground) as address:
        yield HeldSite(address, playground, fake)
    engine.dispose()
