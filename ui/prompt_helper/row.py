"""The prompt helper under the prompt: a new text beside the old one, edited, taken or not, and never silently."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.playground import Playground
from backend.prompt_helper.asking import PromptHelper, language_for
from backend.prompt_helper.server import Server
from backend.prompt_helper.suggestion import Suggestion
from ui.canvas.canvas import picture_of
from ui.events.options import QUIET, QUIETLY, How
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.look import words
from ui.look.sentences import error_card
from ui.prompt_helper.sent_picture import sent_picture
from ui.serving.caller import caller_of

log = logging.getLogger(__name__)

Asked = Callable[[PromptHelper, Caller], Iterator[Suggestion | None]]
"""A question to the helper."""
NO_PICTURE = "is missing; choose one, drop it on the easel, or paste it."
_PART = "prompt helper"
"""The part of the page that has a Stop of its own."""
_HERE = Markup('<p class="hint">The prompt helper runs on this machine (<code>{}</code>).</p>')
_SENT = Markup('<p class="hint">Enhance sends the prompt to <code>{}</code>; Describe sends the picture there.</p>')
_OLD = Markup(
    '<p class="hint">Your prompt stays as it is until you take the new one:</p><p class="old" translate="no">{}</p>'
)
_PUT_BACK = Markup("<p>The helper had lost <code>{}</code>: put back at the end.</p>")
_ADDED = Markup("<p>The helper added <code>{}</code>: take it out if it isn't meant.</p>")
_OTHER = Markup("<p>The helper answered in another language than the prompt's.</p>")
_CUT = Markup("<p>The helper's answer ends early: it was cut short.</p>")
_COST = Markup("<p>Cost of this text: {}</p>")


@dataclass(frozen=True, slots=True)
class HelperArea:
    """The components; `before` holds the text that Undo brings back, and `find` is rendered where it belongs: aside."""

    line: gr.Row
    enhance: gr.Button
    describe: gr.Button
    find: gr.Button
    stop: gr.Button
    hint: gr.HTML
    fresh: gr.Column
    old: gr.HTML
    text: gr.Textbox
    take: gr.Button
    leave: gr.Button
    undo: gr.Button
    note: gr.HTML
    before: gr.Textbox


def helper_area(playground: Playground) -> HelperArea:
    """Lay out the row, and what comes below it; nothing of it shows where there is no helper."""
    helper = playground.prompt_helper
    server = helper.server
    there, looks = server is not None, server is None and helper.may_look
    find = gr.Button("Find a prompt helper", size="sm", elem_id="find-helper", visible=looks, render=False)
    with gr.Row(elem_id="helper-row", visible=there) as line:
        enhance = gr.Button("Enhance", size="sm", elem_id="enhance", visible=there)
        describe = gr.Button("Describe this picture", size="sm", elem_id="describe", visible=there)
        stop = gr.Button("Stop", size="sm", elem_id="stop-helper", visible=False)
        undo = gr.Button("Undo the new prompt", size="sm", elem_id="undo-helper", visible=False)
        hint = gr.HTML(_hint(server), elem_id="helper-hint", visible=there, apply_default_css=False)
    note = gr.HTML("", elem_id="helper-note", apply_default_css=False)
    with gr.Column(elem_id="helper-new", visible=False) as fresh:
        old = gr.HTML("", elem_id="helper-old", apply_default_css=False)
        text = gr.Textbox(label="New prompt", lines=4, max_lines=12, elem_id="helper-text")
        with gr.Row(elem_classes=["small-row"]):
            take = gr.Button("Use this prompt", size="sm", elem_id="take-helper")
            leave = gr.Button("Keep mine", size="sm", elem_id="leave-helper")
    before = gr.Textbox("", visible="hidden", max_lines=1, label="Prompt before", elem_id="helper-before")
    return HelperArea(line, enhance, describe, find, stop, hint, fresh, old, text, take, leave, undo, note, before)


@dataclass(frozen=True, slots=True)
class PromptHelperRow:
    """Answers the row's buttons; the prompt changes only where the visitor takes the new text."""

    playground: Playground
    area: HelperArea
    prompt: gr.Textbox
    news: gr.HTML
    """Lets the browser look anew at what is left to spend."""

    def connect(self, wires: Wires) -> None:
        """Wire the events."""
        area, presses = self.area, wires.presses
        wires.when_opened(self.opened, self.row())
        values = wires.only("prompt", "easel")
        asked: How = {"preprocess": False, "trigger_mode": "once", "inputs_kwargs": values, **QUIETLY}
        enhancing = area.enhance.click(self.enhance_prompt, None, self.outputs(), **asked)
        describing = area.describe.click(self.describe_picture, None, self.outputs(), **asked)
        # In a second round: what was under way when Stop was pressed must not be shown after it.
        stopping = area.stop.click(None, None, None, cancels=[enhancing, describing], queue=False, **QUIET)
        stopping.then(self.stop_helper, None, self.outputs(), queue=False, **QUIET)
        presses.on(area.find, self.find, [], [*self.row(), *self.outputs()])
        taken: list[Block] = [self.prompt, area.before, area.undo, area.note, area.fresh]
        presses.on(area.take, self.take, [area.text, self.prompt], taken, refresh=True)
        presses.on(area.leave, self.leave, [], [area.fresh, area.note])
        presses.on(area.undo, self.undo, [area.before], [self.prompt, area.undo, area.before], refresh=True)

    def row(self) -> list[Block]:
        """Return what depends on whether there is a helper."""
        return [self.area.line, self.area.enhance, self.area.describe, self.area.find, self.area.hint]

    def outputs(self) -> list[Block]:
        """Return what a question changes."""
        return [self.area.note, self.area.stop, self.area.fresh, self.area.old, self.area.text, self.news]

    def opened(self, _: gr.Request) -> Updates:
        """Show the helper that was found since the page was laid out."""
        helper = self.playground.prompt_helper
        return self._row(helper.server, looks=helper.may_look)

    def enhance_prompt(self, request: gr.Request, **values: JsonValue) -> Iterator[Updates]:
        """Yield how long it takes, then the new text beside the old one, or a card that says why there is none."""
        prompt = str(values.get("prompt") or "")
        caller = caller_of(self.playground, request)
        yield from self._guarded(caller, lambda helper, acting: helper.enhance(acting, prompt))

    def describe_picture(self, request: gr.Request, **values: JsonValue) -> Iterator[Updates]:
        """Yield likewise what the picture on the easel shows."""
        accepted = str(request.headers.get("accept-language", ""))
        language = language_for(str(values.get("prompt") or ""), accepted)

        def asked(helper: PromptHelper, acting: Caller) -> Iterator[Suggestion | None]:
            picture = picture_of(values.get("easel"))
            return helper.describe(
                acting, partial(sent_picture, self.playground, acting, picture, NO_PICTURE), language
            )

        yield from self._guarded(caller_of(self.playground, request), asked)

    def find(self, _: gr.Request) -> Updates:
        """Look on this machine, some seconds at most; show the helper, or a card that says how to set one up."""
        try:
            found = next(filter(None, self.playground.prompt_helper.look()), None)
        except PlaygroundError as error:
            return self._said(error_card(error, bills=None))
        return {**self._row(found, looks=True), **self._said("")}

    def take(self, text: str, prompt: str, _: gr.Request) -> Updates:
        """Put the new text, as it was edited, where the prompt stands, and keep that for Undo."""
        area = self.area
        gone: Updates = {area.note: "", area.fresh: gr.update(visible=False)}
        return {self.prompt: text, area.before: prompt, area.undo: gr.update(visible=True), **gone}

    def leave(self, _: gr.Request) -> Updates:
        """Put the new text away."""
        return {self.area.fresh: gr.update(visible=False), self.area.note: ""}

    def undo(self, before: str, _: gr.Request) -> Updates:
        """Bring the old prompt back."""
        return {self.prompt: before, self.area.undo: gr.update(visible=False), self.area.before: ""}

    def stop_helper(self, request: gr.Request) -> Updates:
        """Stop what this page has asked the helper, and clear the place."""
        self.playground.live.stop_part(caller_of(self.playground, request), _PART)
        return self._said("")

    def _guarded(self, caller: Caller, asked: Asked) -> Iterator[Updates]:
        try:
            with self.playground.live.press(caller, part=_PART, begins=False) as acting:
                yield from self._told(asked(self.playground.prompt_helper, acting), acting)
        except PlaygroundError as error:
            bills = words.BILLED if error.billed != "no" else None
            yield self._said(error_card(error, bills=bills))
        except Exception:  # The page's rim: without this a visitor would look at a text that never comes.
            log.exception("The page broke down on the prompt helper")
            broken = PlaygroundError("The playground broke down on this; its log says why.", billed="unknown")
            yield self._said(error_card(broken))

    def _told(self, steps: Iterator[Suggestion | None], acting: Caller) -> Iterator[Updates]:
        began = time.monotonic()
        for found in steps:
            if found is not None:
                yield self._suggested(found)
                return
            passed = words.duration(time.monotonic() - began)
            line = str(Markup('<p role="status">The prompt helper is working, {}</p>').format(passed))
            # Every word repeats how Stop stands: `Runner.acting` says why.
            yield {**self._said(line), self.area.stop: gr.update(visible=not acting.stopped)}
        yield self._said("")

    def _suggested(self, found: Suggestion) -> Updates:
        area = self.area
        old = str(_OLD.format(found.before)) if found.before else ""
        shown = {area.fresh: gr.update(visible=True), area.old: old, area.text: found.text, self.news: news()}
        return {**self._said(notes(found)), **shown}

    def _said(self, html: str) -> Updates:
        area = self.area
        return {area.note: str(html), area.stop: gr.update(visible=False), area.fresh: gr.update(visible=False)}

    def _row(self, server: Server | None, *, looks: bool) -> Updates:
        area, there = self.area, server is not None
        shown: Updates = {each: gr.update(visible=there) for each in (area.line, area.enhance, area.describe)}
        hint = gr.update(value=_hint(server), visible=there)
        return {**shown, area.find: gr.update(visible=looks and not there), area.hint: hint}


def notes(found: Suggestion) -> str:
    """Return what a visitor has to know of a new text, as HTML; its cost always."""
    said = [_PUT_BACK.format(each) for each in found.put_back] + [_ADDED.format(each) for each in found.added]
    said += [_OTHER] * found.other_language + [_CUT] * found.cut
    return "".join([*said, _COST.format(words.cost(found.cost.usd, found.cost.kind))])


def _hint(server: Server | None) -> str:
    """Return where everything is sent to, which stands there before anybody presses."""
    if server is None:
        return ""
    return str((_HERE if server.is_here else _SENT).format(server.host))
