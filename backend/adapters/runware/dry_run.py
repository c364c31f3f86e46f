"""The exact price by a dry run, asked only where it is proven that asking isn't buying."""

import time
from collections.abc import Callable, Sequence
from decimal import Decimal

from pydantic import SecretStr

from backend.adapters.job import Job
from backend.adapters.runware.replies import Answer, Item
from backend.adapters.runware.service import Exchange, Service, key_mark
from backend.adapters.runware.wire import ImageInference
from backend.domain.errors import GRAVITY, BadReply, Billed, GenerationFailed, Problem, Unsupported
from backend.threads.recent import Recent

PROOF_SECONDS = 3600.0
"""How long a task that was carried out serves as the trial; Runware surely still knows its UUID then."""
MOST_KEYS = 1000
"""How many keys of visitors are remembered something of; each may bring as many as they like."""
NOT_YET = (
    "The exact price can be asked for within an hour after a text-to-image run with this key: only with that run's own "
    "id can it be tried whether asking buys nothing."
)
NOT_HERE = "Tried with an earlier run's id, Runware didn't answer with a price alone: asking might be buying."
DRAWN = "Runware was asked for a price alone, and drew: the images lie there, recover the run."
DRAWN_ANEW = "Runware was asked for the price of an earlier run, and drew it anew; exact prices aren't asked for here."


class DryRuns:
    """Asks for exact prices.

    A service that ignored the header of a dry run would draw, and bill. So a task that was carried out a short while
    ago is sent first, with the header and under its own UUID: where the header counts, a price comes back; where it
    doesn't, the UUID is refused as taken. Either way nothing is bought.
    """

    def __init__(self, service: Service, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.service = service
        self._clock = clock
        self._done: Recent[str, tuple[float, ImageInference]] = Recent(MOST_KEYS)
        self._proven: Recent[str, bool] = Recent(MOST_KEYS)

    def carried_out(self, task: ImageInference, key: SecretStr) -> None:
        """Take note of a task that Runware has carried out and answered; only one from words alone is kept."""
        if task.inputs is None and task.control_net is None:
            self._done.put(key_mark(key), (self._clock(), _alone(task)))

    def price(
        self, tasks: Sequence[ImageInference], key: SecretStr, *, drawn: Callable[[Answer], None] = lambda _: None
    ) -> Decimal:
        """Return what the tasks would be billed (USD); call `prove` first.

        Should Runware carry them out all the same, `drawn` is given its answer, and the `BadReply` says so.
        """
        exchange = self.service.dry_run([_alone(task) for task in tasks], key)
        made = [item for item in exchange.answer.items if item.done]
        if made:
            self._proven.drop(key_mark(key))
            drawn(exchange.answer)
            raise BadReply(DRAWN, billed=_billed(made) if len(made) == len(tasks) else "unknown")
        for refusal in exchange.answer.refusals:
            raise exchange.error(refusal, key)
        costs = _prices(exchange)
        if len(costs) != len(tasks):
            self._proven.drop(key_mark(key))
            raise BadReply("Runware named no exact price; the estimate stays.", billed="no")
        return sum(costs, Decimal(0))

    def prove(self, key: SecretStr, job: Job) -> None:
        """Make sure that asking with this key isn't buying; raise `Unsupported` where that can't be tried.

        `job` is charged what it cost where Runware drew after all, which a `BadReply` says.
        """
        if self._proven.get(key_mark(key)):
            return
        when, task = self._done.get(key_mark(key)) or (0.0, None)
        if task is None or self._clock() - when > PROOF_SECONDS:
            raise Unsupported([Problem("", NOT_YET)])
        exchange = self._tried(task, key)
        made = [item for item in exchange.answer.items if item.done]
        for item in made:
            job.charge(item.cost)
        if made:
            raise BadReply(DRAWN_ANEW, billed=_billed(made))
        if exchange.answer.refusals or len(_prices(exchange)) != 1:
            raise Unsupported([Problem("", NOT_HERE)])
        self._proven.put(key_mark(key), value=True)

    def _tried(self, task: ImageInference, key: SecretStr) -> Exchange:
        try:
            return self.service.dry_run([task], key)
        except GenerationFailed as lost:
            lost.billed = "no"  # Its UUID is taken: whatever came of the question, it was carried out no second time.
            raise


def _billed(made: Sequence[Item]) -> Billed:
    return max((item.billed for item in made), key=GRAVITY.index)


def _prices(exchange: Exchange) -> list[Decimal]:
    return [item.cost for item in exchange.answer.items if item.cost is not None and not item.done]


def _alone(task: ImageInference) -> ImageInference:
    """Return the task without its call-outs."""
    return task.model_copy(update={"webhook_url": None, "upload_endpoint": None})
