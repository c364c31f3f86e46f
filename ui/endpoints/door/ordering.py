"""Orders of programs, carried out: stopped once their line breaks, and found again by their retries."""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from backend.domain.errors import NotFound, StorageFull
from backend.domain.records import Run
from backend.generation.prepared import Asked
from backend.playground import Playground
from backend.record.orders import AlreadyOrdered
from backend.threads.stream import TICK_SECONDS
from ui.endpoints.door.joining import Joining
from ui.endpoints.door.order import Gone, Order
from ui.endpoints.door.route import Reply
from ui.endpoints.script_runs import Progressing, Scripts

log = logging.getLogger(__name__)

NOTICED_SECONDS = 2 * TICK_SECONDS
"""Within which a line that broke is on record: a run is looked at each tick."""
Ask = Callable[[], Sequence[Asked]]
"""Reads what is asked for, and raises a `PlaygroundError` for what is wrong with it."""


class Ordering:
    """Carries out what programs order."""

    def __init__(self, scripts: Scripts) -> None:
        self.scripts = scripts
        self._joining = Joining(scripts.playground)

    @property
    def playground(self) -> Playground:
        """Return what the runs work with."""
        return self.scripts.playground

    def steps(self, order: Order, ask: Ask) -> Generator[Progressing, None, None]:
        """Yield what an order comes to, `over` with the last word; an order that was given before is joined.

        Raises a `PlaygroundError` where nothing came of it, and `Gone` once the client has left: a run on this machine
        then stops within a step, and one that a provider has accepted is brought home and found by a retry.
        """
        steps = self._tries(order, ask)
        try:
            for now in steps:
                if order.left.is_set() and not now.over:
                    raise Gone
                yield now
        except (Gone, GeneratorExit):
            self.lose(order)
            raise
        finally:
            steps.close()  # whoever leaves wants no more of it

    def answer(self, order: Order, reply: Reply, *, cost: bool) -> Reply:
        """Return an order's answer, which notes whether it came through; `cost` says that it may have cost money.

        Also a refusal without a bill is noted once runs were opened: who waits for more of them in another process
        hears by that that none come.
        """
        noted = cost or bool(order.opened)
        through = partial(self._deliver, order) if noted else None
        return replace(reply, lost=partial(self.lose, order), delivered=through, dear=cost and not order.claim.told)

    @contextmanager
    def losing(self, order: Order) -> Iterator[None]:
        """Note an order's answer as lost where a fault of ours keeps it from being made: it may be paid for."""
        try:
            yield
        except Gone:
            raise
        except Exception:  # It goes on; whoever asks again gets the pictures that are there.
            self.lose(order)
            raise

    def lose(self, order: Order) -> None:
        """Note that an order's answer could not be delivered, so that an equal request gets its runs.

        A line that broke is noticed where its runs are looked at, and again where its answer ends.
        """
        if order.lost != order.order_id and self._note(order, self.playground.orders.lost):
            order.lost = order.order_id

    def _deliver(self, order: Order) -> None:
        self._note(order, self.playground.orders.delivered)

    def _note(self, order: Order, note: Callable[[str], None]) -> bool:
        try:
            note(order.order_id)
        except StorageFull as error:
            log.warning("It isn't on record whether the answer of order %s came through: %s", order.order_id, error)
            return False
        return True

    def runs(self, order: Order) -> list[Run]:
        """Return the runs of an order as they stand on record."""
        found = []
        for _, run_id in sorted(order.opened.items()):
            try:
                found.append(self.playground.store.run(run_id))
            except NotFound:  # Its transaction was undone, or its visitor has deleted it.
                continue
        return found

    def _tries(self, order: Order, ask: Ask) -> Generator[Progressing, None, None]:
        order_id = self._earlier(order)
        while True:
            if order_id is not None:
                order.order_id = order_id
                if (yield from self._joining.steps(order, order_id)):
                    return
                order.order_id = order.claim.order_id
                order.opened.clear()
            try:
                yield from self._anew(order, ask)
            except AlreadyOrdered as already:
                order_id = already.order_id
            else:
                return

    def _earlier(self, order: Order) -> str | None:
        """Return the order that this one asks for again, looking once more where its line may have broken just now."""
        orders = self.playground.orders
        found = orders.find(order.claim)
        if found is None and order.unsure and orders.knows(order.claim):
            order.left.wait(NOTICED_SECONDS)
            found = orders.find(order.claim)
        return found

    def _anew(self, order: Order, ask: Ask) -> Iterator[Progressing]:
        orders, claim, leading = self.playground.orders, order.claim, self._joining.leading

        def note(connection: Connection, run: Run, *, part: int, parts: int) -> None:
            orders.note(connection, run, claim, part, parts)
            order.opened[part] = run.id

        asked = ask()
        leading.add(claim.order_id)
        try:
            yield from self.scripts.carry(asked, order.caller, note)
        finally:
            leading.discard(claim.order_id)
