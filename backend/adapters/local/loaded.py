"""The engine on the device: whose it is, how its weights lie, and its loading."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import AUTO, load
from backend.adapters.local.machine.checkpoint import Checkpoint
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import Layout
from backend.domain.errors import PlaygroundError
from backend.domain.events import Tell, unheard
from backend.threads.background import Loading


class Loaded:
    """At most one engine: that of `checkpoint` in this `layout`, which is loaded, or will be next.

    `controlnets` returns the files of ControlNets that may be taken beside the model's own and the extras.
    `given_back` says that its memory was asked for, and no run has needed it since.
    """

    def __init__(
        self, checkpoint: Checkpoint, extras: Extras, controlnets: Callable[[], Iterable[Path]] = tuple
    ) -> None:
        self._extras, self._controlnets = extras, controlnets
        self._begin(checkpoint, AUTO)

    def _begin(self, checkpoint: Checkpoint, layout: Layout) -> None:
        self.checkpoint, self.layout, self.given_back = checkpoint, layout, False
        self.loading: Loading[Engine] = Loading(
            lambda report: load(checkpoint, self._extras, report, layout, self._controlnets)
        )

    def wait(self, tell: Tell, total: int, layout: Layout = AUTO) -> Engine:
        """Return the engine in this layout, telling how far it is as step 0 of `total`; raise why it can't be loaded.

        An engine in another layout is given up, so that only who has the device's turn may ask for one.
        """
        if layout != self.layout:
            self.settle(tell, total)
            self.exchange(self.checkpoint, layout)
        engine = self.loading.wait(tell, total)
        self.settle(tell, total)
        return engine

    def settle(self, tell: Tell, total: int) -> None:
        """Wait for what somebody who left has begun to bring to the device."""
        with suppress(PlaygroundError):
            if self.loading.busy:
                self.loading.wait(tell, total)
            if self.loading.result and self.loading.result.guiding.busy:
                self.loading.result.guiding.wait(tell, total)

    def exchange(self, checkpoint: Checkpoint, layout: Layout = AUTO) -> bool:
        """Let the engine go, and return whether there was one; that of `checkpoint` is read next."""
        engine = self.loading.result
        self._begin(checkpoint, layout)
        if engine is None:
            return False
        engine.give_up()
        return True

    def failure(self) -> PlaygroundError | None:
        """Load the engine, and return why it can't be."""
        try:
            self.loading.wait(unheard)
        except PlaygroundError as error:
            return error.with_traceback(None)
        return None
