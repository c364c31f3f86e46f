"""A hundred visitors for a minute on one process: no error, nobody gets another's image, memory stays bounded.

Run it with `-s` to see the figures; it asserts what each visitor got, never how fast.
"""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image

from backend.adapters.fake import draw
from backend.domain.requests import parse_request
from tests.benchmarks.support.crowd import one_image, visitor_of
from tests.serving import Site

VISITORS = 100
MINUTE = 60.0
MOST_GROWTH_MB = 200
"""Of this process, which is the server and its hundred visitors with their threads; 79 MB were measured."""


def megabytes() -> float:
    """Return this process's resident memory: the server's, and the visitors' own."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def stay(site: Site, number: int, until: float) -> list[str]:
    """Make image after image until the minute is over; check each, and return their addresses."""
    seen = []
    with visitor_of(site.address) as visitor:
        visitor.get("/").raise_for_status()
        while time.monotonic() < until:
            prompt = f"visitor {number}, image {len(seen)}"
            made = one_image(visitor, prompt=prompt, steps=1, options={"seconds": 1.0}, width=128, height=128)
            assert made.run["request"]["prompt"] == prompt
            expected = draw(parse_request(made.run["request"]), int(made.run["seeds"][0]), (128, 128))
            with Image.open(io.BytesIO(visitor.get(made.address).raise_for_status().content)) as picture:
                assert picture.convert("RGB").tobytes() == expected.tobytes()
            seen.append(made.address)
    return seen


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_visitors_for_a_minute_each_get_their_own(site: Site) -> None:
    stay(site, 0, time.monotonic() + 1)
    before, until = megabytes(), time.monotonic() + MINUTE
    with ThreadPoolExecutor(VISITORS) as pool:
        seen = list(pool.map(lambda number: stay(site, number, until), range(VISITORS)))
    growth = megabytes() - before
    addresses = [address for own in seen for address in own]
    print(f"\n{VISITORS} visitors, {MINUTE:g} s: {len(addresses)} images, memory {before:.0f} MB + {growth:.0f} MB")
    assert all(seen)
    assert len(set(addresses)) == len(addresses)
    assert growth < MOST_GROWTH_MB
    stranger = httpx.Client(base_url=site.address, timeout=60)
    assert {stranger.get(address).status_code for address in addresses[:20]} == {404}
    stranger.close()
    assert site.fake.running == 0
