"""A batch of prompts, of pictures, or of both: priced as a whole, then drawn at once, or put into the queue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, OverBudget, PlaygroundError, Problem
from backend.experiments.batch import Batch, Entry, paid, plan, plan_batch, read_lines, run_batch, unknown_costs
from backend.generation.allowance import allowance
from backend.generation.prepared import Prepared
from backend.presses.queues import Queues
from backend.record.presses.store import room_refusal
from ui.events.options import QUIETLY, How, with_mask
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.experiments.batch_area import NAME as PICTURES
from ui.experiments.batch_area import BatchArea
from ui.experiments.batch_pictures import PicturePresses, Pictures
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

_HINT = Markup('<p class="hint" role="status">{}</p>')
_ENQUEUE = Markup('<button type="button" id="batch-enqueue" data-offered="{told}" {disabled}>{told}</button>')
_MOST_NAME = 60
_HEAD = Markup('<p class="hint" role="status">{} of {} runs done{}</p>')
_LINE = Markup(
    '<section class="batch-line"><h3><span class="quiet">{}</span> <span translate="no">{}</span></h3>{}</section>'
)


@dataclass(frozen=True, slots=True)
class Batching:
    """Tells the price of all lines, and draws them once it was agreed to."""

    runner: Runner
    area: BatchArea
    queues: Queues

    def connect(self, wires: Wires) -> None:
        """Wire the price, which follows the lines and the form, and the button."""
        area, outputs = self.area, self.runner.outputs
        asked = {**wires.but("mask"), "batch_lines": area.lines, PICTURES: area.file}
        priced: How = {
            "preprocess": False,
            "queue": False,
            "trigger_mode": "always_last",
            **QUIETLY,
            "inputs_kwargs": asked,
        }
        area.file.priced(self.price_lines, None, [area.said, area.draw], **priced)
        drawn = {**wires.but(), "batch_lines": area.lines, PICTURES: area.file, "offered": area.draw}
        how: How = {"preprocess": False, "trigger_mode": "once", **QUIETLY, "inputs_kwargs": drawn}
        shown = [*outputs.all(), area.said, area.draw]
        area.draw.click(self.run, None, shown, js=with_mask(drawn), **how)

    def price_lines(
        self, request: gr.Request, *, batch_lines: object = "", batch_pictures: object = None, **values: JsonValue
    ) -> Updates:
        """Return how many runs it is and what the whole may cost; or what is wrong with it."""
        caller = caller_of(self.runner.playground, request)
        pictures = Pictures.of(batch_pictures)
        if not str(batch_lines or "").strip() and not pictures.files:
            return {self.area.said: "", self.area.draw: gr.update(value="Draw all", interactive=False)}
        try:
            return self._offered(self._batch(spread(values), str(batch_lines or ""), pictures, caller), caller)
        except PlaygroundError as error:
            said = str(_HINT.format(code_marked(error_text(error))))
            return {self.area.said: said, self.area.draw: gr.update(value="Draw all", interactive=False)}

    def run(
        self,
        request: gr.Request,
        *,
        batch_lines: object = "",
        batch_pictures: object = None,
        offered: object = None,
        **values: JsonValue,
    ) -> Iterator[Updates]:
        """Draw all of it; where the whole isn't what the pressed button said any more, its price is said anew."""
        given, caller = spread(values), caller_of(self.runner.playground, request)
        fresh = self.price_lines(request, batch_lines=batch_lines, batch_pictures=batch_pictures, **values)
        button = str(fresh[self.area.draw].get("value"))
        if offered != button and is_stale(offered, button):
            said = str(_HINT.format("The price has changed: look at it, then press again."))
            yield {**fresh, self.area.said: said}
            return
        text, pictures = str(batch_lines or ""), Pictures.of(batch_pictures)
        yield from self.runner.guarded(lambda acting: self._views(given, text, pictures, acting), caller)

    def enqueue_all(self, given: Mapping[str, Any], values: Mapping[str, JsonValue], caller: Caller) -> None:
        """Put all of it into the queue as a batch; `given` is what the browser tells beside the form.

        Raises a `PlaygroundError` where it can't be, `InvalidRequest` where it costs otherwise than the button said.
        """
        pictures = Pictures.of(given.get("pictures"))
        batch = self._batch(dict(values), str(given.get("lines") or ""), pictures, caller)
        presses = [(entry.line.label, _prepared(self.runner, entry)) for entry in batch.entries if entry.cells]
        button = _queue_button(batch, len(presses))
        if given.get("offered") != button:
            raise InvalidRequest([Problem("price", "has changed since: look at it, then press again.")])
        more = f" +{len(presses) - 1}" if len(presses) > 1 else ""
        name = str(given.get("name") or "")[:_MOST_NAME] or presses[0][0][:_MOST_NAME] + more
        self.queues.add_batch(caller, name, presses)

    def _batch(self, values: dict[str, JsonValue], text: str, pictures: Pictures, caller: Caller) -> Batch:
        lines = read_lines(text) if text.strip() or not pictures.files else ()
        if pictures.files:
            presses = PicturePresses(self.runner, values, caller).of(pictures, lines)
            return plan(self.runner.playground, caller, presses)
        asked = self.runner.asked({**values, "prompt": PRICE_PROMPT, "priced_only": True}, caller)
        return plan_batch(self.runner.playground, caller, asked, lines, written(values))

    def _offered(self, batch: Batch, caller: Caller) -> Updates:
        refusal, count = self._refusal(batch, caller), sum(bool(entry.cells) for entry in batch.entries)
        wrong = [_wrong(entry) for entry in batch.entries if entry.error]
        full = room_refusal(self.queues.look(caller).queue, count)
        told = [*wrong, *([refusal] if refusal else []), *([full] if full else [])]
        hints = Markup("").join(_HINT.format(each) for each in told)
        add = _ENQUEUE.format(told=_queue_button(batch, count), disabled="disabled" if full else "")
        value = f"Draw {batch.images} images · {words.price(batch.price)}"
        return {self.area.said: str(hints + add), self.area.draw: gr.update(value=value, interactive=not refusal)}

    def _refusal(self, batch: Batch, caller: Caller) -> str | None:
        playground = self.runner.playground
        backend = playground.choose(batch.cells[0].backend)
        return allowance(playground, caller, backend, batch.price).refusal

    def _views(self, values: dict[str, JsonValue], text: str, pictures: Pictures, caller: Caller) -> Iterator[View]:
        batch = self._batch(values, text, pictures, caller)
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
        return _LINE.format(entry.line.number, entry.line.label, body) if body else Markup("")


def _wrong(entry: Entry) -> str:
    assert entry.error is not None
    if entry.line.name:
        return f"Picture {entry.line.number} is left out: {error_text(entry.error)}"
    return f"Line {entry.line.number} is left out: {error_text(entry.error)}"


def _prepared(runner: Runner, entry: Entry) -> Prepared:
    backend = runner.playground.choose(entry.cells[0].backend)
    return Prepared(backend, tuple(cell.request for cell in entry.cells))


def _queue_button(batch: Batch, count: int) -> str:
    return f"Add {count} to the queue · {words.price(batch.price)}"


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
