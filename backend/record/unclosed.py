"""The ends of runs that the record could not take, such as on a full disk: kept here until it can."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Unclosed:
    """What is still to be written of runs that have ended in this process, by their id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: dict[str, Callable[[], None]] = {}

    def keep(self, run_id: str, write: Callable[[], None]) -> None:
        """Remember how to write a run's end; a later end of the same run takes its place."""
        with self._lock:
            self._ends[run_id] = write

    def write_again(self) -> int:
        """Try to write each end once more; return how many still couldn't be written."""
        for run_id, write in self._copy().items():
            try:
                write()
            except Exception as error:  # noqa: BLE001 - of whatever kind, one must not keep the others from being written
                log.warning("The end of run %s could not be written yet: %s", run_id, error)
            else:
                self._forget(run_id, write)
        return len(self._copy())

    def _copy(self) -> dict[str, Callable[[], None]]:
        with self._lock:
            return dict(self._ends)

    def _forget(self, run_id: str, write: Callable[[], None]) -> None:
        with self._lock:
            if self._ends.get(run_id) is write:
                del self._ends[run_id]
