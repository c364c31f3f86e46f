"""What can be done with an image that was made: use its settings, take it to another mode, keep it, delete it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotFound, PlaygroundError, Problem
from backend.domain.records import DREW, KIND, Run, RunImage
from backend.domain.requests import MODE_LABELS, TABBED, Mode, of_image
from backend.playground import Playground
from ui.events.options import QUIET
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.inputs.makers import other_kind
from ui.look import words
from ui.look.field_titles import error_text
from ui.runs.inspector import inspector_html, own_file_link
from ui.runs.result_link import link_html, revoked_html
from ui.runs.sheets.before_after import before_after_html
from ui.runs.sheets.detail import detail_html
from ui.runs.sheets.recipe import recipe_html
from ui.runs.sheets.upscale import Enlarged, upscale_html
from ui.serving.caller import caller_of
from ui.serving.own_address import own_address

_UNDO = Markup(
    '<p class="undo" data-run="{run}" role="status">Moved to the trash, where it stays for a week. '
    '<button type="button" class="small" data-act="restore">Undo</button></p>'
)
_BACK = Markup(
    '<div data-filled role="status"><p>All that made this picture is back in the form.</p>'
    '<p class="facts"><span class="fact" translate="no">{}</span>{}</p></div>'
)
_SHORT = 80
"""Characters of the prompt by which one knows which picture it was."""
_GOES_ON = "This run still goes on, and stays here: delete it once it has ended."
_EMPTIED = "This run is gone for good: the trash was emptied."


Act = Callable[[Mapping[str, str], Caller], Updates]
"""What answers a button: it is given what the button and its place say."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Answers the buttons on images; each checks that the run is one that the visitor's page shows.

    `others` are further buttons' answers by their acts, which change `theirs` beside what these change.
    """

    playground: Playground
    filling: Filling
    inspector: gr.HTML
    link: gr.HTML
    sheet: gr.HTML
    undo: gr.HTML
    notice: gr.HTML
    others: Mapping[str, Act] = field(default_factory=dict)
    theirs: Sequence[Block] = ()

    def connect(self, wires: Wires) -> None:
        """Wire the buttons on cards and tiles; one may fill the form."""
        wires.fill_after(wires.box.act(self.act, None, self.outputs(), **QUIET))

    def outputs(self) -> list[Block]:
        """Return what an action changes."""
        return [*self.filling.outputs(), self.inspector, self.link, self.sheet, self.undo, self.notice, *self.theirs]

    def act(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Carry out one action; what it changes in the form is returned, the history is looked at anew afterwards."""
        caller = caller_of(self.playground, request)
        given = {name: str(value) for name, value in data_of(event).items()}
        other = self.others.get(given.get("act", ""))
        try:
            told = other(given, caller) if other else self._carry_out(given, caller, _address(request))
            return told or {self.filling.controls["mode"]: gr.skip()}
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error

    def _carry_out(self, given: Mapping[str, str], caller: Caller, address: str) -> Updates:
        run_id = given.get("run", "")
        whose = self.playground.whose(run_id, caller.visitor)
        match given.get("act"):
            case "settings":
                run, image = self.image(given, caller)
                request = of_image(run.request, image.index)
                self._say_other_kind(run, image)
                filled = self.filling.from_request(request, run.backend, image.seed, caller.visitor)
                return {**filled, **self._told(run, image)}
            case "send":
                _, image = self.image(given, caller)
                return self.filling.send(image.sha256, _mode(given.get("mode")), caller.visitor)
            case "code":
                run, image = self.image(given, caller)
                own = own_file_link(self.filling.served, image, caller.visitor)
                text = inspector_html(self.playground, run, image, address=address, own_file=own)
                return {self.inspector: gr.update(value=text, visible=True)}
            case "recipe" | "enlarge" | "detail" | "before" as wish:
                return {self.sheet: self._sheet(wish, *self.image(given, caller), caller)}
            case "share":
                token = self.playground.result_links.share(run_id, whose)
                return {self.link: link_html(run_id, token, address)}
            case "unshare":
                self.playground.result_links.revoke(run_id, whose)
                return {self.link: revoked_html()}
            case "star" | "unstar" | "delete" | "restore" as wish:
                return self._keep(wish, run_id, _index(given), whose)
            case other:
                raise InvalidRequest([Problem("act", f"is {other!r}, which this page doesn't know; reload it.")])

    def _sheet(self, wish: str, run: Run, image: RunImage, caller: Caller) -> str:
        """Return what stands on the sheet over the page that a button opens."""
        playground, served = self.playground, self.filling.served
        match wish:
            case "recipe":
                return recipe_html(playground, served, run, image, caller.visitor)
            case "enlarge":
                return upscale_html(playground, Enlarged.result(run, image), caller)
            case "detail":
                return detail_html(playground, run, image, caller)
            case _:
                return before_after_html(served, run, image, caller.visitor)

    def _told(self, run: Run, image: RunImage) -> Updates:
        """Say in the form what is back in it."""
        backend = self.playground.backends.get(run.backend)
        parts = [MODE_LABELS[run.request.mode], *([backend.label] if backend else ())]
        parts += [f"{image.width} × {image.height}", words.counted(run.request.steps, "step")]
        parts += [f"seed {words.seed_of(image)}"]
        facts = Markup("").join(Markup('<span class="fact">{}</span>').format(part) for part in parts)
        return {self.notice: gr.update(value=str(_BACK.format(run.request.prompt[:_SHORT], facts)), visible=True)}

    def _keep(self, wish: str, run_id: str, index: int, whose: str) -> Updates:
        match wish:
            case "delete":
                self._delete(run_id, whose)
                return {self.undo: gr.update(value=str(_UNDO.format(run=run_id)), visible=True)}
            case "restore":
                self._restore(run_id, whose)
                return {self.undo: gr.update(visible=False)}
            case _:
                self.playground.history.mark(whose, run_id, index, favourite=wish == "star")
                return {}

    def _say_other_kind(self, run: Run, image: RunImage) -> None:
        backend = self.playground.backends.get(run.backend)
        drawn = (image.details.get(DREW), image.details.get(KIND))
        if backend and (said := other_kind(backend, *drawn)):
            gr.Info(said)

    def _delete(self, run_id: str, visitor: str) -> None:
        moved = self.playground.history.delete(visitor, [run_id])
        if not moved and self.playground.store.run(run_id, visitor).deleted is None:
            raise NotFound(_GOES_ON)

    def _restore(self, run_id: str, visitor: str) -> None:
        moved = self.playground.history.restore(visitor, [run_id])
        if not moved and self.playground.store.run(run_id, visitor).deleted is not None:
            raise NotFound(_EMPTIED)

    def image(self, given: Mapping[str, str], caller: Caller) -> tuple[Run, RunImage]:
        """Return the image that a button stands at, with its run; raise `NotFound` for another visitor's."""
        run_id = given.get("run", "")
        run = self.playground.store.run(run_id, self.playground.whose(run_id, caller.visitor))
        wanted = _index(given)
        for image in run.images:
            if image.index == wanted:
                return run, image
        raise NotFound(f"That run has no image {wanted}; it may have been deleted.")


def _address(request: gr.Request) -> str:
    return own_address(request.request) if request.request else ""


def _index(given: Mapping[str, str]) -> int:
    text = given.get("index", "")
    return int(text) if text.isdigit() else -1


def _mode(text: str | None) -> Mode:
    for mode in TABBED:
        if mode == text:
            return mode
    raise InvalidRequest([Problem("mode", f"is {text!r}; choose one of {', '.join(TABBED)}.")])
