"""A hundred visitors with eight images each on one process: no error, nobody gets another's, memory stays bounded.

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
EACH = 8
SIDE = 256
MOST_GROWTH_MB = 300
"""Of this process, which is the server and its hundred visitors with their threads: 212 MB were measured, and the
pixels of all the images are another 157.
"""


def megabytes() -> float:
    """Return this process's resident memory: the server's, and the visitors' own."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def stay(site: Site, number: int, images: int = EACH) -> list[str]:
    """Make image after image; check each, and return their addresses."""
    seen = []
    with visitor_of(site.address) as visitor:
        visitor.get("/").raise_for_status()
        for at in range(images):
            prompt = f"visitor {number}, image {at}"
            made = one_image(visitor, prompt=prompt, steps=1, options={"seconds": 1.0}, width=SIDE, height=SIDE)
            assert made.run["request"]["prompt"] == prompt
            expected = draw(parse_request(made.run["request"]), int(made.run["seeds"][0]), (SIDE, SIDE))
            with Image.open(io.BytesIO(visitor.get(made.address).raise_for_status().content)) as picture:
                assert picture.convert("RGB").tobytes() == expected.tobytes()
            seen.append(made.address)
    return seen


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_visitors_with_eight_images_each_get_their_own(site: Site) -> None:
    stay(site, VISITORS, images=1)
    before, began = megabytes(), time.monotonic()
    with ThreadPoolExecutor(VISITORS) as pool:
        seen = list(pool.map(lambda number: stay(site, number), range(VISITORS)))
    growth, seconds = megabytes() - before, time.monotonic() - began
    addresses = [address for own in seen for address in own]
    print(f"\n{len(addresses)} images in {seconds:.0f} s, memory {before:.0f} MB + {growth:.0f} MB")
    assert len(set(addresses)) == VISITORS * EACH
    assert growth < MOST_GROWTH_MB
    stranger = httpx.Client(base_url=site.address, timeout=60)
    assert {stranger.get(address).status_code for address in addresses[:20]} == {404}
    stranger.close()
    assert site.fake.running == 0
