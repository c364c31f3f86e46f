"""A1111's `/memory`: what this process takes of the machine's, in bytes."""

import os
from pathlib import Path

from pydantic import JsonValue


def memory_json() -> dict[str, JsonValue]:
    """Return the main memory; a GPU's isn't told here (A1111 says the same of a machine without one)."""
    return {"ram": _ram(), "cuda": {"error": "unavailable"}}


def _ram() -> JsonValue:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
        used = page * int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, AttributeError) as error:  # AttributeError: Windows has no sysconf
        return {"error": str(error)}
    return {"free": total - used, "used": used, "total": total}
