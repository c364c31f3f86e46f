"""Upscale: a result made larger, by its reference; it runs and shows as every run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import gradio as gr
from pydantic import ValidationError

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import NotReady, PlaygroundError, from_validation
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import prepare
from backend.generation.prepared import Prepared
from backend.playground import Playground
from ui.events.options import QUIET
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.look import words
from ui.runs.image_actions import Actions
from ui.runs.runner import Runner
from ui.runs.stages import View
from ui.runs.upscale_sheet import enlargement, refused_html, sheet_html
from ui.serving.caller import caller_of

NOBODY = "Nobody enlarges pictures here: start the playground with the backend `local`, or `cluster`."


def enlarger(playground: Playground, name: str) -> Backend:
    """Return who enlarges what the backend `name` made: itself, or else the first that can; raise `NotReady`."""
    own = playground.backends.get(name)
    known = (own, *playground.backends.values())
    found = next((each for each in known if each and "upscale" in each.capabilities.modes), None)
    if found is None:
        raise NotReady(NOBODY)
    return found


@dataclass(frozen=True, slots=True)
class Upscaling:
    """Answers the Upscale button of an image, and that of its sheet; the form stays as it is."""

    runner: Runner
    actions: Actions
    sheet: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Wire both buttons."""
        wires.box.enlarge(self.open_sheet, None, self.sheet, **QUIET)
        wires.box.upscale(self.enlarge, None, self.runner.outputs.all(), trigger_mode="once", **QUIET)

    def open_sheet(self, event: gr.EventData, request: gr.Request) -> str:
        """Return the sheet for an image, or why it can't be enlarged."""
        caller = caller_of(self.runner.playground, request)
        try:
            run, image = self.actions.image(_given(event), caller)
            return sheet_html(run, image, self._backend(run), caller)
        except PlaygroundError as error:
            return refused_html(words.sentence(error))

    def enlarge(self, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        """Enlarge the image as its sheet says."""
        caller, given = caller_of(self.runner.playground, request), _given(event)
        yield from self.runner.guarded(lambda acting: self._views(given, acting), caller)

    def _views(self, given: Mapping[str, str], caller: Caller) -> Iterator[View]:
        run, image = self.actions.image(given, caller)
        backend = self._backend(run)
        wanted = {name: given.get(name, "") for name in ("factor", "upscaler")}
        try:
            request = parse_request(enlargement(run, image, **wanted))
        except ValidationError as error:
            raise from_validation(error) from error
        asked = prepare(backend, caller, request)
        yield from self.runner.views(Prepared(backend, (asked,), checked=asked), caller)

    def _backend(self, run: Run) -> Backend:
        return enlarger(self.runner.playground, run.backend)


def _given(event: gr.EventData) -> dict[str, str]:
    return {name: str(value) for name, value in data_of(event).items()}
