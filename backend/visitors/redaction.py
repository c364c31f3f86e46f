"""Keys taken out of whatever is logged: messages, arguments, traces, at every level and of every library."""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType

HIDDEN = "[key]"
OWN_KEY = "zimage-"
"""How every key begins that an owner of a playground makes for programs; there are hashes of them alone."""
_OWN_KEY = re.compile(rf"{OWN_KEY}[A-Za-z0-9_-]{{20,}}", re.ASCII)

log = logging.getLogger(__name__)


class Redacting(logging.Formatter):
    """Formats as another formatter does, then hides every key in the text, its traces included."""

    def __init__(self, inner: logging.Formatter, keys: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self.inner = inner
        self.keys = keys

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text without any key."""
        return hide(self.inner.format(record), self.keys())


def hide(text: str, keys: Iterable[str]) -> str:
    """Return the text with every key replaced, and whatever looks like an owner's own.

    Longer keys go first, since one may hold another.
    """
    for key in sorted(filter(None, keys), key=len, reverse=True):
        text = text.replace(key, HIDDEN)
    return _OWN_KEY.sub(HIDDEN, text)


def guard_logs(keys: Callable[[], Iterable[str]], logger: logging.Logger | None = None) -> None:
    """Make all handlers of a logger (the root by default) hide what `keys` returns at that moment."""
    for handler in (logger or logging.getLogger()).handlers:
        if not isinstance(handler.formatter, Redacting):
            handler.setFormatter(Redacting(handler.formatter or logging.Formatter(), keys))


def guard_crashes() -> None:
    """Let what would be printed raw, the trace of an uncaught error, go through the log instead."""

    def of_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("The playground broke down", exc_info=(kind, error, trace))

    def of_thread(broken: threading.ExceptHookArgs) -> None:
        if broken.exc_value is not None:
            log.critical("A thread broke down", exc_info=(broken.exc_type, broken.exc_value, broken.exc_traceback))

    sys.excepthook = of_main
    threading.excepthook = of_thread
