"""One image asked of the cluster: on whichever replica is free, and once more where that one dies."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from backend.adapters.cluster.replica import Task
from backend.domain.errors import GenerationFailed, ProviderBusy
from backend.domain.events import Progress
from backend.threads.telling import Told

log = logging.getLogger(__name__)

ATTEMPTS = 3
LOST = "Its replica was lost, another one draws it"
GIVEN_UP = f"The cluster lost {ATTEMPTS} replicas over this image, which nothing was billed for: try a smaller one."
FULL = "All replicas are busy and the line behind them is full: try again in a minute, or choose another backend."
BROKEN = "The cluster gave up on this run: try it again; the playground's log says why."


class ImageCall:
    """Tells of one image through `tell`, from the thread that calls it, and `None` at the end.

    A seed makes the same pixels on every replica, so that an image whose replica died is simply asked for again.
    """

    def __init__(self, replicas: Any, task: Task, tell: Callable[[Told | None], None]) -> None:
        self._replicas, self._task, self._tell = replicas, task, tell
        self._left = threading.Event()
        self._stream: Any = None

    def __call__(self) -> None:
        """Make the image, and end by telling None or the error."""
        for _ in range(ATTEMPTS):
            if self._attempt():
                return
            self._tell(Progress(0, self._task.request.steps, doing=LOST))
        self._tell(GenerationFailed(GIVEN_UP))

    def leave(self) -> None:
        """Want it no more: what waits is dropped, what draws ends with its current step."""
        from ray.exceptions import RayError
        from ray.serve.exceptions import RayServeException

        self._left.set()
        if self._stream is not None:
            with suppress(RayError, RayServeException):  # One that has failed says so once more.
                self._stream.cancel()

    def _attempt(self) -> bool:
        """Ask for the image; return whether that was the end of it, a lost replica being none."""
        from ray.exceptions import RayActorError, TaskCancelledError
        from ray.serve.exceptions import BackPressureError, ReplicaUnavailableError, RequestCancelledError

        try:
            self._follow()
        except (RayActorError, ReplicaUnavailableError):
            return self._left.is_set()
        except (TaskCancelledError, RequestCancelledError):
            self._tell(None)
        except BackPressureError:
            self._tell(ProviderBusy(FULL))
        except Exception:  # The thread ends here: whoever waits for the image has to hear of it.
            log.exception("The cluster gave up on an image")
            self._tell(GenerationFailed(BROKEN))
        return True

    def _follow(self) -> None:
        import ray

        if not ray.is_initialized():
            raise RuntimeError("Ray was shut down; asking it all the same would start another one.")
        self._stream = self._replicas.draw.remote(self._task)
        if self._left.is_set():
            self._stream.cancel()
        for told in self._stream:
            self._tell(told)
        self._tell(None)
