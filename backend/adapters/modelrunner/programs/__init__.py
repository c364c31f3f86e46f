"""A run at ModelRunner as programs that order it again.

May import: domain, adapters.provider, and its adapter.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.adapters.modelrunner.programs.sdk_code import sdk_code
from backend.adapters.modelrunner.service import expiry
from backend.adapters.provider.programs import written
from backend.adapters.provider.programs.orders import Orders, made_of, paid_for
from backend.domain.exchanges import Exchange
from backend.domain.records import Run


def write_programs(run: Run, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    """Yield the programs of a run by name; none where it paid nobody."""
    orders = orders_of(run, exchanges)
    if orders:
        yield from written(orders, sdk_code)


def orders_of(run: Run, exchanges: Sequence[Exchange]) -> Orders | None:
    """Return what a run paid for; None for a run that paid nobody."""
    expires = run.request.options.get("expires_after")
    headers = expiry(expires) if isinstance(expires, int) else {}
    return made_of(run, paid_for(exchanges), headers=headers, notes=_notes_of)


def _notes_of(task: Mapping[str, Any]) -> Iterator[str]:
    if "image_url" in task:
        yield "image_url is where the run put the control image; once it is gone there, put yours there again."
    if task.get("enable_prompt_expansion"):
        yield "The prompt is expanded anew, and may not come out in the run's words."
