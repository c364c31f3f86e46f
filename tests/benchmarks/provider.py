"""What the playground adds to a run on a provider: door and adapter against bare httpx, both to the simulator."""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.adapters.provider.line import Line
from backend.adapters.runware.backend import RunwareBackend
from backend.domain.caller import Caller
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from backend.simulator.world import KEY
from tests.benchmarks.support.measure import Row, seconds
from tests.serving import free_port

MOST_MORE_MS = 30.0
RUNS = 60
"""Runs at each number of visitors, shared among them."""
REQUEST = TextToImage(prompt="a boat", width=256, height=256, steps=8, seed=1)


def rows() -> Iterator[Row]:
    """Measure p50 and p95 of one run with 1, 10 and 50 visitors."""
    with simulator() as address, provider_playground(address) as playground, httpx.Client() as client:
        for visitors in (1, 10, 50):
            ours = _taken(visitors, lambda: _through(playground))
            bare = _taken(visitors, lambda: _bare(client, address))
            yield _row(visitors, ours, bare)


@dataclass(frozen=True)
class Taken:
    """Milliseconds of the run in the middle and of the one that 95 of 100 are faster than."""

    p50: float
    p95: float


def _row(visitors: int, ours: Taken, bare: Taken) -> Row:
    more = ours.p50 - bare.p50
    shown = f"p50 {ours.p50:.0f} : {bare.p50:.0f} ms, p95 {ours.p95:.0f} : {bare.p95:.0f} ms (+{more:.0f} ms)"
    alone = visitors == 1
    what = f"a run on Runware, {visitors} visitor{'' if alone else 's'}"
    goal = f"≤ +{MOST_MORE_MS:.0f} ms" if alone else "(shown)"
    return Row(what, "bare httpx, same two requests", shown, goal, not alone or more <= MOST_MORE_MS)


def _taken(visitors: int, work: Callable[[], None]) -> Taken:
    work()
    times: list[float] = []

    def several() -> None:
        times.extend(seconds(work) * 1000 for _ in range(RUNS // visitors or 1))

    threads = [threading.Thread(target=several) for _ in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Taken(statistics.median(times), statistics.quantiles(times, n=20)[-1])


def _through(playground: Playground) -> None:
    for _ in generate(playground, Caller("v"), "runware", REQUEST):
        pass


def _bare(client: httpx.Client, address: str) -> None:
    task = {
        "taskType": "imageInference",
        "taskUUID": str(uuid.uuid4()),
        "model": "runware:z-image@turbo",
        "positivePrompt": REQUEST.prompt,
        "width": 256,
        "height": 256,
        "steps": 8,
        "CFGScale": 1,
        "seed": 1,
        "outputFormat": "PNG",
    }
    answer = client.post(f"{address}/v1", json=[task], headers={"Authorization": f"Bearer {KEY}"})
    client.get(answer.raise_for_status().json()["data"][0]["imageURL"]).raise_for_status()


@contextmanager
def simulator() -> Iterator[str]:
    """Start the simulator in a process of its own and yield its address."""
    address = f"http://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "backend.simulator", "--draw", "flat", "--balance", "1000", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        _wait_for(address)
        yield address
        server.terminate()


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the simulator did not start")


@contextmanager
def provider_playground(address: str) -> Iterator[Playground]:
    """Yield a playground whose Runware is at `address`, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(_env_file=None, PLAYGROUND_DATA=data, RUNWARE_API_KEY=KEY)
        engine, files = open_database(data), ImageFiles(data / "images")
        runware = RunwareBackend(settings, files, Line("Runware", f"{address}/v1", scheme="Bearer"))
        yield Playground(settings, {"runware": runware}, Store(engine), Budget(engine), files, "runware")
        runware.close()
        engine.dispose()
