"""What the door works with: the backends, the record and the settings, built once and passed down."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.base import Backend
from backend.caller import Caller
from backend.errors import Problem, Unsupported
from backend.registry import BACKENDS, REHEARSAL, build
from backend.runs.budget import Budget
from backend.runs.database import open_database
from backend.runs.files import ImageFiles
from backend.runs.history import History
from backend.runs.store import Store
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Playground:
    """Everything that a request needs on its way."""

    settings: Settings
    backends: Mapping[str, Backend]
    store: Store
    budget: Budget
    files: ImageFiles
    default: str

    @property
    def history(self) -> History:
        """Return the record as a visitor looks at it."""
        return History(self.store, self.files)

    def choose(self, name: str) -> Backend:
        """Return a backend by name; `auto` is the one chosen at start. Raise `Unsupported` for another word."""
        backend = self.backends.get(self.default if name == "auto" else name)
        if backend is None:
            raise Unsupported([Problem("backend", f"is {name!r}; choose one of auto, {', '.join(self.backends)}.")])
        return backend


def open_playground(settings: Settings) -> Playground:
    """Build the backends and open the record in the data folder."""
    if settings.backend not in ("auto", *BACKENDS, *REHEARSAL):
        raise Unsupported([Problem("backend", f"is {settings.backend!r}; choose one of auto, {', '.join(BACKENDS)}.")])
    engine = open_database(settings.data, settings.database_url)
    files = ImageFiles(settings.data / "images")
    names = [*BACKENDS, *(name for name in REHEARSAL if name == settings.backend)]
    backends = {name: build(name, settings, files) for name in names}
    budget = Budget(engine, settings.caps)
    return Playground(settings, backends, Store(engine), budget, files, _default(settings, backends))


def _default(settings: Settings, backends: Mapping[str, Backend]) -> str:
    if settings.backend != "auto":
        return settings.backend
    runware = backends.get("runware")
    if not backends["local"].accelerated and runware and runware.missing(Caller(visitor="")) is None:
        return "runware"
    return "local"
