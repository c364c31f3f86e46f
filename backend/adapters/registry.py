"""The backends by name: a line each, imported only when asked for."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backend.adapters.base import Backend
from backend.domain.exchanges import Exchange
from backend.domain.records import Run
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

BACKENDS: dict[str, str] = {
    "local": "backend.adapters.local:build",
    "runware": "backend.adapters.runware:build",
    "modelrunner": "backend.adapters.modelrunner:build",
}
OPTIONAL: dict[str, str] = {"cluster": "backend.adapters.cluster:build"}
"""Offered only when `PLAYGROUND_BACKEND` names it: it needs more than requirements.txt."""
REHEARSAL: dict[str, str] = {"fake": "backend.adapters.fake:build"}
"""Offered likewise: for tests and for trying the page out."""
Build = Callable[[Settings, ImageFiles], Backend]


WritePrograms = Callable[[Run, Sequence[Exchange]], Iterator[tuple[str, str]]]
"""Yields programs by name that make a run again at its provider, from what was said to it."""


def build(name: str, settings: Settings, files: ImageFiles) -> Backend:
    """Import and build one backend; raise `KeyError` for a name that no line has."""
    module, function = _place(name)
    factory: Any = getattr(importlib.import_module(module), function)
    backend: Backend = factory(settings, files)
    return backend


def program_writer(name: str) -> WritePrograms | None:
    """Return what writes a backend's runs as programs: `write_programs` beside its `build`, None where there's none."""
    module, _ = _place(name)
    found: WritePrograms | None = getattr(importlib.import_module(module), "write_programs", None)
    return found


def _place(name: str) -> tuple[str, str]:
    module, _, function = (BACKENDS | OPTIONAL | REHEARSAL)[name].partition(":")
    return module, function
