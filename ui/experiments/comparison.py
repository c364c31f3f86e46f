"""The same request on every backend that can take it, side by side; and a grid over any fields of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import gradio as gr
from markupsafe import Markup
from PIL import Image
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError, Problem, StorageFull, Unsupported
from backend.experiments.axes import Axis, read_axis
from backend.experiments.compare import PIXELS_DIFFER, Contender, compare, contenders, is_comparison, price
from backend.experiments.contact_sheet import sheet
from backend.experiments.grid import Cell, Plan, plan, run
from backend.generation.generate import prepare
from backend.generation.prepared import Asked
from backend.images.encoding import encode
from backend.images.incoming import open_upright
from backend.images.metadata.source_type import TERMS, marked
from backend.playground import RUNS_A_VISITOR
from backend.prompts.variables import fill_text
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.variables import written
from ui.inputs.panel import spread
from ui.look import words
from ui.look.field_titles import error_text, problem_text
from ui.look.sentences import code_marked
from ui.runs.board import Board, board_html
from ui.runs.generate_button import PRICE_PROMPT
from ui.runs.runner import Runner
from ui.runs.stages import Pieces, View
from ui.serving.caller import caller_of
from ui.serving.served import url

COMPARE = "Compare backends"


@dataclass(slots=True)
class Comparing:
    """Runs comparisons and grids for the page; each shows itself while it goes on."""

    runner: Runner

    def connect(self, wires: Wires) -> None:
        """Wire the button of a comparison, and the grid's, which is in a fold of the settings."""
        self.runner.runs(self.runner.outputs.compare.click, self.compare, wires)
        self.runner.runs(wires.box.grid, self.grid, wires)

    def compare(self, request: gr.Request, **values: JsonValue) -> Iterator[Updates]:
        """Run the request on all backends at once."""
        given = spread(values)
        yield from self.runner.guarded(lambda caller: self._compare(given, caller), self._caller(request))

    def grid(self, request: gr.Request, **values: JsonValue) -> Iterator[Updates]:
        """Run the request once for every cell of the grid."""
        given = spread(values)
        yield from self.runner.guarded(lambda caller: self._grid(given, caller), self._caller(request))

    def offer(self, caller: Caller, asked: Asked | PlaygroundError) -> Updates:
        """Return the button of a comparison with who takes part, at which size, and what it may cost."""
        try:
            if isinstance(asked, PlaygroundError):
                raise asked
            running = self._contenders(asked, caller)
        except PlaygroundError:
            return {self.runner.outputs.compare: gr.update(value=COMPARE, interactive=True)}
        able = [one for one in running if one.requests]
        if len(able) < 2:
            alone = f"Only {able[0].label} can do this" if able else "No backend can do this"
            return {self.runner.outputs.compare: gr.update(value=f"{COMPARE}: {alone}", interactive=False)}
        text = " · ".join((_invitation(able), *_size_of(running), words.price(price(running))))
        return {self.runner.outputs.compare: gr.update(value=text, interactive=True)}

    def grid_price(self, request: gr.Request, **values: JsonValue) -> str:
        """Return how many images the grid makes, and what the whole may cost; or what is wrong with it."""
        caller = self._caller(request)
        try:
            prompt = values.get("prompt") or PRICE_PROMPT  # An axis may replace words of it.
            planned = self._plan({**values, "prompt": prompt, "priced_only": True}, caller)
        except PlaygroundError as error:
            return str(Markup('<p class="hint">{}</p>').format(code_marked(error_text(error))))
        many = len(planned.cells)
        told = [f"{many} images", words.price(planned.price)]
        if self.runner.playground.settings.public and many > RUNS_A_VISITOR.most:
            told.append(f"{RUNS_A_VISITOR.most:g} at once, then {60 / RUNS_A_VISITOR.most:g} s for each")
        return str(Markup('<p class="hint">{}</p>').format(" · ".join(told)))

    def _caller(self, request: gr.Request) -> Caller:
        return caller_of(self.runner.playground, request)

    def _contenders(self, asked: Asked, caller: Caller) -> list[Contender]:
        chosen, playground = asked.backend.name, self.runner.playground
        return contenders(playground, caller, asked.request, chosen=chosen, wording=asked.wording)

    def _compare(self, values: dict[str, JsonValue], caller: Caller) -> Iterator[View]:
        running = self._contenders(self.runner.asked(values, caller), caller)
        if not is_comparison(running):
            reasons = " ".join(f"{one.label}: {_why(one.error)}" for one in running if one.error)
            raise Unsupported([Problem("", f"There is nothing to compare: two backends are needed. {reasons}")])
        boards = {
            one.key(index): self._board(one, index, caller) for one in running for index in range(len(one.requests))
        }
        view = View(boards.values(), lambda: self._duel(running, boards))
        yield view
        for key, event in compare(self.runner.playground, caller, running):
            boards[key].see(event)
            yield view

    def _board(self, one: Contender, index: int, caller: Caller) -> Board:
        return self.runner.board(self.runner.playground.choose(one.backend), one.requests[index], caller)

    def _duel(self, running: Sequence[Contender], boards: Mapping[str, Board]) -> Pieces:
        able = [one for one in running if one.requests]
        several = sum(bool(boards[one.key(0)].images) for one in able) > 1
        over = all(board.over for board in boards.values())
        said = [PIXELS_DIFFER, *(f"All draw {size}, the nearest size that they share." for size in _size_of(running))]
        said += [f"{one.label} isn't in it: {_why(one.error)}" for one in running if one.error]
        notes = Markup("").join(Markup('<p class="hint">{}</p>').format(code_marked(each)) for each in said)
        head = notes + (_VIEWS if several and over else Markup(""))
        head = Markup('<div class="compare">{}<div class="columns">').format(head)
        return [str(head), *(str(self._column(one, boards)) for one in able), "</div></div>"]

    def _column(self, one: Contender, boards: Mapping[str, Board]) -> Markup:
        own = (boards[one.key(index)] for index in range(len(one.requests)))
        body = Markup("").join(Markup(board_html(board, self.runner.served, alone=False)) for board in own)  # noqa: S704
        left_out = Markup("").join(
            Markup("<li>{}</li>").format(code_marked(problem_text(problem))) for problem in one.left_out
        )
        note = Markup('<ul class="left-out">{}</ul>').format(left_out) if left_out else Markup("")
        cost = Markup('<span class="quiet">{}</span>').format(words.price(one.estimate)) if one.estimate else ""
        return Markup('<section class="column"><h3>{} {}</h3>{}{}</section>').format(one.label, cost, body, note)

    def _plan(self, values: dict[str, JsonValue], caller: Caller) -> Plan:
        given = {name: str(values.pop(name, None) or "") for name in ("across", "across_values", "down", "down_values")}
        asked = self.runner.asked(values, caller)
        wanted = [(given[name], given[f"{name}_values"]) for name in ("across", "down") if given[name]]
        partly = bool(values.get("priced_only"))
        axes = [
            read_axis(
                name,
                text,
                mode=asked.request.mode,
                lists=asked.wording.lists,
                filled=partial(fill_text, values=written(values), field=name, partly=partly),
            )
            for name, text in wanted
        ]
        request = prepare(asked.backend, caller, asked.request)
        return plan(self.runner.playground, caller, asked.backend.name, request, axes, asked.wording)

    def _grid(self, values: dict[str, JsonValue], caller: Caller) -> Iterator[View]:
        planned = self._plan(values, caller)
        boards = {cell.key: self._cell(cell, caller) for cell in planned.cells}
        view = View(boards.values(), lambda: self._table(planned, boards))
        yield view
        for key, event in run(self.runner.playground, caller, planned):
            boards[key].see(event)
            yield view
        yield View(boards.values(), lambda: [*self._table(planned, boards), self._sheet(planned, boards, caller)])

    def _cell(self, cell: Cell, caller: Caller) -> Board:
        backend = self.runner.playground.choose(cell.backend)
        return self.runner.board(backend, cell.request, caller, label=cell.key)

    def _table(self, planned: Plan, boards: Mapping[str, Board]) -> Pieces:
        across, down = planned.axes[0], planned.axes[1] if len(planned.axes) > 1 else None
        done = sum(board.over for board in boards.values())
        head = Markup("").join(
            Markup("<th scope='col'>{}</th>").format(_label(across, index)) for index in range(len(across.values))
        )
        rows = chain.from_iterable(
            self._row(across, down, place, boards) for place in range(len(down.values) if down else 1)
        )
        corner = Markup("<td></td>") if down else Markup("")
        line = Markup('<p class="hint" role="status">{} of {} images</p>').format(done, len(boards))
        going = Markup('<div class="progress"></div>') if done < len(boards) else Markup("")
        return [str(line + going), str(_GRID_HEAD.format(corner, head)), *rows, _GRID_FOOT]

    def _row(self, across: Axis, down: Axis | None, row: int, boards: Mapping[str, Board]) -> Iterator[str]:
        keys = [f"{column}-{row}" if down else f"{column}" for column in range(len(across.values))]
        label = Markup("<th scope='row'>{}</th>").format(_label(down, row)) if down else Markup("")
        yield str(Markup("<tr>{}").format(label))
        for key in keys:
            yield f"<td>{board_html(boards[key], self.runner.served, alone=False)}</td>"
        yield "</tr>"

    def _sheet(self, planned: Plan, boards: Mapping[str, Board], caller: Caller) -> str:
        files = self.runner.playground.files
        pictures: dict[tuple[int, ...], Image.Image] = {}
        lost = 0
        for cell in planned.cells:
            if 0 in boards[cell.key].images:
                try:
                    pictures[cell.place] = open_upright(files.path(boards[cell.key].images[0].sha256))
                except PlaygroundError:  # Its own cell says so; the sheet is made of the others.
                    lost += 1
        if not pictures:
            return ""
        try:
            self.runner.playground.disk.check(SHEET_BYTES)
            term = TERMS[planned.cells[0].request.mode] if self.runner.playground.settings.mark else None
            sha256 = files.put(marked(encode(sheet(planned.axes, pictures), "png"), "png", term), "png")
            self.runner.playground.holders.add_picture(sha256, caller.visitor)
            address = url(self.runner.served.copy_of(sha256, caller.visitor))
        except StorageFull as error:
            return str(Markup('<p class="hint">There is no labelled image of it: {}</p>').format(error))
        without = f" (without {lost} that can't be read)" if lost else ""
        return str(_SHEET.format(address, without))


_GRID_HEAD = Markup('<div class="grid-frame"><table class="grid"><thead><tr>{}{}</tr></thead><tbody>')
_GRID_FOOT = "</tbody></table></div>"
SHEET_BYTES = 32 * 2**20
"""What a labelled image may take: kept and as a copy, of the largest grid of photographs."""
_SHEET = Markup('<p><a class="restore-file" href="{}" download="grid.png">Download as one labelled image</a>{}</p>')


def _why(error: PlaygroundError) -> str:
    return error_text(error).replace("\n", " ")


def _label(axis: Axis, index: int) -> Markup:
    """Return what stands beside a row or column; the field's title is a word of the page's, the value none."""
    title = Markup("<span>{}</span> ").format(axis.title) if axis.is_named else Markup("")
    return title + Markup('<span translate="no">{}</span>').format(axis.values[index])


def _invitation(able: Sequence[Contender]) -> str:
    names = [one.label for one in able]
    return f"Compare {names[0]} and {names[1]}" if len(able) == 2 else f"Compare {len(able)} backends"


def _size_of(running: Sequence[Contender]) -> list[str]:
    """Return the size in words where it isn't the one that was asked for."""
    return [f"{one.size[0]} × {one.size[1]}" for one in running[:1] if one.size]


_VIEWS = Markup(
    '<div class="views" role="group" aria-label="View"><button type="button" data-view="side" aria-pressed="true">'
    'Side by side</button><button type="button" data-view="slider">Slider</button>'
    '<button type="button" data-view="hover">Hover</button>'
    '<button type="button" data-view="difference">Difference</button></div>'
)
