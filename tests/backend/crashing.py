"""A process that ends in the middle of a run, after what had to be on disk went there."""

from backend.domain.events import Event, Submitted
from backend.domain.records import Run
from backend.record.store import Store


class Crash(BaseException):
    """The process ends here."""


class Disk:
    """Keeps what the door would keep, and crashes at the n-th event of a kind (after it is kept)."""

    def __init__(self, store: Store, run: Run, crash_at: int, kind: type[Event] = Submitted) -> None:
        self.store, self.run, self.left, self.kind = store, run, crash_at, kind

    def emit(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Submitted):
            self.store.submitted(self.run.id, event.provider_ids)
        if isinstance(event, self.kind):
            self.left -= 1
            if self.left == 0:
                raise Crash
