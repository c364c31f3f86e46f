"""A worker thread as an iterator of events that ticks, and that can be left at any time."""

import contextvars
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator

from backend.errors import Cancelled, PlaygroundError
from backend.events import Emit, Event, Failed, Finished, Mapped, Waiting

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
Work = Callable[[Emit], Event]


def stream(work: Work, *, tick: float = TICK_SECONDS) -> Iterator[Event]:
    """Run `work` in a thread and yield what it emits, then what it returns.

    A `Waiting` comes whenever nothing else did for `tick` seconds, since Gradio can close a generator only between two
    yields. Once this generator is closed, `emit` raises `Cancelled` in the worker; closing itself never waits.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    left = threading.Event()
    began = time.monotonic()

    def emit(event: Event) -> None:
        if left.is_set():
            raise Cancelled
        events.put(event)

    # The context goes along: ZeroGPU reads the visitor from a context variable.
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_work, work, emit, events), daemon=True, name="run")
    thread.start()
    try:
        while True:
            try:
                event = events.get(timeout=tick)
            except queue.Empty:
                event = Waiting(time.monotonic() - began)
            yield event
            if isinstance(event, Finished | Failed | Mapped):
                return
    finally:
        left.set()


def _work(work: Work, emit: Emit, events: "queue.SimpleQueue[Event]") -> None:
    try:
        events.put(work(emit))
    except Cancelled:
        return
    except PlaygroundError as error:  # Such as a full disk, which lets a run not even be closed.
        log.warning("A run ended without a record: %s", error)
        events.put(Failed(error))
    except Exception:  # The thread ends here: whoever waits for its events has to hear of it.
        log.exception("A run broke down")
        message = "The playground broke down on this run; its log says why."
        events.put(Failed(PlaygroundError(message, billed="unknown")))
