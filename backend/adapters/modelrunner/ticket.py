"""One request at ModelRunner as the run remembers it, on disk, from before it is sent."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from backend.adapters.modelrunner.service import Names

APP = "z-image-playground"


@dataclass(slots=True)
class Ticket:
    """A request for `count` images, the first of which is the run's image `index` and has `seed`.

    `mark` is our own name for it, given to ModelRunner as metadata: by it a request is found whose answer was lost.
    `sent`: it may have arrived there.
    """

    index: int
    count: int
    seed: int
    mark: str = field(default_factory=lambda: secrets.token_hex(12))
    sent: bool = False
    names: Names | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """Return what ModelRunner keeps with the request."""
        return {"app": APP, "mark": self.mark}

    @property
    def indices(self) -> range:
        """Return the indices of its images within the run."""
        return range(self.index, self.index + self.count)

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def restored(values: Mapping[str, Any]) -> Ticket:
    """Return a ticket from its JSON."""
    names = values.get("names")
    return Ticket(**{**values, "names": Names(**names) if names else None})
