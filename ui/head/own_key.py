"""A visitor's own key for a provider: typed once, held in memory for this page session, shown to nobody."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.adapters.base import Backend
from backend.domain.errors import PlaygroundError
from backend.playground import Playground
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of, owner_of

_OFFER, _HELD = "Use your own key", "Your own key is in use"
_STAYS = Markup(
    "<p class='hint'>It stays in this server's memory while this page is open, and pays before the server's "
    "own key. It is never stored, logged, or sent back.</p>"
)
_IN_USE = Markup(
    "<p class='hint' role='status'>A key of yours for {} is in use: it pays for your runs until you forget it or close "
    "this page.</p>"
)


@dataclass(frozen=True, slots=True)
class KeyArea:
    """The components of the key's box."""

    box: gr.Accordion
    key: gr.Textbox
    keep: gr.Button
    forget: gr.Button
    note: gr.HTML

    def shown(self) -> list[Block]:
        """Return what says whether a key is in use."""
        return [self.box, self.forget, self.note]


def key_area(chosen: Backend) -> KeyArea:
    """Lay out the box; it shows itself only for a backend that bills."""
    with gr.Accordion(_OFFER, open=False, visible=takes_key(chosen), elem_id="own-key") as box:
        with gr.Row(elem_id="own-key-row"):
            key = gr.Textbox(
                label="Key",
                show_label=False,
                type="password",
                placeholder="Your key for this provider",
                elem_id="own-key-text",
            )
            keep = gr.Button("Use", size="sm", scale=0, min_width=0, elem_id="own-key-keep")
            forget = gr.Button("Forget", size="sm", scale=0, min_width=0, visible=False, elem_id="own-key-forget")
        note = gr.HTML(_STAYS, elem_id="own-key-note", apply_default_css=False)
    return KeyArea(box, key, keep, forget, note)


def takes_key(backend: Backend) -> bool:
    """Whether a backend runs on somebody's account."""
    return backend.takes_money


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Answers the box; its events are private, and the key never is the value of an answer."""

    playground: Playground
    area: KeyArea

    def connect(self, wires: Wires) -> None:
        """Wire the box; whoever closes the page takes the key along."""
        area, backend = self.area, wires.values["backend"]
        wires.presses.on(area.keep, self.keep, [area.key, backend], [area.key], refresh=True)
        wires.presses.on(area.forget, self.forget, [backend], [area.key], refresh=True)
        wires.page.unload(self.leave)

    def keep(self, key: str, backend: str, request: gr.Request) -> Updates:
        """Hold the key for this session and empty the box."""
        chosen = self.playground.choose(backend)
        try:
            self.playground.callers.keys.put(owner_of(self.playground, request), chosen.name, key)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.area.key: ""}

    def forget(self, backend: str, request: gr.Request) -> Updates:
        """Forget this backend's key."""
        self.playground.callers.keys.forget(owner_of(self.playground, request), self.playground.choose(backend).name)
        return {self.area.key: ""}

    def leave(self, request: gr.Request) -> None:
        """Forget all keys of a page that was closed."""
        self.playground.callers.keys.forget(owner_of(self.playground, request))

    def show(self, backend: str, request: gr.Request) -> Updates:
        """Show the box where a key means something, and open it where one is missing."""
        chosen, told = self.playground.choose(backend), self.tell(backend, request)
        lacking = chosen.missing(caller_of(self.playground, request)) is not None
        fitted = {"visible": takes_key(chosen), "open": takes_key(chosen) and lacking}
        return {**told, self.area.box: told[self.area.box] | fitted}

    def tell(self, backend: str, request: gr.Request) -> Updates:
        """Say whether a key of this visitor's is in use, and offer to forget it; the key itself is told to nobody."""
        chosen = self.playground.choose(backend)
        held = chosen.name in caller_of(self.playground, request).keys
        return {
            self.area.box: gr.update(label=_HELD if held else _OFFER, elem_classes=["held"] if held else []),
            self.area.forget: gr.update(visible=held),
            self.area.note: (_IN_USE.format(chosen.label) if held else Markup("")) + _STAYS,
        }
