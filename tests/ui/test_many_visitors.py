"""Fifty visitors at once on a backend that takes a second an image: everybody is served, nobody starves.

Run it with `-s` to see the figures; it asserts what each visitor got, never how fast.
"""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.serving import Site

VISITORS = 50
SECONDS = 1.0


@pytest.mark.slow
def test_fifty_visitors_at_once_all_get_their_own_image(site: Site) -> None:
    ask(site, 0)  # The first request of all builds Gradio's list of endpoints.
    with ThreadPoolExecutor(VISITORS) as pool:
        answers = list(pool.map(lambda number: ask(site, number), range(VISITORS)))
    assert [run["request"]["prompt"] for run, _ in answers] == [prompt(number) for number in range(VISITORS)]
    assert len({run["run_id"] for run, _ in answers}) == VISITORS
    assert {run["status"] for run, _ in answers} == {"finished"}
    waits = sorted(seconds for _, seconds in answers)
    middle, worst = statistics.median(waits), waits[-1]
    print(f"\n{VISITORS} visitors, {SECONDS:g} s each:")
    print(f"fastest {waits[0]:.2f} s, median {middle:.2f} s, last {worst:.2f} s")


def ask(site: Site, number: int) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    values = {"prompt": prompt(number), "options": {"seconds": SECONDS}}
    with httpx.Client(base_url=f"{site.address}gradio_api/call/", timeout=100) as visitor:
        event = visitor.post("v2/text_to_image", json=values).raise_for_status().json()["event_id"]
        with visitor.stream("GET", f"text_to_image/{event}") as reply:
            lines = list(reply.iter_lines())
    last = next(line for line, before in zip(lines[1:], lines, strict=False) if before == "event: complete")
    run: dict[str, Any] = json.loads(last.removeprefix("data: "))[1]
    return run, time.monotonic() - began


def prompt(number: int) -> str:
    return f"visitor number {number}"
