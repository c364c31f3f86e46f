"""A playground whose servers of OpenAI's form are the simulator, on a real socket; nothing waits."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from backend.adapters.openai.backend import OpenAIBackend
from backend.adapters.provider.line import Line
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.events import Event, Failed, Finished, Generated
from backend.domain.providers import OPENAI, Facts
from backend.domain.records import Run
from backend.domain.requests import ImageToImage, Inpaint, Request, TextToImage
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Habits
from backend.simulator.openai.prices import FILE
from backend.simulator.server import running
from backend.simulator.world import KEY, World

MAKE, EDIT = "openai.generations", "openai.edits"
ME = "visitor-1"
LONG = 60.0
"""Seconds within which what must come comes, on the busiest machine."""


def fox(count: int = 1, **values: Any) -> TextToImage:
    """Return a small request."""
    return TextToImage(**{"prompt": "a fox", "width": 128, "height": 128, "seed": 1, "count": count, **values})


@dataclass
class Scene:
    """The playground, its server, the world behind it, and the seconds it would have waited."""

    playground: Playground
    backend: OpenAIBackend
    world: World
    address: str
    waits: list[float] = field(default_factory=list)

    def events(self, request: Request, caller: Caller | None = None) -> list[Event]:
        """Run a request to its end and return what happened."""
        return list(generate(self.playground, caller or Caller(visitor=ME), self.backend.name, request))

    def draw(self, request: Request, caller: Caller | None = None) -> tuple[list[Generated], Run]:
        """Run a request that ends well and return its images and its record."""
        events = self.events(request, caller)
        end = events[-1]
        assert isinstance(end, Finished), end
        return [event for event in events if isinstance(event, Generated)], end.run

    def failed(self, request: Request, caller: Caller | None = None) -> tuple[PlaygroundError, Run]:
        """Run a request that fails, and return why and its record."""
        end = self.events(request, caller)[-1]
        assert isinstance(end, Failed), end
        assert end.run is not None
        return end.error, end.run

    def ended(self, visitor: str = ME) -> list[Run]:
        """Wait until no run is going any more, and return a visitor's, newest first."""
        for thread in threading.enumerate():
            if thread.name == "run":
                thread.join(LONG)
        return self.playground.store.runs(visitor)

    def picture(self, side: int = 128) -> str:
        """Return the reference of a picture of two colours that is the visitor's."""
        image = Image.new("RGB", (side, side), "navy")
        image.paste("orange", (0, 0, side // 2, side))
        return self.kept(image)

    def kept(self, image: Image.Image) -> str:
        """Return the reference of a picture that the visitor has brought along."""
        sha256 = self.playground.files.put(encode(image, "png"), "png")
        self.playground.holders.add_picture(sha256, ME)
        return sha256

    def redrawn(self, **values: Any) -> ImageToImage:
        """Return a request that draws over the picture."""
        return ImageToImage(prompt="a fox", image=self.picture(), seed=1, **values)

    def inpainted(self, **values: Any) -> Inpaint:
        """Return a request that paints the right half of the picture anew."""
        mask = Image.new("RGB", (128, 128))
        mask.paste("white", (64, 0, 128, 128))
        return Inpaint(prompt="a fox", image=self.picture(), mask=self.kept(mask), seed=1, **values)


@contextmanager
def openai_scene(
    folder: Path,
    *,
    priced: bool = True,
    key: str | None = KEY,
    wanted: str = KEY,
    habits: Habits | None = None,
    **more: object,
) -> Iterator[Scene]:
    """Open a playground that has one server alone, with the simulator behind it, which wants a key or none.

    `more` are further settings.
    """
    seen = ImageFiles(folder / "simulator")
    world = World(FlatArtist(seen), seen, wanted, habits=habits or Habits())
    with running(world) as address:
        given: dict[str, Any] = {"PLAYGROUND_OPENAI_BASE_URL": f"{address}/v1"}
        if key:
            given["PLAYGROUND_OPENAI_API_KEY"] = key
        if priced:
            given["PLAYGROUND_OPENAI_PRICES"] = price_file(folder)
        with scene_of(folder, world, address, None, **given, **more) as scene:
            yield scene


@contextmanager
def scene_of(
    folder: Path, world: World, address: str, transport: httpx.BaseTransport | None, **given: object
) -> Iterator[Scene]:
    """Open a playground of one server that is reached through `transport`; over the network without one."""
    settings = Settings(_env_file=None, PLAYGROUND_DATA=folder, **given)
    engine = open_database(settings.data)
    files = ImageFiles(settings.data / "images")
    waits: list[float] = []
    (base,) = settings.addresses_of(OPENAI)
    line = Line(OPENAI.label, base, scheme="Bearer", media=OPENAI.media, transport=transport, sleep=waits.append)
    backend = OpenAIBackend(OPENAI, settings, files, line, patience=LONG)
    playground = Playground(
        settings, {"openai": backend}, Store(engine), Budget(engine, settings.caps), files, "openai"
    )
    backend.look.known(patience=LONG)  # A line must not be closed while it is looked through.
    yield Scene(playground, backend, world, address, waits)
    backend.close()
    engine.dispose()


@contextmanager
def answered(folder: Path, answer: Callable[[httpx.Request], httpx.Response], **given: object) -> Iterator[Scene]:
    """Open a playground of one server whose answers a function makes."""
    world_files = ImageFiles(folder / "simulator")
    base = {"PLAYGROUND_OPENAI_BASE_URL": "http://server.test/v1", **given}
    world = World(FlatArtist(world_files), world_files)
    with scene_of(folder, world, "", httpx.MockTransport(answer), **base) as scene:
        yield scene


def price_file(folder: Path, **values: object) -> str:
    """Write a price file, the simulator's own without `values`, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "prices.json"
    path.write_text(json.dumps(values or FILE), encoding="utf-8")
    return str(path)


def server_of(name: str) -> Facts:
    """Return the facts of a named server."""
    return OPENAI.server(name)
