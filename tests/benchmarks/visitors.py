"""Visitors over HTTP: images a second, what each run and each open page leaves in memory, and who waits for whom."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.start import resident, serving
from tests.benchmarks.support.crowd import Crowd
from tests.benchmarks.support.measure import Row, seconds
from tests.benchmarks.support.session import Events, opened

RUNS_EACH = 4
TURNS, LEAST_TIMES = 3, 2.5
WARM_RUNS, MORE_RUNS = 200, 800
MOST_MB_A_RUN = 0.07
PAGES, MORE_PAGES = 500, 1000
"""As many as are kept, and as many again as must find room in their places."""
MOST_MB_A_PAGE, MOST_MB_BEYOND = 0.25, 10.0
API_VISITORS, MOST_WAIT_SECONDS = 25, 0.6


def rows() -> Iterator[Row]:
    """Measure each on a server of its own, so that none pays for what another has left."""
    for visitors in (1, 10, 50, 100):
        with _site() as (address, _):
            yield _throughput(address, visitors)
    yield _against_plain()
    with _site() as (address, pid):
        yield _memory_of_runs(address, pid)
    with _site() as (address, pid):
        yield from _memory_of_pages(address, pid)
    with _site() as (address, _):
        yield _wait(address)


def _against_plain() -> Row:
    found: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(TURNS):
        for plain in (False, True) if turn % 2 == 0 else (True, False):
            with _site(plain=plain) as (address, _):
                found[plain].append(_rate(address, 50)[0])
    ours, theirs = (statistics.median(found[plain]) for plain in (False, True))
    shown = f"{ours:.1f} : {theirs:.1f} images/s = {ours / theirs:.2f} ×"
    met = ours / theirs >= LEAST_TIMES
    return Row("50 visitors over HTTP", "the same page on Gradio's own sessions", shown, f"≥ {LEAST_TIMES:g} ×", met)


def _rate(address: str, visitors: int) -> tuple[float, float]:
    """Return images a second, and by how many seconds one of twenty visitors waited longer than their run took."""
    Crowd(visitors=1, runs_each=2, seconds=0).visit(address)  # the first of all builds Gradio's list of endpoints
    crowd = Crowd(visitors, RUNS_EACH, seconds=1)
    began = time.perf_counter()
    made = crowd.visit(address)
    rate = crowd.images / (time.perf_counter() - began)
    return rate, sorted(each.late for each in made)[int(0.95 * len(made))]


def _throughput(address: str, visitors: int) -> Row:
    rate, late = _rate(address, visitors)
    shown = f"{rate:.1f} images/s, {rate / visitors:.0%} of ideal, p95 {late:.1f} s late"
    what = f"{visitors} visitor{'' if visitors == 1 else 's'} over HTTP, runs of 1 s"
    return Row(what, f"{RUNS_EACH} runs each in {RUNS_EACH} s", shown, "(shown)", met=True)


def _memory_of_runs(address: str, pid: int) -> Row:
    Crowd(visitors=4, runs_each=WARM_RUNS // 4, seconds=0).visit(address)
    before = resident(pid)
    Crowd(visitors=4, runs_each=MORE_RUNS // 4, seconds=0).visit(address)
    each = (resident(pid) - before) / MORE_RUNS
    what = f"memory that a run leaves, {MORE_RUNS} runs after the first {WARM_RUNS}"
    return Row(what, "–", f"{each:.3f} MB", f"≤ {MOST_MB_A_RUN} MB", each <= MOST_MB_A_RUN)


def _memory_of_pages(address: str, pid: int) -> Iterator[Row]:
    events = Events.of(address)
    _open_pages(address, events, 10)
    before = resident(pid)
    _open_pages(address, events, PAGES)
    full = resident(pid)
    each = (full - before) / PAGES
    what = f"memory that a page leaves, the first {PAGES}"
    yield Row(what, "–", f"{each:.3f} MB", f"≤ {MOST_MB_A_PAGE} MB", each <= MOST_MB_A_PAGE)
    _open_pages(address, events, MORE_PAGES)
    more = resident(pid) - full
    what, goal = f"memory that the next {MORE_PAGES} pages leave together", f"± {MOST_MB_BEYOND:g} MB"
    yield Row(what, "–", f"{more:+.1f} MB", goal, abs(more) <= MOST_MB_BEYOND)


def _open_pages(address: str, events: Events, count: int) -> None:
    for _ in range(count):
        with opened(address, events):
            pass


def _wait(address: str) -> Row:
    events, busy = Events.of(address), threading.Event()
    crowd = threading.Thread(target=_keep_busy, args=(address, busy))
    with opened(address, events) as page:
        alone = statistics.median(seconds(lambda: page.look(prompt="a boat")) for _ in range(20))
        crowd.start()
        waits = []
        while not (busy.is_set() and waits):
            waits.append(seconds(lambda: page.look(prompt="a boat")))
            time.sleep(0.05)
        crowd.join()
    shown = f"p50 {statistics.median(waits):.2f} s, worst {max(waits):.2f} s (alone {alone:.3f} s)"
    what = f"an idle page's look at the price, {API_VISITORS} visitors over the API"
    return Row(what, "–", shown, f"≤ {MOST_WAIT_SECONDS} s", max(waits) <= MOST_WAIT_SECONDS)


def _keep_busy(address: str, done: threading.Event) -> None:
    try:
        Crowd(API_VISITORS, runs_each=3, seconds=1).visit(address)
    finally:
        done.set()


@contextmanager
def _site(*, plain: bool = False) -> Iterator[tuple[str, int]]:
    how = ["--plain"] if plain else []
    with (
        tempfile.TemporaryDirectory() as name,
        serving(["-m", "tests.benchmarks.support.site", *how, name], Path(name)) as site,
    ):
        yield site
