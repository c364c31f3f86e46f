"""Work as one visitor with whatever commit lies on the path, and be killed while a provider has the last order."""

import importlib
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

PROVIDER = {"provider": True}
ORDERS: tuple[dict[str, Any], ...] = (
    {"prompt": "a red boat 船", "count": 2, "seed": 7, "steps": 5, "options": PROVIDER},
    {"prompt": "a half boat", "count": 2, "seed": 8, "options": PROVIDER | {"fail_after": 1}},
    {"prompt": "a free house", "seed": 9},
    {"prompt": "an unknown tree", "seed": 10, "options": PROVIDER | {"cost_usd": None}},
)
LAST = {"prompt": "a late fox", "count": 2, "seed": 11, "options": PROVIDER | {"seconds": 60}}
PLACES = {
    "BACKENDS": ("backend.adapters.registry", "backend.registry"),
    "generate": ("backend.generation.generate", "backend.generate"),
    "open_playground": ("backend.playground",),
    "Settings": ("backend.settings",),
    "Caller": ("backend.domain.caller", "backend.caller"),
    "parse_request": ("backend.domain.requests", "backend.requests"),
    "History": ("backend.record.history", "backend.runs.history"),
}
"""Where each name has lain, the newest place first."""


def main(data: str) -> None:
    """Fill the folder."""
    leave_out_what_is_not_there_yet(find("BACKENDS"))
    settings = find("Settings")(PLAYGROUND_DATA=Path(data), PLAYGROUND_BACKEND="fake")
    playground = find("open_playground")(settings)
    caller = find("Caller")(visitor="ann")
    for order in ORDERS:
        for _ in begin(playground, caller, order):
            pass
    mark_and_drop(playground)
    for _ in begin(playground, caller, LAST):
        if is_out(Path(data)):
            os.kill(os.getpid(), signal.SIGKILL)


def leave_out_what_is_not_there_yet(backends: dict[str, str]) -> None:
    """Take from the list of backends, each with its `module:function`, those that the first commits only named."""
    for name, place in list(backends.items()):
        module, _, function = place.partition(":")
        try:
            there = hasattr(importlib.import_module(module), function)
        except ModuleNotFoundError:
            there = False
        if not there:
            del backends[name]


def begin(playground: Any, caller: Any, order: dict[str, Any]) -> Any:
    """Return the events of an order through the commit's own door."""
    size = {"mode": "text_to_image", "width": 128, "height": 128}
    return find("generate")(playground, caller, "fake", find("parse_request")(size | order))


def mark_and_drop(playground: Any) -> None:
    """Make the first run's second image a favourite, and put the free one into the trash, where the commit has that."""
    history = find("History")
    if history is None:
        return
    kept = history(playground.store, playground.files)
    runs = {run.request.prompt: run.id for run in kept.page("ann").runs}
    kept.mark("ann", runs["a red boat 船"], 1, favourite=True)
    kept.delete("ann", [runs["a free house"]])


def is_out(data: Path) -> bool:
    """Say whether a provider has an order whose end isn't written down."""
    with closing(sqlite3.connect(data / "playground.db")) as record:
        asked = "SELECT count(*) FROM runs WHERE status = 'running' AND provider_ids != '{}'"
        return bool(record.execute(asked).fetchone()[0])


def find(name: str) -> Any:
    """Return a name from the newest of its places that this commit has; None where it has none."""
    for place in PLACES[name]:
        try:
            return getattr(importlib.import_module(place), name)
        except ImportError:
            continue
    return None


main(sys.argv[1])
