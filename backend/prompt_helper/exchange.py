"""A question that is under way in a thread of its own, which ends at once where nobody wants it any more."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
TICK_SECONDS = 0.5
"""How often whoever waits is heard: Gradio can close a generator only between two yields."""


class Exchange(Generic[Result]):
    """Runs a coroutine; `stop` cancels it, with its connection, from any thread."""

    def __init__(self, question: Callable[[], Coroutine[Any, Any, Result]]) -> None:
        self._question = question
        self._ended: Future[Result] = Future()
        self._lock = threading.Lock()
        self._unwanted = False
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True, name="prompt helper").start()

    def watch(self, *, tick: float = TICK_SECONDS) -> Iterator[Result | None]:
        """Yield None while it goes on, then its result; end without one where it was stopped; raise its error.

        Closing this stops it, and never waits.
        """
        try:
            while True:
                try:
                    result = self._ended.result(timeout=tick)
                except NotYet:
                    yield None
                except CancelledError:
                    return
                else:
                    yield result
                    return
        finally:
            self.stop()

    def stop(self) -> None:
        """Cancel it, where it hasn't ended; whoever waits for it hears so at once."""
        with self._lock:
            self._unwanted = True
            if self._running and not self._ended.done():
                loop, task = self._running
                loop.call_soon_threadsafe(task.cancel)

    async def _run(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        with self._lock:
            self._running = asyncio.get_running_loop(), task
            unwanted = self._unwanted
        try:
            result = None if unwanted else await self._question()
        except asyncio.CancelledError:
            self._close(Future.cancel)
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            found = error
            self._close(lambda future: future.set_exception(found))
        else:
            self._close(Future.cancel if result is None else lambda future: future.set_result(result))

    def _close(self, end: Callable[[Future[Result]], object]) -> None:
        with self._lock:
            self._running = None  # From here on its loop may close, and takes no call any more.
            end(self._ended)
