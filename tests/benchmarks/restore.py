"""Reading the settings of a dropped image: honest files and hostile ones."""

import json
from collections.abc import Iterator

from backend.restore.read import read_metadata
from tests.backend.restore.files import png
from tests.backend.restore.test_comfyui import GRAPH
from tests.backend.restore.test_infotext import FORGE
from tests.backend.restore.test_read import HOSTILE
from tests.benchmarks.support.measure import Row, seconds

MOST_MS = 50.0
ROUNDS = 5
_LARGE = json.dumps([{"a": number} for number in range(38_000)])
FILES = {
    "an A1111 file": png(parameters=FORGE),
    "a ComfyUI file": png(prompt=json.dumps(GRAPH), workflow=json.dumps({"nodes": [], "links": []})),
    "a megabyte of JSON": png(parameters=_LARGE, prompt=_LARGE),
    **HOSTILE,
}


def rows() -> Iterator[Row]:
    """Measure each file, and report the slowest."""
    taken = {
        name: min(seconds(lambda c=content: read_metadata(c)) for _ in range(ROUNDS)) for name, content in FILES.items()
    }
    slowest = max(taken, key=lambda name: taken[name])
    worst = taken[slowest] * 1000
    yield Row(
        f"settings read from {len(FILES)} files, honest and hostile",
        "–",
        f"slowest {worst:.1f} ms ({slowest})",
        f"< {MOST_MS:g} ms each",
        worst < MOST_MS,
    )


def _reading(content: bytes) -> float:
    return seconds(lambda: read_metadata(content))
