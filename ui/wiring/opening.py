"""What a page asks for once, when it opens: the form as it was, what the visitor keeps, and what the address names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from backend.playground import Playground
from ui.events.options import QUIET, js_call
from ui.events.page_events import answer, data_of
from ui.layout.prompt_side import Compose
from ui.library.memory import Remembering
from ui.serving.caller import caller_of

_OPEN = "() => { window.playground_opens = true; window.playground_form?.open(); }"
"""On a slow machine the page may be there before the script that asks, which then sees that it is late."""

Part = tuple[Callable[[gr.Request], dict[Any, Any]], Sequence[Any]]
"""A question, and the components that its answer may change."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Answers all of it at once: each event of its own would be a request more."""

    playground: Playground
    box: gr.HTML
    remembering: Remembering
    parts: Sequence[Part]

    def outputs(self) -> list[Any]:
        """Return what may change."""
        return list(
            dict.fromkeys(
                [self.box, *self.remembering.outputs(), *(each for _, changed in self.parts for each in changed)]
            )
        )

    def connect(self, page: gr.Blocks, form: Compose) -> None:
        """Ask when the page is there, and watch the form from then on."""
        page.load(None, None, None, js=_OPEN)
        opened = self.box.opened(self.opened, None, self.outputs(), queue=False, **QUIET)
        opened.then(None, form.mode, None, js=js_call("begin"))

    def opened(self, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        """Return what changes."""
        data = data_of(event)
        live, caller = self.playground.live, caller_of(self.playground, request)
        going, promised = live.goes_on(caller), bool(live.promised(caller))
        updates = {self.box: answer(str(data.get("turn", "")), going=going, promised=promised)}
        for ask, _ in self.parts:
            updates |= ask(request)
        return updates | self.remembering.back(data.get("kept"), request)
