"""Which playgrounds an order has passed on its way here, so that one that goes round is seen."""

import re

HEADER = "X-Playground-Passed"
"""Names each backend that has handed an order on, as `id of its playground/backend`, the first one first."""
MOST_PASSED = 16
"""So many playgrounds in a row hand no order on."""
_ENTRY = re.compile(r"[0-9a-f]{16}/[a-z0-9_-]{1,40}")


def read_passed(text: str) -> tuple[str, ...]:
    """Return the entries of the header; what is none is left out."""
    return tuple(entry for part in text.split(",") if _ENTRY.fullmatch(entry := part.strip()))
