"""What can be made to go wrong, how often, and what the provider does always."""

import threading
from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

SHARED: Mapping[str, str] = {
    "slow": "waits `seconds`, then goes on as usual",
    "hang": "does nothing for `seconds`, then cuts the connection",
    "drop": "cuts the connection before anything is done",
    "drop_after": "does and bills everything, then cuts the connection without an answer",
    "status": "refuses with `status`, in the protocol's own words, and with Retry-After where `retry_after` is given",
    "garbage": "answers 200 with an HTML page",
    "gateway": "does and bills everything, then answers `status` with a gateway's HTML page",
}
"""The faults that every protocol has, with what each does; a protocol adds its own."""
MEDIA: Mapping[str, str] = {
    "html_image": "the file is a web page",
    "huge_image": "the file is larger than every cap",
    "gone": "the file is not there",
    "cut": "the connection is cut in the middle of the file",
    "short": "the file ends in its middle, as if that were all of it",
    "packed": "the file says that it is packed, and isn't",
}
"""The faults of the files, at `media`, where the shared ones happen too."""


class Fault(BaseModel):
    """One thing that goes wrong, `times` times, at an operation (`*` is any) such as `runware.imageInference`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    operation: str = "*"
    times: int = Field(1, ge=1)
    status: int = Field(503, ge=200, le=599)
    code: str | None = None
    retry_after: float | None = Field(None, ge=0)
    seconds: float = Field(0.0, ge=0, le=3600)


class Habits(BaseModel):
    """What the provider does at every call, until it is told otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job_seconds: float = Field(0.0, ge=0, le=3600)
    """How long a job lasts beyond its drawing: each of Runware's asynchronous tasks, each of ModelRunner's requests."""
    bill_factor: Decimal = Field(Decimal(1), gt=0, le=1000)
    """How many times the published price is billed."""
    edits: bool = True
    """Whether the server of OpenAI's form makes pictures of pictures; else that path isn't there."""
    lying_seeds: bool = False
    """Whether it draws from any seed, whatever seed it is given."""


class Faults:
    """The faults that are still to come, in the order they were added; safe for many threads."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let a fault happen at the next calls that it fits."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str) -> Fault | None:
        """Return the fault that this call suffers, and count it."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.operation in ("*", operation):
                    left = fault.model_copy(update={"times": fault.times - 1})
                    self._waiting[index : index + 1] = [left] if left.times else []
                    return fault
        return None
