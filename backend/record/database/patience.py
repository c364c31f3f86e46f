"""What must not be lost is written again and again while another program, such as a backup, holds the record."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from backend.domain.errors import RecordBusy

T = TypeVar("T")

PATIENCE_SECONDS = 600.0
"""How long a write is tried: longer than a backup of a large record takes."""
_PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


def patiently(write: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """Return what `write` returns, tried anew while it raises `RecordBusy`; raise that one after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        try:
            return write()
        except RecordBusy as busy:
            if time.monotonic() >= until:
                raise
            log.warning("Waiting for the record: %s", busy)
        time.sleep(_PAUSE_SECONDS)
