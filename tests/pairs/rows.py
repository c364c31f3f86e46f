"""The rows of the table: each thing that a visitor can begin which may cost money, and how it is stopped."""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from backend.images.encoding import encode
from backend.simulator.faults import Fault
from tests.pairs.books import ORDERS, PATIENCE, Books
from tests.pairs.page import Page
from tests.pairs.place import SLOW_SECONDS, Place, lose_files

WORDS = "a red fox"


@dataclass
class Going:
    """What was begun on a page."""

    page: Page
    begun: str

    def stop(self) -> None:
        """Press Stop."""
        self.page.ask("stop")

    def end(self) -> Any:
        """Wait for its end."""
        return self.page.end(self.begun)

    def leave(self) -> None:
        """Close the page."""
        self.page.leave()


class GoingMap(Going):
    """A control map, which has a Stop of its own."""

    def stop(self) -> None:
        """Press it: the browser lets Gradio cancel the event, and then asks for the rest."""
        self.page.cancel("buy", self.begun)
        self.page.ask("stopped")
        self.begun = ""

    def end(self) -> Any:
        """Wait for its end; the browser hears no more of an event that was cancelled."""
        return super().end() if self.begun else None


@dataclass
class GoingQueue(Going):
    """Presses that wait in a queue, which another event than theirs draws."""

    place: Place

    def end(self) -> None:
        """Wait until nothing of it is drawn, and nothing will be for now."""
        queued, visitor, until = (
            self.place.playground.queued,
            self.place.visitor(self.page),
            time.monotonic() + PATIENCE,
        )
        while (now := queued.look(visitor)).running or (now.waiting and not now.paused):
            assert time.monotonic() < until, f"the queue goes on: {now}"
            time.sleep(0.02)


@dataclass(frozen=True)
class Row:
    """One thing that a visitor begins: an event of the page with the form's values; it makes so many paid images."""

    name: str
    event: str = "run"
    images: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    sheet: Mapping[str, Any] = field(default_factory=dict)
    signs: tuple[str, ...] = ORDERS
    """What the provider is asked once it is under way."""
    at_once: int = 1
    """How many orders go out side by side."""

    @property
    def provider(self) -> str:
        """Return the backend that makes it."""
        return str(self.values.get("backend", "runware"))

    def ready(self, place: Place, page: Page, books: Books) -> None:
        """Bring about what it needs."""

    def slow(self, place: Place) -> None:
        """Let it last, so that something can happen meanwhile."""
        place.slow()

    def begin(self, place: Place, page: Page) -> Any:
        """Begin it."""
        return Going(page, page.begin(self.event, sheet={"count": 1, **self.sheet}, **self._values()))

    def under_way(self, place: Place, page: Page, books: Books) -> Any:
        """Begin it so that it lasts, and wait until the provider was asked."""
        self.ready(place, page, books)
        self.slow(place)
        asked = books.asked(self.signs)
        going = self.begin(place, page)
        books.wait(lambda: books.asked(self.signs) >= asked + self.at_once, f"{self.name}: the provider isn't asked")
        return going

    def done(self, place: Place, page: Page, books: Books) -> Any:
        """Begin it and wait for its end."""
        self.ready(place, page, books)
        going = self.begin(place, page)
        going.end()
        return going

    def _values(self) -> dict[str, Any]:
        return {"prompt": WORDS, "backend": "runware", "mode": "text_to_image", **self.values}


class OfAPicture(Row):
    """One that needs a picture on the easel, which nobody had before."""

    def begin(self, place: Place, page: Page) -> Going:
        """Begin it with the picture."""
        red, green, blue = secrets.token_bytes(3)
        easel = page.upload(encode(Image.new("RGB", (128, 128), (red, green, blue)), "png"))
        values = {**self._values(), "easel": easel}
        return self._begun(page, values)

    def _begun(self, page: Page, values: dict[str, Any]) -> Going:
        return Going(page, page.begin(self.event, sheet={"count": 1, **self.sheet}, **values))


class AMap(OfAPicture):
    """A control map, bought by the button that says its price."""

    def _begun(self, page: Page, values: dict[str, Any]) -> Going:
        offered = page.end(page.begin("show", **values))["data"]
        (price,) = [each["value"] for each in offered if isinstance(each, dict) and each.get("value")]
        return GoingMap(page, page.begin(self.event, **values, buy_map=price))


class Recovered(Row):
    """The image of a run that could not be fetched, brought home."""

    def ready(self, place: Place, page: Page, books: Books) -> None:
        """Lose the way to a paid image."""
        lose_files(place)
        page.end(page.begin("run", sheet={"count": 1}, **self._values()))
        place.world.faults.clear()

    def slow(self, place: Place) -> None:
        """Let the fetch last."""
        place.world.faults.add(Fault(kind="slow", operation="media", seconds=SLOW_SECONDS, times=50))

    def begin(self, place: Place, page: Page) -> Going:
        """Press Recover."""
        caller = place.visitor(page)
        (run,) = place.playground.history.recoverable(caller)
        return Going(page, page.begin(self.event, event={"run": run.id}))


class InARoom(Row):
    """A batch in a room, which its visitor has opened."""

    def ready(self, place: Place, page: Page, books: Books) -> None:
        """Open a room and enter it."""
        said = str(page.ask("together", event={"do": "open", "name": "Anna"}))
        page.query["room"] = re.findall(r"\?room=([\w-]+)", said)[0]


class Queued(Row):
    """Two presses that are added to the queue, of which the first is drawn at once."""

    def begin(self, place: Place, page: Page) -> Going:
        """Add them."""
        for _ in range(2):
            page.end(page.begin(self.event, event={}, sheet={"count": 1}, **self._values()))
        return GoingQueue(page, "", place)


class Varied(Row):
    """A grid, while another action of the same page begins and ends: images like a free one."""

    def ready(self, place: Place, page: Page, books: Books) -> None:
        """Make the free image."""
        page.end(page.begin("run", sheet={"count": 1}, prompt=WORDS, backend="fake"))

    def begin(self, place: Place, page: Page) -> Going:
        """Begin the grid, and vary."""
        grid = super().begin(place, page)
        free = next(run for run in place.playground.store.runs(place.visitor(page)) if run.backend == "fake")
        page.end(page.begin("vary", event={"run": free.id, "index": "0"}))
        return Going(page, grid.begun)


SEEDS = {"across": "seed", "across_values": "1,2,3,4,5,6,7,8"}
"""More than can be ordered while a press is on its way, so that what is ordered after it shows."""
CONTROL = {"mode": "controlnet", "controlnet_preprocess": "canny"}
RUN = Row("run")
ON_THE_PAGE: tuple[Row, ...] = (
    RUN,
    Row("server", images=3, values={"backend": "openai"}, sheet={"count": 3}, signs=("openai.generations",)),
    Row("batch", images=3, sheet={"count": 3}),
    Row("choices", images=5, values={"prompt": "a {red|blue|green|white|black} fox"}, sheet={"count": 5}),
    Row("grid", "grid", images=8, sheet=SEEDS, at_once=2),
    OfAPicture("compare", "compare", images=2, values=CONTROL, at_once=2),
    Varied("vary", "grid", images=8, sheet=SEEDS, at_once=2),
    AMap("control map", "buy", values={"controlnet_preprocess": "depth"}),
    Recovered("recover", "recover", signs=("media",)),
    Queued("queue", "enqueue", images=2),
    InARoom("room", images=2, sheet={"count": 2}),
)
