"""A process that ends in the middle of a run, after what had to be on disk went there."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.adapters.job import Charged, Noted, Told
from backend.domain.events import Generated, News
from backend.domain.records import Run
from backend.record.store import Store


class Crash(BaseException):
    """The process ends here."""


class Disk:
    """Keeps what the door would keep, and crashes at the n-th call of a kind (after it is kept)."""

    def __init__(self, store: Store, run: Run, crash_at: int, kind: type[Told] = Noted) -> None:
        self.store, self.run, self.left, self.kind = store, run, crash_at, kind

    def tell(self, event: News) -> None:
        """Take what goes on."""
        self._take(event)

    def may_order(self) -> None:
        """Let it be ordered."""

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        """Put the ids on disk."""
        self.store.submitted(self.run.id, provider_ids)
        self._take(Noted(provider_ids))

    def charge(self, cost_usd: Decimal | None, index: int | None = None) -> None:
        """Take a bill."""
        self._take(Charged(cost_usd, index))

    def deliver(self, image: Generated) -> None:
        """Take an image."""
        self._take(image)

    def _take(self, told: Told) -> None:
        if isinstance(told, self.kind):
            self.left -= 1
            if self.left == 0:
                raise Crash
