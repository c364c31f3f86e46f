import io
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from backend.visitors.redaction import guard_crashes, guard_logs, hide

CANARY = "canary-8f2e1c"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """A log at DEBUG into memory, guarded as the playground's own is."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    guard_logs(lambda: ("", CANARY, "canary"))
    yield written
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_no_key_is_logged_in_a_message_or_its_arguments(lines: io.StringIO) -> None:
    logging.getLogger("a.client").debug("Authorization: Bearer %s", CANARY)
    assert lines.getvalue() == "DEBUG Authorization: Bearer [key]\n"


def test_no_key_is_logged_in_a_trace(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"no such key: {CANARY}")
    except ValueError:
        logging.getLogger("anything").exception("it broke")
    assert "Traceback" in lines.getvalue()
    assert CANARY not in lines.getvalue()


def test_an_uncaught_error_goes_through_the_log(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    guard_crashes()

    def fail() -> None:
        raise RuntimeError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(CANARY), None)
    assert lines.getvalue().count("[key]") == 2
    assert CANARY not in lines.getvalue()


def test_a_key_inside_another_is_hidden_whole() -> None:
    assert hide("k abcdefgh-long abcdefgh", ["abcdefgh", "abcdefgh-long"]) == "k [key] [key]"
