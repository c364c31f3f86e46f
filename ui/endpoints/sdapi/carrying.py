"""A request of A1111's API carried out, listed meanwhile; `interrupt` and `skip` end it without an error."""

from dataclasses import dataclass

from backend.domain.errors import PlaygroundError
from ui.endpoints.door.ordering import Ask, Ordering
from ui.endpoints.script_runs import Progressing
from ui.endpoints.sdapi.answers import Came
from ui.endpoints.sdapi.live import Going, LiveOrders

_ENDED = (
    "`interrupt` or `skip` ended it: what a provider has accepted by then may be billed, and comes into the history."
)


@dataclass(frozen=True, slots=True)
class Carrying:
    """Carries out what this API orders."""

    ordering: Ordering
    live: LiveOrders

    def out(self, going: Going, ask: Ask) -> Came:
        """Return what an order came to; raise a `PlaygroundError` where nothing did and nobody ended it."""
        with self.live.carrying(going):
            try:
                last = self._followed(going, ask)
            except PlaygroundError:
                if not (going.interrupted or going.skipped):
                    raise
                last = None
        runs, notes = self.ordering.runs(going.order), last.notes if last else ()
        if going.interrupted or going.skipped:
            return Came(runs, (*notes, _ENDED))
        return Came(runs, notes, last.refusal if last else None)

    def _followed(self, going: Going, ask: Ask) -> Progressing | None:
        last = None
        for last in self.ordering.steps(going.order, ask):
            going.heard(last)
            if going.interrupted:  # before there was a run that could be stopped
                self.live.stop(going)
        return last
