"""Prompts from a file: one a line, priced as a whole, drawn one after the other with the form's other settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import OverBudget, PlaygroundError
from backend.experiments.batch import MOST_BYTES, Batch, Entry, paid, plan_batch, read_lines, run_batch, unknown_costs
from backend.generation.allowance import allowance
from ui.events.options import QUIETLY, How, on_load, with_mask
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.variables import written
from ui.inputs.panel import spread
from ui.look import words
from ui.look.field_titles import error_text
from ui.look.sentences import code_marked, error_card
from ui.runs.board import Board, board_html
from ui.runs.generate_button import PRICE_PROMPT, is_stale
from ui.runs.runner import Runner
from ui.runs.stages import Pieces, View
from ui.serving.caller import caller_of

_FILE = (
    '<p class="hint">One prompt a line; empty lines and lines that begin with # are left out. All other '
    "settings are the form's.</p>"
    '<label class="file"><span>Choose a text file</span> <input type="file" accept=".txt,text/plain"></label>'
    '<p class="hint over" role="alert" hidden>This file is no text in UTF-8, or too large: '
    "save it as UTF-8 with fewer lines.</p>"
)
_HINT = Markup('<p class="hint" role="status">{}</p>')
_HEAD = Markup('<p class="hint" role="status">{} of {} runs done{}</p>')
_LINE = Markup(
    '<section class="batch-line"><h3><span class="quiet">{}</span> <span translate="no">{}</span></h3>{}</section>'
)


@dataclass(frozen=True, slots=True)
class BatchArea:
    """The components of the fold."""

    file: gr.HTML
    lines: gr.Textbox
    said: gr.HTML
    draw: gr.Button


def batch_area() -> BatchArea:
    """Lay out the fold."""
    with gr.Accordion("Prompts from a file", open=False, elem_classes=["fold"], elem_id="batch"):
        file = gr.HTML(
            "",
            html_template=_FILE,
            js_on_load=on_load("batch", "priced"),
            apply_default_css=False,
            elem_id="batch-file",
            most=MOST_BYTES,
        )
        lines = gr.Textbox(label="One prompt a line", lines=4, max_lines=12, elem_id="batch-lines")
        said = gr.HTML("", elem_id="batch-said", apply_default_css=False)
        draw = gr.Button("Draw all", size="sm", interactive=False, elem_id="batch-draw")
    return BatchArea(file, lines, said, draw)


@dataclass(frozen=True, slots=True)
class Batching:
    """Tells the price of all lines, and draws them once it was agreed to."""

    runner: Runner
    area: BatchArea

    def connect(self, wires: Wires) -> None:
        """Wire the price, which follows the lines and the form, and the button."""
        area, outputs = self.area, self.runner.outputs
        asked = {**wires.but("mask"), "batch_lines": area.lines}
        priced: How = {
            "preprocess": False,
            "queue": False,
            "trigger_mode": "always_last",
            **QUIETLY,
            "inputs_kwargs": asked,
        }
        area.file.priced(self.price_lines, None, [area.said, area.draw], **priced)
        drawn = {**wires.but(), "batch_lines": area.lines, "offered": area.draw}
        how: How = {"preprocess": False, "trigger_mode": "once", **QUIETLY, "inputs_kwargs": drawn}
        shown = [*outputs.all(), area.said, area.draw]
        area.draw.click(self.run, None, shown, js=with_mask(drawn), **how)

    def price_lines(self, request: gr.Request, *, batch_lines: object = "", **values: JsonValue) -> Updates:
        """Return how many runs the lines are and what the whole may cost; or what is wrong with them."""
        caller = caller_of(self.runner.playground, request)
        if not str(batch_lines or "").strip():
            return {self.area.said: "", self.area.draw: gr.update(value="Draw all", interactive=False)}
        try:
            batch = self._batch({**spread(values), "priced_only": True}, str(batch_lines), caller)
            return self._offered(batch, caller)
        except PlaygroundError as error:
            said = str(_HINT.format(code_marked(error_text(error))))
            return {self.area.said: said, self.area.draw: gr.update(value="Draw all", interactive=False)}

    def run(
        self, request: gr.Request, *, batch_lines: object = "", offered: object = None, **values: JsonValue
    ) -> Iterator[Updates]:
        """Draw all lines; where the whole isn't what the pressed button said any more, its price is said anew."""
        given, caller = spread(values), caller_of(self.runner.playground, request)
        fresh = self.price_lines(request, batch_lines=batch_lines, **values)
        button = str(fresh[self.area.draw].get("value"))
        if offered != button and is_stale(offered, button):
            said = str(_HINT.format("The price has changed: look at it, then press again."))
            yield {**fresh, self.area.said: said}
            return
        yield from self.runner.guarded(lambda acting: self._views(given, str(batch_lines or ""), acting), caller)

    def _batch(self, values: Mapping[str, JsonValue], text: str, caller: Caller) -> Batch:
        lines = read_lines(text)
        asked = self.runner.asked({**values, "prompt": PRICE_PROMPT}, caller)
        return plan_batch(self.runner.playground, caller, asked, lines, written(values))

    def _offered(self, batch: Batch, caller: Caller) -> Updates:
        refusal = self._refusal(batch, caller)
        wrong = [_wrong(entry) for entry in batch.entries if entry.error]
        hints = Markup("").join(_HINT.format(each) for each in [*wrong, *([refusal] if refusal else [])])
        value = f"Draw {batch.images} images · {words.price(batch.price)}"
        return {self.area.said: str(hints), self.area.draw: gr.update(value=value, interactive=not refusal)}

    def _refusal(self, batch: Batch, caller: Caller) -> str | None:
        playground = self.runner.playground
        backend = playground.choose(batch.cells[0].backend)
        return allowance(playground, caller, backend, batch.price).refusal

    def _views(self, values: dict[str, JsonValue], text: str, caller: Caller) -> Iterator[View]:
        batch = self._batch(values, text, caller)
        if refusal := self._refusal(batch, caller):
            raise OverBudget(refusal)
        boards: dict[str, Board] = {}
        view = View(boards.values(), lambda: self._shown(batch, boards))
        cells = {cell.key: cell for cell in batch.cells}
        for key, event in run_batch(self.runner.playground, caller, batch):
            if key not in boards:
                backend = self.runner.playground.choose(cells[key].backend)
                boards[key] = self.runner.board(backend, cells[key].request, caller)
            boards[key].see(event)
            yield view
        yield view

    def _shown(self, batch: Batch, boards: Mapping[str, Board]) -> Pieces:
        done = sum(board.over for board in boards.values())
        head = _HEAD.format(done, len(batch.cells), _cost(list(boards.values())))
        going = Markup('<div class="progress"></div>') if done < len(batch.cells) else Markup("")
        return [str(head + going), *(str(self._line(entry, boards)) for entry in batch.entries)]

    def _line(self, entry: Entry, boards: Mapping[str, Board]) -> Markup:
        begun = [boards[cell.key] for cell in entry.cells if cell.key in boards]
        body = Markup("").join(
            # Each board escapes its own parts.
            Markup(board_html(board, self.runner.served, alone=False))  # noqa: S704
            for board in begun
        )
        if entry.error:
            body = error_card(entry.error)
        return _LINE.format(entry.line.number, entry.line.prompt, body) if body else Markup("")


def _wrong(entry: Entry) -> str:
    assert entry.error is not None
    return f"Line {entry.line.number} is left out: {error_text(entry.error)}"


def _cost(boards: Sequence[Board]) -> str:
    """Return what the runs came to so far, what is billed apart from what is estimated or unknown."""
    runs = [board.run for board in boards if board.run]
    told = [f"{words.dollars(paid(runs, 'billed'))} billed"] if any(run.cost_kind == "billed" for run in runs) else []
    if estimated := paid(runs, "estimated"):
        told.append(f"≈ {words.dollars(estimated)}")
    if unknown := unknown_costs(runs):
        told.append(f"{unknown} of unknown cost")
    failed = sum(board.error is not None for board in boards)
    told += [f"{failed} failed"] * bool(failed)
    return "".join(f" · {each}" for each in told) or " · free" * bool(
        runs and all(run.cost_kind == "free" for run in runs)
    )
