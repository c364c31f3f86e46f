"""Torch's faults as the playground's."""

import ctypes
import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from backend.domain.errors import OutOfMemory

_SIGNS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


@contextmanager
def memory_guard(doing: str, way_out: str) -> Iterator[None]:
    """Turn running out of memory on any device into `OutOfMemory`, and give back what the attempt held."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not is_memory(error):
            raise
        failure = OutOfMemory(f"This machine's memory is too small for {doing}. {way_out}")
        # The frames of the attempt hold its tensors, and live as long as anybody holds the failure.
        traceback.clear_frames(error.__traceback__)
    else:
        return
    free()
    raise failure


def free() -> None:
    """Hand unused memory back to the device, and to the machine."""
    import torch

    gc.collect()
    with suppress(OSError, AttributeError):  # Only glibc has it; it keeps what small weights leave, for more of them.
        ctypes.CDLL(None).malloc_trim(0)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def is_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _SIGNS)
