"""ZeroGPU's free time: how much of the day's a visitor has left."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from backend.adapters.base import Backend
from backend.adapters.local.zerogpu import seconds_for
from backend.domain.caller import Caller
from backend.domain.requests import Request
from backend.playground import Playground
from backend.record.database.tables import runs

ANONYMOUS_SECONDS, FREE_SECONDS = 2 * 60, 5 * 60
"""ZeroGPU's daily quota by Hugging Face's documentation of 2026; PRO accounts have 40 minutes, which we can't see."""


@dataclass(frozen=True, slots=True)
class GpuTime:
    """A visitor's free GPU seconds of a day: the whole, and what is left of it after their runs on this Space."""

    total: float
    left: float

    def runs(self, seconds_each: float) -> int:
        """Return how many more runs it may be enough for, by the seconds that one asks for."""
        return int(self.left // seconds_each)


def gpu_time(playground: Playground, caller: Caller) -> GpuTime:
    """Return how a visitor's GPU time stands today, as far as this Space can know: others count on it too."""
    total = FREE_SECONDS if caller.signed_in else ANONYMOUS_SECONDS
    since = datetime.now(UTC) - timedelta(days=1)
    mine = (runs.c.visitor == caller.visitor, runs.c.created > since, runs.c.backend == "local")
    with playground.store.engine.connect() as connection:
        used = connection.execute(select(func.sum(runs.c.seconds)).where(*mine)).scalar() or 0.0
    return GpuTime(total, max(total - used, 0.0))


def gpu_hint(playground: Playground, caller: Caller, backend: Backend, request: Request) -> str:
    """Say what is left of the free GPU time for runs such as this one; nothing off ZeroGPU, or on another backend."""
    if not playground.settings.zero_gpu or backend.name != "local":
        return ""
    time, asked = gpu_time(playground, caller), seconds_for(request)
    runs_left = time.runs(asked)
    way_out = "" if runs_left else " Sign in for more, or paste a key of your own."
    return (
        f"About {runs_left} more such runs fit into your free GPU time of today: each asks for {asked} s, "
        f"{time.left:.0f} of {time.total:.0f} s are left.{way_out}"
    )
