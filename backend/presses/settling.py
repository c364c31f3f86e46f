"""What becomes of an entry once its run has ended: gone, waiting for its next run, or kept with how it ended."""

from dataclasses import replace
from decimal import Decimal

from backend.domain.errors import NotFound
from backend.domain.records import Run
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.presses.turn import ALL_MADE, counted
from backend.record.presses.entries import QueueEntry

STOPPED = "Stopped."


def settle(playground: Playground, entry: QueueEntry, *, again: bool = False) -> bool:
    """Note what became of an entry by how its run is on record; return whether the run has ended.

    What a kill has ended before anything was ordered waits again, in its place; with `again`, so does what ended
    without an image and without a bill.
    """
    assert entry.run_id is not None
    try:
        run = playground.store.run(entry.run_id)
    except NotFound:  # It was deleted for good: whatever came of it was seen.
        run = None
    if run is not None and run.status == "running":
        return False
    after = _after(entry, run, again=again)
    if run is not None:
        after = replace(after, images=entry.images + len(run.images))
        after = replace(after, spent_usd=entry.spent_usd + _counted(playground.budget, run.id))
    after = _at_its_end(after)
    with playground.budget.transaction() as connection:
        playground.queued.close(connection, entry, after)
    return True


def _after(entry: QueueEntry, run: Run | None, *, again: bool) -> QueueEntry:
    waits = replace(entry, state="waiting", run_id=None)
    if run is None or run.status == "finished" or len(run.images) >= run.request.count:
        return waits
    nothing_came = not run.images and run.billed in (None, "no") and not run.cost_usd
    if nothing_came and (again or run.status == "interrupted"):
        return replace(waits, begun=entry.begun - 1)
    if run.status == "cancelled":
        return replace(entry, state="stopped", said=STOPPED)
    return replace(entry, state="failed", said=run.error)


def _at_its_end(entry: QueueEntry) -> QueueEntry:
    if entry.state != "waiting" or entry.more:
        return entry
    said = ALL_MADE.format(images=counted(entry.images)) if entry.until else None
    return replace(entry, state="done", said=said)


def _counted(budget: Budget, run_id: str) -> Decimal:
    """Return what a run counts for: its bill, or what is held for it where nobody knows that."""
    found = budget.entry(run_id)
    if found is None:
        return Decimal(0)
    state, reserved, settled = found
    if state in ("reserved", "held"):
        return max(reserved, settled or Decimal(0))
    return settled or Decimal(0)
