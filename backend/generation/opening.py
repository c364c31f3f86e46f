"""The opening of a run: its money reserved and its record written in one step, and room on the disk claimed."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.records import Run
from backend.domain.requests import Request
from backend.generation.allowance import payer_of
from backend.playground import Playground
from backend.record.database.engine import write
from backend.record.database.patience import patiently

Noting = Callable[[Connection, Run], None]
"""Notes, in the transaction that opens a run, what must be known of it from then on."""
BYTES_A_PIXEL = 6
"""Of an image's three files together: as PNG, a photograph of this model takes 1.5 to 2 bytes a pixel."""


def open_run(
    playground: Playground,
    caller: Caller,
    backend: Backend,
    request: Request,
    estimate: Estimate,
    *,
    spent: bool = False,
    noting: Noting | None = None,
    in_place_of: str | None = None,
) -> Run:
    """Return the run as it is on record from now on; one that is `spent` is booked whatever caps and disk say.

    What `noting` writes beside it is there with the run, or neither is. Money that was set aside before under the id
    `in_place_of` becomes the run's.

    Raises a `PlaygroundError` where a cap is reached, the disk is full or the record is locked: nothing is kept of it.
    """
    run = Run(
        id=uuid.uuid4().hex,
        visitor=caller.visitor,
        room=caller.room,
        backend=backend.name,
        request=request,
        status="running",
        created=datetime.now(UTC),
        estimate_usd=estimate.likely,
        cost_kind="free" if estimate.free else "unknown",
    )
    if not spent:  # What is spent is booked however full the disk is, and writes no image by itself.
        playground.disk.claim(run.id, _bytes_of(backend, request))
    payer = payer_of(backend, caller, estimate)
    address = None if caller.signed_in else caller.address

    def begin(connection: Connection) -> None:
        more: dict[str, Any] = {"payer": payer, "address": address, "spent": spent, "in_place_of": in_place_of}
        playground.budget.reserve(run, estimate.most, **more, connection=connection)
        playground.store.add(run, connection=connection)
        if noting:
            noting(connection, run)

    opening = partial(write, playground.store.engine, begin, alone=True)
    try:
        patiently(opening) if spent else opening()
    except BaseException:  # Nothing of it goes on that would give the room back.
        playground.disk.release(run.id)
        raise
    return run


def _bytes_of(backend: Backend, request: Request) -> int:
    """Return what a run may write: each image as it came, with its settings inside, and as the copy that is served."""
    default = backend.capabilities.default_size
    width = getattr(request, "width", None) or default.width
    height = getattr(request, "height", None) or default.height
    return int(request.count * width * height * BYTES_A_PIXEL)
