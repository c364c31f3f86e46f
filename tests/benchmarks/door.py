"""What the door costs (checks, record, ledger, thread, stream) on top of the backend, alone and with many visitors.

All of it in this process: what a visitor gets over HTTP is measured in `visitors.py`."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from backend.adapters.fake import FakeBackend
from backend.adapters.job import Forwarding, Heard, Job
from backend.domain.caller import Caller
from backend.domain.events import News, Progress
from backend.domain.requests import Request, parse_request
from backend.generation.generate import generate, prepare
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from tests.benchmarks.support.measure import Row, side_by_side

MOST_MORE_MS = 30.0
LEAST_SHARE = 0.9
MOST_DELAY_MS = 300.0
MOST_VISITORS = 50  # up to which the goals hold
RUNS_EACH = 4


def rows() -> Iterator[Row]:
    """Measure one run through the door, then throughput with 1, 10, 50 and 100 visitors on runs of one second."""
    with fake_playground() as playground:
        yield _one(playground)
        for visitors in (1, 10, 50, 100):
            yield from _crowd(playground, visitors)


def _one(playground: Playground) -> Row:
    request = _request(seconds=0)
    fake = playground.backends["fake"]
    prepared = prepare(fake, Caller("v"), request)
    pair = side_by_side(lambda: _through(playground, "v", request), lambda: fake.run(prepared, Caller("v"), Heard()))
    shown = f"+{pair.more_ms:.1f} ms"
    return Row("one run through the door", "the backend alone", shown, "≤ +30 ms", pair.more_ms <= MOST_MORE_MS)


def _crowd(playground: Playground, visitors: int) -> Iterator[Row]:
    request = _request(seconds=1)
    delays: list[float] = []
    threads = [threading.Thread(target=_several, args=(playground, f"v{n}", request, delays)) for n in range(visitors)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    share = RUNS_EACH / (time.perf_counter() - began)
    asked, late = visitors <= MOST_VISITORS, sorted(delays)[int(0.95 * len(delays))] * 1000
    yield Row(
        f"{visitors} visitors at the door, in process without HTTP, runs of 1 s",
        f"{RUNS_EACH} runs each in {RUNS_EACH} s",
        f"{share:.0%} of ideal",
        "≥ 90 % of ideal" if asked else "(shown)",
        share >= LEAST_SHARE or not asked,
    )
    yield Row(
        f"{visitors} visitors at the door: from an event's making to its reader, p95",
        "–",
        f"{late:.1f} ms",
        "< 300 ms" if asked else "(shown)",
        late < MOST_DELAY_MS or not asked,
    )


def _several(playground: Playground, visitor: str, request: Request, delays: list[float]) -> None:
    for _ in range(RUNS_EACH):
        delays.extend(
            time.perf_counter() - float(event.preview)
            for event in generate(playground, Caller(visitor), "fake", request)
            if isinstance(event, Progress) and event.preview
        )


class _Clock(FakeBackend):
    """The fake with the moment of each step in its preview's place."""

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        super().run(request, caller, _Stamped(job))


class _Stamped(Forwarding):
    def tell(self, event: News) -> None:
        now = str(time.perf_counter()).encode()
        self.job.tell(replace(event, preview=now) if isinstance(event, Progress) else event)


def _through(playground: Playground, visitor: str, request: Request) -> None:
    for _ in generate(playground, Caller(visitor), "fake", request):
        pass


def _request(*, seconds: float) -> Request:
    options = {"seconds": seconds}
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 2, "options": options})


@contextmanager
def fake_playground() -> Iterator[Playground]:
    """Yield a playground on the fake backend, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(_env_file=None, PLAYGROUND_DATA=data, PLAYGROUND_BACKEND="fake")
        engine, files = open_database(data), ImageFiles(data / "images")
        yield Playground(settings, {"fake": _Clock(files)}, Store(engine), Budget(engine), files, "fake")
        engine.dispose()
