"""A stand-in for `spaces.GPU` (0.51.3): a forked process, pickled arguments and values, a stop between two values."""

import multiprocessing
import queue
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

FORK = multiprocessing.get_context("fork")


class GradioError(Exception):
    """As much of `gr.Error` as `spaces` sets."""

    def __init__(self, message: str, title: str) -> None:
        super().__init__(message)
        self.message = message
        self.title = title


@dataclass
class SpacesGpu:
    """Decorates like `spaces.GPU`; `refusal` is raised instead of lending a GPU. `asked` holds each duration."""

    refusal: Exception | None = None
    asked: list[int] = field(default_factory=list)

    def __call__(self, *, duration: Callable[..., int]) -> Callable[[Any], Any]:
        def decorate(task: Any) -> Any:
            def handler(*args: Any) -> Iterator[Any]:
                self.asked.append(duration(*args))
                if self.refusal is not None:
                    raise self.refusal
                yield from _in_a_process(task, args)

            return handler

        return decorate


def _in_a_process(task: Any, args: tuple[Any, ...]) -> Iterator[Any]:
    arguments, results, stop = FORK.Queue(), FORK.Queue(), FORK.Event()
    process = FORK.Process(target=_worker, args=(task, arguments, results, stop), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of any fork beside threads.
        process.start()
    arguments.put(args)
    try:
        while True:
            alive = process.is_alive()  # Looked at first: what a process said last comes before its end.
            try:
                kind, value = results.get(timeout=0.2)
            except queue.Empty:
                if alive:
                    continue
                raise GradioError("GPU task aborted", "ZeroGPU worker error") from None
            if kind == "end":
                return
            if kind == "error":
                raise GradioError(value, "ZeroGPU worker error")
            try:
                yield value
            except GeneratorExit:
                stop.set()
                raise
    finally:
        process.join(60)


def _worker(task: Any, arguments: Any, results: Any, stop: Any) -> None:
    generator = task(*arguments.get())
    try:
        for value in generator:
            if stop.is_set():
                generator.close()
                break
            results.put(("value", value))
    except Exception as error:  # noqa: BLE001 - as `spaces` does: of an unknown error only the class crosses.
        results.put(("error", type(error).__name__))
    results.put(("end", None))
    results.close()
    results.join_thread()
