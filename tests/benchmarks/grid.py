"""What a page is sent at each change of a grid of a hundred cells, against the grid as a whole."""

import json
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gradio_client.utils import apply_diff

from tests.benchmarks.start import serving
from tests.benchmarks.support.measure import Row
from tests.benchmarks.support.session import Events, PageSession, opened

MOST_SHARE = 0.05
_GOES_ON = '"process_generating"'
GRID = {"across": "steps", "across_values": "1-10", "down": "seed", "down_values": "1-10"}


def rows() -> Iterator[Row]:
    """Draw one, and count the bytes of each event that its page gets."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(["-m", "tests.benchmarks.support.site", name], Path(name)) as (address, _),
        opened(address, Events.of(address)) as page,
    ):
        changes, whole = sent(page)
    share = changes / whole
    shown = f"{changes / 1000:.1f} KB : {whole / 1000:.0f} KB = {share:.3f} ×"
    what = "a grid of 100 cells: bytes that a change sends to the page (median)"
    yield Row(what, "the whole grid", shown, f"≤ {MOST_SHARE:g} ×", share <= MOST_SHARE)


def sent(page: PageSession) -> tuple[float, int]:
    """Run the grid; return the median bytes of a change, and those of the stage where it holds the most."""
    (sheet,) = (first for name, first in page.events.known["signals", "grid"].inputs if name == "sheet")
    lines = page.lines("grid", {}, prompt="a boat", sheet=sheet | GRID)
    changes = [(len(line), json.loads(line)["output"]["data"]) for line in lines if _GOES_ON in line]
    stage, whole = changes[0][1][0], 0
    for _, data in changes[1:]:
        stage = apply_diff(stage, data[0])
        whole = max(whole, len("".join(stage)))
    return statistics.median(size for size, _ in changes), whole
