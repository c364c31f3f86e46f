"""The backends by name: a line each, imported only when asked for."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backend.adapters.base import Backend
from backend.domain.exchanges import Exchange
from backend.domain.providers import FACTS, Facts, facts_of
from backend.domain.records import Run
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

BACKENDS: dict[str, str] = {
    "local": "backend.adapters.local:build",
    "runware": "backend.adapters.runware:build",
    "modelrunner": "backend.adapters.modelrunner:build",
}
SEVERAL: dict[str, str] = {"openai": "backend.adapters.openai:build"}
"""Of which the settings name as many servers as they like, or none, each a backend; built with its facts besides."""
OPTIONAL: dict[str, str] = {"cluster": "backend.adapters.cluster:build"}
"""Offered only when `PLAYGROUND_BACKEND` names it: it needs more than requirements.txt."""
REHEARSAL: dict[str, str] = {"fake": "backend.adapters.fake:build"}
"""Offered likewise: for tests and for trying the page out."""
Build = Callable[[Settings, ImageFiles], Backend]


WritePrograms = Callable[[Run, Sequence[Exchange]], Iterator[tuple[str, str]]]
"""Yields programs by name that make a run again at its provider, from what was said to it."""


def servers(settings: Settings) -> tuple[Facts, ...]:
    """Return the facts of every server that the settings name, of all adapters of which there may be several."""
    return tuple(facts for kind in SEVERAL for facts in settings.servers_of(FACTS[kind]))


def names(settings: Settings) -> tuple[str, ...]:
    """Return the backends that are offered with these settings, in the order of the switch."""
    asked = (name for name in (*OPTIONAL, *REHEARSAL) if name == settings.backend)
    return (*BACKENDS, *(facts.name for facts in servers(settings)), *asked)


def build(name: str, settings: Settings, files: ImageFiles) -> Backend:
    """Import and build one backend; raise `KeyError` for a name that no line has."""
    module, function = _place(name)
    factory: Any = getattr(importlib.import_module(module), function)
    of_server = (facts_of(name),) if _kind(name) in SEVERAL else ()
    backend: Backend = factory(settings, files, *of_server)
    return backend


def program_writer(name: str) -> WritePrograms | None:
    """Return what writes a backend's runs as programs: `write_programs` beside its `build`, None where there's none."""
    module, _ = _place(name)
    found: WritePrograms | None = getattr(importlib.import_module(module), "write_programs", None)
    return found


def _place(name: str) -> tuple[str, str]:
    module, _, function = (BACKENDS | SEVERAL | OPTIONAL | REHEARSAL)[_kind(name)].partition(":")
    return module, function


def _kind(name: str) -> str:
    return name.partition("-")[0]
