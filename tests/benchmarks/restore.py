"""Reading the settings of a dropped image: honest files and hostile ones."""

import json
import time
from collections.abc import Iterator

from backend.restore.read import read_metadata
from tests.backend.restore.files import png
from tests.backend.restore.large import LARGE
from tests.backend.restore.test_comfyui import GRAPH
from tests.backend.restore.test_containers import BOXES, PLACES
from tests.backend.restore.test_read import HOSTILE
from tests.backend.restore.test_stealth import HOSTILE as HIDDEN
from tests.backend.restore.tools.test_infotext import FORGE
from tests.benchmarks.support.measure import Row, seconds

MOST_MS = 25.0
ROUNDS = 5
FILES = {
    "an A1111 file": png(parameters=FORGE),
    "a ComfyUI file": png(prompt=json.dumps(GRAPH), workflow=json.dumps({"nodes": [], "links": []})),
    **LARGE,
    **HOSTILE,
    **BOXES,
    **PLACES,
    **HIDDEN,
}


def rows() -> Iterator[Row]:
    """Measure each file, and report the slowest."""
    taken = {name: min(_reading(content) for _ in range(ROUNDS)) for name, content in FILES.items()}
    slowest = max(taken, key=lambda name: taken[name])
    worst = taken[slowest] * 1000
    yield Row(
        f"settings read from {len(FILES)} files, honest and hostile (CPU time)",
        "–",
        f"slowest {worst:.1f} ms ({slowest})",
        f"< {MOST_MS:g} ms each",
        worst < MOST_MS,
    )


def _reading(content: bytes) -> float:
    return seconds(lambda: read_metadata(content), clock=time.process_time)
