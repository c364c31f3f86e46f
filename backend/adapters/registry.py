"""The backends by name: a line each, imported only when asked for."""

import importlib
from collections.abc import Callable
from typing import Any

from backend.adapters.base import Backend
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


def build(name: str, settings: Settings, files: ImageFiles) -> Backend:
    """Import and build one backend; raise `KeyError` for a name that no line has."""
    module, _, function = (BACKENDS | OPTIONAL | REHEARSAL)[name].partition(":")
    factory: Any = getattr(importlib.import_module(module), function)
    backend: Backend = factory(settings, files)
    return backend
