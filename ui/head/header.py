"""The head of the page: its name, the backend switch, and how that backend stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.adapters.base import Backend, State
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.requests import TABBED, Mode
from backend.generation.pressed import ordered_by
from backend.playground import Playground
from ui.events.options import QUIET, on_load, refresh_after
from ui.events.page_events import data_of
from ui.events.updates import Update, Updates
from ui.events.wires import Wires
from ui.head.appearance import appearance_switch
from ui.head.languages import language_switch
from ui.head.model_list import ModelList, model_list
from ui.head.own_key import KeyArea, key_area
from ui.inputs.makers import maker_of
from ui.look import words
from ui.look.field_titles import error_text
from ui.look.sentences import code_marked
from ui.serving.caller import caller_of

POLL_SECONDS, IDLE_SECONDS = 1.5, 5.0
"""How often it is looked whether the backend has changed, and whether another page has switched its model."""
_GET = "Get "
_STATE = Markup('<div class="state {}" role="status" data-maker="{}"><i class="dot"></i><span>{}</span>{}{}</div>')


@dataclass(frozen=True, slots=True)
class Header:
    """The components of the page's head."""

    backend: gr.Dropdown
    state: gr.HTML
    timer: gr.Timer
    key: KeyArea
    models: ModelList

    def stand(self) -> list[Block]:
        """Return what says how the backend stands."""
        return [self.state, self.timer, *self.models.outputs()]


def header(playground: Playground) -> Header:
    """Lay out the head of the page; call it inside its row."""
    chosen = playground.choose("auto")
    caller = Caller(visitor="")
    gr.HTML("<h1>Z-Image <span>Playground</span></h1>", elem_id="title", apply_default_css=False)
    backend = gr.Dropdown(
        choices=[(each.label, each.name) for each in playground.backends.values()],
        value=chosen.name,
        label="Backend",
        show_label=False,
        container=False,
        filterable=False,
        elem_id="backend",
    )
    shown = state_html(chosen, caller, TABBED[0])
    state = gr.HTML(shown, elem_id="state", js_on_load=on_load("state", "act"), apply_default_css=False)
    models = model_list(chosen)
    key = key_area(chosen)
    return Header(backend, state, gr.Timer(**_ticking(chosen, caller)), key, models)


def switches(playground: Playground) -> None:
    """Lay out the head's end: who one is where that is known, the language, and light or dark."""
    if playground.settings.signs_in:
        gr.LoginButton("Sign in", "Sign out ({})", size="sm", scale=0, min_width=0, elem_id="login")
    language_switch()
    appearance_switch()


def state_html(backend: Backend, caller: Caller, mode: Mode | None = None) -> str:
    """Return how a backend stands (for a mode): a dot, a sentence, and what can be done about it."""
    state = backend.state(caller)
    if state.ready and not state.busy and mode is not None and mode not in backend.capabilities.modes:
        state = State(ready=False, message=f"{words.unable(backend.label, mode)}.")
    return _html(state, backend.offered(caller), maker_of(backend))


def _html(state: State, offered: Mapping[str, str], maker: str) -> str:
    look = "ready" if state.ready and not state.busy else "busy" if state.busy else "missing"
    bar = Markup("")
    if state.fraction is not None and state.busy:
        bar = Markup('<span class="bar"><i style="width:{:.0f}%"></i></span>').format(state.fraction * 100)
    buttons = _buttons(offered, folded=look != "missing")
    return str(_STATE.format(look, maker, code_marked(state.message), bar, buttons))


def _buttons(actions: Mapping[str, str], *, folded: bool) -> Markup:
    """Return a button an action; several that nothing waits for are folded away."""
    buttons = Markup("").join(
        Markup('<button type="button" data-action="{}" data-gets="{}">{}</button>').format(action, _gets(label), label)
        for action, label in actions.items()
    )
    if not folded or len(actions) < 2:
        return buttons
    return Markup('<details class="more"><summary>More ({})</summary>{}</details>').format(len(actions), buttons)


def _gets(label: str) -> str:
    """Return by which words sentences name what a button gets, so that it can stand beside them, too; or nothing."""
    return label.removeprefix(_GET) if label.startswith(_GET) else ""


def _ticking(backend: Backend, caller: Caller) -> Update:
    """Return how soon to look again: soon while it changes by itself, now and then where another page may change it."""
    changing = _changing(backend, caller)
    # As a timer's parameters: to make a `gr.Timer` takes a tenth of a look at the price.
    return {
        "value": POLL_SECONDS if changing else IDLE_SECONDS,
        "active": changing or bool(backend.model_choices(caller)),
    }


def _changing(backend: Backend, caller: Caller) -> bool:
    """Whether the state will change by itself: a model is being loaded; a key that is missing just stays missing."""
    state = backend.state(caller)
    return state.busy or (not state.ready and backend.missing(caller) is None)


class Switch:
    """Answers the head's events."""

    def __init__(self, playground: Playground, head: Header) -> None:
        self.playground = playground
        self.head = head

    def connect(self, wires: Wires) -> None:
        """Wire how the backend stands: looked at again while it changes by itself, and its buttons."""
        head = self.head
        asked = [head.backend, wires.values["mode"], head.state, head.models.rows]
        head.timer.tick(self.tick, asked, head.stand(), queue=False, **QUIET)
        # A look that was under way may answer later, with how it stood before.
        for area in (head.state, head.models.rows):
            refresh_after(area.act(self.act, asked[:2], head.stand(), **QUIET))

    def tick(self, backend: str, mode: str, state: object, models: object, request: gr.Request) -> Updates:
        """Return what of a look isn't so on the page already."""
        known = (state, models)
        return {each: value for each, value in self.look(backend, mode, request, models).items() if value not in known}

    def look(self, backend: str, mode: str, request: gr.Request, models: object = None) -> Updates:
        """Return the state of a backend for the open tab's mode, its models, and when to look again."""
        chosen = self.playground.choose(backend)
        caller = caller_of(self.playground, request)
        opened = next((each for each in TABBED if each == mode), None)
        return {
            self.head.state: state_html(chosen, caller, opened),
            self.head.timer: gr.update(**_ticking(chosen, caller)),
            **self.head.models.look(chosen, caller, models),
        }

    def act(self, backend: str, mode: str, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        """Carry out what the visitor pressed beside the state, such as a download, or runs that it orders."""
        chosen, caller = self.playground.choose(backend), caller_of(self.playground, request)
        action = str(data_of(event).get("action", ""))
        try:
            if chosen.ordered_by(action):
                for doing in ordered_by(self.playground, caller, chosen, action):
                    said = _html(State(ready=False, message=doing, busy=True), {}, maker_of(chosen))
                    yield {self.head.state: said, self.head.timer: gr.update(active=False)}
            else:
                chosen.act(action, caller)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        yield self.look(backend, mode, request)
