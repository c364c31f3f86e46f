"""All models on this machine, looked for in the background: the folders' and those of the hub's cache."""

import time
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import constants

from backend.adapters.local.collection.index import PIPELINE, Entry, Index
from backend.domain.events import unheard
from backend.threads.background import Loading

FRESH_SECONDS = 5.0
"""After so long, what was found is looked at again when somebody asks."""
Z_IMAGE = "z-image"


class Collection:
    """What lies in the folders, as it was when somebody last looked."""

    def __init__(self, folders: tuple[Path, ...], kept: Path, cache: Path | None = None) -> None:
        self.folders = folders
        self._cache = cache or Path(constants.HF_HUB_CACHE)
        self._index = Index(kept)
        self._looking: Loading[tuple[Entry, ...]] | None = None
        self._found: tuple[Entry, ...] = ()
        self._since = -FRESH_SECONDS

    @property
    def busy(self) -> bool:
        """Whether it is being looked for."""
        return self._looking is not None and self._looking.busy

    def entries(self, *, wait: bool = False) -> tuple[Entry, ...]:
        """Return what was found last, and look again behind it; with `wait`, what is found now."""
        looking = self._look_again() if wait or time.monotonic() - self._since > FRESH_SECONDS else self._looking
        if looking and wait:
            looking.wait(unheard)
        return self._found

    def found(self, *roles: str, architecture: str = Z_IMAGE) -> tuple[Entry, ...]:
        """Return the entries of these roles that are of this architecture."""
        return tuple(entry for entry in self.entries() if entry.role in roles and entry.architecture == architecture)

    def models(self) -> tuple[Entry, ...]:
        """Return what may be drawn with: whole models, and files with the transformer of one."""
        return self.found(PIPELINE, "checkpoint", "transformer")

    def _look_again(self) -> Loading[tuple[Entry, ...]]:
        if self._looking is None or not self._looking.busy:
            self._since = time.monotonic()
            self._looking = Loading(lambda _: self._look(), doing="Looking for models", failure="The models folders")
            self._looking.start()
        return self._looking

    def _look(self) -> tuple[Entry, ...]:
        self._found = self._index.look((*self.folders, *self._cached()))
        return self._found

    def _cached(self) -> Iterator[Path]:
        """Yield the models of the hub's cache that are whole ones; each is a root, so that its links stay inside."""
        for index in sorted(self._cache.glob("models--*/snapshots/*/model_index.json")):
            yield index.parents[2]


def repo_of(path: Path) -> str | None:
    """Return the hub id of a folder in the hub's cache (`models--OWNER--NAME/snapshots/HASH`), or None."""
    name = path.parents[1].name if len(path.parents) > 1 else ""
    owner, found, repo = name.removeprefix("models--").partition("--")
    return f"{owner}/{repo}" if found and name.startswith("models--") else None
