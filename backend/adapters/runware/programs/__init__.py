"""A run at Runware as programs that order it again.

May import: domain, adapters.provider.
"""

from collections.abc import Iterator, Sequence

from backend.adapters.provider.programs import written
from backend.adapters.provider.programs.orders import Orders, made_of, paid_for
from backend.adapters.runware.programs.notes import notes_of
from backend.adapters.runware.programs.sdk_code import sdk_code
from backend.domain.exchanges import Exchange
from backend.domain.records import Run


def write_programs(run: Run, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    """Yield the programs of a run by name; none where it paid nobody."""
    orders = orders_of(run, exchanges)
    if orders:
        yield from written(orders, sdk_code)


def orders_of(run: Run, exchanges: Sequence[Exchange]) -> Orders | None:
    """Return what a run paid for; None for a run that paid nobody."""
    paid = paid_for(exchanges)
    # A control picture may have been bought first: its orders come before that of the images.
    chosen = ([exchange for exchange in paid if _makes_images(exchange)] or paid)[-1:]
    return made_of(run, chosen, notes=lambda task: notes_of(run.request, task))


def _makes_images(exchange: Exchange) -> bool:
    tasks = exchange.sent if isinstance(exchange.sent, list) else []
    return any(isinstance(task, dict) and task.get("taskType") == "imageInference" for task in tasks)
