"""Fifty visitors at once on a backend that takes a second an image: everybody is served, nobody starves.

Run it with `-s` to see the figures; it asserts what each visitor got, never how fast.
"""

import statistics
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.support.crowd import Made, one_image, visitor_of
from tests.serving import Site

VISITORS = 50
SECONDS = 1.0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_fifty_visitors_at_once_all_get_their_own_image(site: Site) -> None:
    ask(site, 0)  # The first request of all builds Gradio's list of endpoints.
    with ThreadPoolExecutor(VISITORS) as pool:
        answers = list(pool.map(lambda number: ask(site, number), range(VISITORS)))
    assert [made.run["request"]["prompt"] for made in answers] == [prompt(number) for number in range(VISITORS)]
    assert len({made.run["run_id"] for made in answers}) == VISITORS
    assert {made.run["status"] for made in answers} == {"finished"}
    waits = sorted(made.seconds for made in answers)
    middle, worst = statistics.median(waits), waits[-1]
    print(f"\n{VISITORS} visitors, {SECONDS:g} s each:")
    print(f"fastest {waits[0]:.2f} s, median {middle:.2f} s, last {worst:.2f} s")


def ask(site: Site, number: int) -> Made:
    with visitor_of(site.address) as visitor:
        return one_image(visitor, prompt=prompt(number), options={"seconds": SECONDS})


def prompt(number: int) -> str:
    return f"visitor number {number}"
