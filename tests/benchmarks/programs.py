"""What `/v1` costs on top of the generation itself, and how many programs one process serves at once."""

import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from backend.domain.caller import Caller
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.visitors.identity import API
from tests.benchmarks.start import serving
from tests.benchmarks.support.crowd import visitor_of
from tests.benchmarks.support.measure import Clock, Row, side_by_side
from tests.serving import Site, served_site

MOST_MORE_MS = 15.0
LEAST_SHARE = 0.6
CLIENTS, RUNS_EACH = 50, 4
PATH = "v1/images/generations"
ROUNDS = 25


def rows() -> Iterator[Row]:
    """Measure one client beside the generation in the same process, then fifty against a process of its own."""
    with tempfile.TemporaryDirectory() as folder, served_site(Path(folder)) as site:
        yield _overhead(site, time.perf_counter, "")
        yield _overhead(site, time.process_time, ", processor time alone, the client's included")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(["-m", "tests.benchmarks.support.site", folder], Path(folder)) as (address, _),
    ):
        yield _crowd(address)


def _overhead(site: Site, clock: Clock, of_what: str) -> Row:
    values = {"prompt": "a boat", "steps": 2, "width": 1024, "height": 1024}
    request = parse_request({"mode": "text_to_image", **values})
    asked = {"prompt": "a boat", "steps": 2, "size": "1024x1024"}

    def directly() -> None:
        for _ in generate(site.playground, Caller(API), "fake", request):
            pass

    with httpx.Client(base_url=site.address, timeout=60) as client:
        pair = side_by_side(lambda: _ask(client, asked), directly, rounds=ROUNDS, clock=clock)
    shown, met = f"+{pair.more_ms:.1f} ms", pair.more_ms <= MOST_MORE_MS
    return Row(f"an image over /v1{of_what}", "the generation alone", shown, f"≤ +{MOST_MORE_MS:g} ms", met)


def _crowd(address: str) -> Row:
    _ask_all(address, 1, 1, 0.0)
    began = time.perf_counter()
    _ask_all(address, CLIENTS, RUNS_EACH, 1.0)
    share = RUNS_EACH / (time.perf_counter() - began)
    what = f"{CLIENTS} programs over /v1 on a process of its own, runs of 1 s"
    against, goal = f"{RUNS_EACH} runs each in {RUNS_EACH} s", f"≥ {LEAST_SHARE:.0%} of ideal"
    return Row(what, against, f"{share:.0%} of ideal", goal, share >= LEAST_SHARE)


def _ask_all(address: str, clients: int, runs_each: int, seconds: float) -> None:
    def stay(number: int) -> None:
        asked = {"prompt": f"program {number}", "steps": 2, "size": "128x128", "options": {"seconds": seconds}}
        with visitor_of(address) as client:
            for _ in range(runs_each):
                _ask(client, asked)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(stay, range(clients)))


def _ask(client: httpx.Client, asked: dict[str, object]) -> None:
    answer = client.post(PATH, json=asked).raise_for_status()
    if not json.loads(answer.content)["data"]:
        raise RuntimeError("an answer without images")
