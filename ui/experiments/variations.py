"""More of an image: variations of it, each a little further on towards another seed, itself larger, or its details.

Run at once, as the image was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import gradio as gr

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, Problem, Unsupported
from backend.generation.generate import prepare
from backend.generation.prepared import Prepared
from ui.events.options import QUIET
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.experiments.upscaling import brought, detailing_asked, enlargement_asked
from ui.runs.image_actions import Actions
from ui.runs.runner import Runner
from ui.runs.sheets.going_on import rest_of
from ui.runs.sheets.upscale import Enlarged
from ui.runs.stages import View
from ui.runs.vary_button import UNDRAWN, varied
from ui.serving.caller import caller_of


@dataclass(frozen=True, slots=True)
class Varying:
    """Answers the Vary button of an image, those of its sheets, and Go on; the form stays as it is."""

    runner: Runner
    actions: Actions

    def connect(self, wires: Wires) -> None:
        """Wire all of these buttons, which are one event."""
        wires.box.vary(self.vary, None, self.runner.outputs.all(), trigger_mode="once", **QUIET)

    def vary(self, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        """Make the variations, the enlargement, or the details."""
        caller = caller_of(self.runner.playground, request)
        given = {name: str(value) for name, value in data_of(event).items()}
        yield from self.runner.guarded(lambda acting: self._views(given, acting), caller)

    def _views(self, given: Mapping[str, str], caller: Caller) -> Iterator[View]:
        ways = {"upscale": self._enlarged, "detail": self._detailed, "go_on": self._gone_on}
        asked = ways.get(given.get("starts") or given.get("act", ""), self._varied)
        yield from self.runner.views(asked(given, caller), caller)

    def _enlarged(self, given: Mapping[str, str], caller: Caller) -> Prepared:
        playground = self.runner.playground
        if sha256 := given.get("picture"):
            enlarged = brought(playground, caller, sha256)
        else:
            enlarged = Enlarged.result(*self.actions.image(given, caller))
        return enlargement_asked(playground, enlarged, given, caller)

    def _detailed(self, given: Mapping[str, str], caller: Caller) -> Prepared:
        run, image = self.actions.image(given, caller)
        return detailing_asked(self.runner.playground, run, image, given, caller)

    def _gone_on(self, given: Mapping[str, str], caller: Caller) -> Prepared:
        playground, run_id = self.runner.playground, given.get("run", "")
        run = playground.store.run(run_id, playground.whose(run_id, caller.visitor))
        asked = prepare(playground.choose(run.backend), caller, rest_of(run))
        return Prepared(playground.choose(run.backend), (asked,), checked=asked)

    def _varied(self, given: Mapping[str, str], caller: Caller) -> Prepared:
        run, image = self.actions.image(given, caller)
        backend = self.runner.playground.choose(run.backend)
        if image.seed is None:
            raise InvalidRequest([Problem("seed", "of this image is unknown; an image without one can't be varied.")])
        if run.request.mode == "upscale":
            raise Unsupported([Problem("mode", f"is upscale. {UNDRAWN}")])
        asked = prepare(backend, caller, varied(run.request, image.seed))
        return Prepared(backend, (asked,), checked=asked)
