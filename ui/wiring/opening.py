"""What a page asks for once, when it opens: the form as it was, what the visitor keeps, and what the address names."""

from dataclasses import dataclass, field

import gradio as gr
from gradio.blocks import Block

from backend.playground import Playground
from ui.events.options import QUIET, js_call
from ui.events.page_events import answer, data_of
from ui.events.updates import Updates
from ui.events.wires import Part, Wires
from ui.library.memory import Remembering
from ui.serving.caller import caller_of

_OPEN = "() => window.playground_form.open()"


@dataclass(frozen=True, slots=True)
class Opening:
    """Answers all of it at once: each event of its own would be a request more."""

    playground: Playground
    box: gr.HTML
    remembering: Remembering
    parts: list[Part] = field(default_factory=list)

    def outputs(self) -> list[Block]:
        """Return what may change."""
        return list(
            dict.fromkeys(
                [self.box, *self.remembering.outputs(), *(each for _, changed in self.parts for each in changed)]
            )
        )

    def connect(self, wires: Wires) -> None:
        """Ask when the page is there what the features before this one want, and watch the form from then on."""
        self.parts.extend(wires.parts)
        wires.page.load(None, None, None, js=_OPEN)
        opened = self.box.opened(self.opened, None, self.outputs(), queue=False, **QUIET)
        opened.then(None, wires.values["mode"], None, js=js_call("begin"))

    def opened(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Return what changes."""
        data = data_of(event)
        live, caller = self.playground.live, caller_of(self.playground, request)
        going, promised = live.goes_on(caller), bool(live.promised(caller))
        updates: Updates = {self.box: answer(str(data.get("turn", "")), going=going, promised=promised)}
        for ask, _ in self.parts:
            updates |= ask(request)
        return updates | self.remembering.back(data.get("kept"), request)
