"""What Generate says before it is pressed: the price, or that it can't; and what is said under it."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup
from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError
from backend.domain.requests import Mode, Request
from backend.generation.allowance import Allowance, allowance
from backend.generation.gpu_quota import gpu_hint
from backend.generation.marked import WEIGHTS
from backend.generation.prepared import Asked
from backend.generation.pricing import price_of
from backend.playground import Playground
from ui.events.updates import Updates
from ui.form.kept_size import large_html, size_note
from ui.head.ways_out import other_html, ways_html
from ui.look import words
from ui.runs.runner import Runner, mode_of

ENQUEUE = "Add to queue"
PRICE_PROMPT = "a prompt of any length"
"""Stands in for a prompt that isn't written yet, since no price depends on the words."""
_ONCE = Markup('<p class="hint" data-once="weights">{} <button type="button" class="seen">Got it</button></p>')
"""Goes for as long as the page is there once it was heard; `ui/form/variables.js`."""
_TELLING = ("{", "__", "<", ":")
"""A prompt with any of these may hold choices, a list, or another tool's marks."""


@dataclass(frozen=True, slots=True)
class GenerateButton:
    """Tells the price of what the form asks for now, on the button that would run it."""

    runner: Runner

    @property
    def playground(self) -> Playground:
        """Return whose prices are told."""
        return self.runner.playground

    def asked(self, values: Mapping[str, JsonValue], caller: Caller) -> Asked | PlaygroundError:
        """Read what is to be priced out of the form's values, or return what is wrong with them."""
        try:
            return self.runner.asked(priced(values), caller)
        except PlaygroundError as error:
            return error

    def price(self, caller: Caller, values: Mapping[str, JsonValue], asked: Asked | PlaygroundError) -> Updates:
        """Return the Generate button with the price of what was `asked` of the form, and what the caps leave."""
        outputs = self.runner.outputs
        mode, chosen = mode_of(values), self.playground.choose(str(values.get("backend") or "auto"))
        if mode not in chosen.capabilities.modes:
            return self._unable(chosen, mode, caller)
        large = Markup("")
        try:
            if isinstance(asked, PlaygroundError):
                raise asked
            backend, taken = asked.backend, asked.taken
            wanted = taken.request
            large = large_html(wanted, self.playground.files)
            estimate = price_of(self.playground, caller, backend, wanted)
        except PlaygroundError as error:
            said = _lacking(error, chosen, caller) + large
            return {
                outputs.generate: gr.update(value="Generate", variant="primary"),
                outputs.enqueue: gr.update(value=ENQUEUE),
                outputs.left: gr.update(value=said, visible=bool(said)),
            }
        stand = allowance(self.playground, caller, backend, estimate)
        verb = "Over the cap" if stand.refusal else "Generate"
        money = words.money_line(stand, estimate) or gpu_hint(self.playground, caller, backend, wanted)
        hints = [
            Markup('<p class="hint">{}</p>').format(said) if said != WEIGHTS else _ONCE.format(said)
            for said in (
                "" if stand.refusal else money,
                estimate.note,
                size_note(backend, wanted, self.playground.files),
                *taken.notes,
                *backend.remarks(wanted),
            )
            if said
        ] + [_unfetched(backend, wanted, caller), large]
        capped = _capped(stand, ways_html(self.playground, caller, mode))
        look = "secondary" if stand.refusal else "primary"
        return {
            outputs.generate: gr.update(value=f"{verb} · {words.price(estimate)}", variant=look),
            outputs.enqueue: gr.update(value=f"{ENQUEUE} · {words.price(estimate)}"),
            outputs.left: gr.update(value=Markup("").join([capped, *hints]), visible=bool(capped or any(hints))),
        }

    def _unable(self, backend: Backend, mode: Mode, caller: Caller) -> Updates:
        """Say before the press that this backend doesn't do the open tab's mode, and what leads on."""
        said = f"{words.unable(backend.label, mode)}: open another tab, or choose another backend."
        line = Markup('<p class="hint">{}</p>{}').format(said, other_html(self.playground, caller, mode))
        return {
            self.runner.outputs.generate: gr.update(value=f"Not on {backend.label}", variant="secondary"),
            self.runner.outputs.left: gr.update(value=line, visible=True),
        }


def _unfetched(backend: Backend, wanted: Request, caller: Caller) -> Markup:
    """Return what a request needs that can be fetched here, and isn't here yet."""
    if not backend.offered(caller):
        return Markup("")
    try:
        backend.capabilities.check(wanted)
    except PlaygroundError as error:
        return _lacking(error, backend, caller)
    return Markup("")


def _lacking(error: PlaygroundError, backend: Backend, caller: Caller) -> Markup:
    """Return what a form asks for that has to be fetched first; the page puts the button that gets it beside that."""
    if not isinstance(error, InvalidRequest):
        return Markup("")
    names = [label.removeprefix("Get ") for label in backend.offered(caller).values()]
    found = (each.message for each in error.problems if any(name in each.message for name in names))
    return Markup("").join(Markup('<p class="hint">{}</p>').format(said) for said in found)


def priced(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a form's values as its price is told from them: no price depends on the words, but on their choices."""
    prompt = str(values.get("prompt") or "")
    telling = prompt.strip() and any(sign in prompt for sign in _TELLING)
    return {**values, "prompt": prompt if telling else PRICE_PROMPT, "priced_only": True}


def _capped(stand: Allowance, ways: Markup) -> Markup:
    """Return why a run would be refused, and what leads on; the style sheet hides it while the stage says the same."""
    if not stand.refusal:
        return Markup("")
    return Markup('<div class="capped"><p class="hint">{}</p>{}</div>').format(stand.refusal, ways)


def is_stale(offered: object, button: str) -> bool:
    """Whether a pressed button said another price than `button` says now; one that said none has promised nothing."""
    return isinstance(offered, str) and " · " in offered and offered != button
