"""Who asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from backend.domain.press import Press


class OwnKey(SecretStr):
    """A key that a visitor pasted, by which a refusal of it is told from one of the server's."""


def _held(_backend: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Caller:
    """A visitor: a stable id, the visitor's own keys by backend name (in memory only), and the room they are in."""

    visitor: str
    keys: Mapping[str, SecretStr] = field(default_factory=dict)
    room: str | None = None
    address: str | None = None
    """An opaque mark of the network address, by which spending is counted too; None where it isn't known."""
    signed_in: bool = False
    """Whether the id stands for a login, so that the address need not be counted."""
    page: str | None = None
    """The page session that watches, which may reload; None where leaving means that nothing more is wanted."""
    press: Press | None = field(default=None, compare=False, repr=False)
    """The press that this is done for, which a Stop ends; None for scripts."""
    holds: Callable[[str], bool] = field(default=_held, compare=False, repr=False)
    """Say of a backend whether its key in `keys` is the visitor's still: neither forgotten nor replaced since."""

    def lost_key(self, backend: str) -> bool:
        """Whether what was begun on an own key of this backend may order nothing more on it."""
        return backend in self.keys and not self.holds(backend)
