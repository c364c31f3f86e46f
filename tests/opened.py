"""A playground as `app.py` opens it from its settings, which closes whatever it has opened.

A connection that is left open is complained of when it is collected: in whatever test runs then.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from backend.adapters.provider.backend import ProviderBackend
from backend.playground import Playground, open_playground
from backend.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Playground]:
    """Open a playground, and close it at the block's end."""
    playground = open_playground(settings)
    try:
        yield playground
    finally:
        close(playground)


def close(playground: Playground) -> None:
    """Close a playground's connections, to every provider and to its record."""
    for backend in playground.backends.values():
        if isinstance(backend, ProviderBackend):
            backend.close()
    playground.store.engine.dispose()
