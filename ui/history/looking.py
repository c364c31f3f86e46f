"""The visitor's runs: searched, kept, deleted and brought back, over the grid of their thumbnails."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError
from backend.domain.records import Run
from backend.playground import Playground
from backend.record.boards import MOST_PICTURES
from backend.record.history import Storage
from backend.record.search import Search
from ui.events.options import on_load
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.history.book import BookShelf
from ui.history.charts import ChartsArea, charts_area
from ui.history.search import ARCHIVE, read_search, search_area, shows_prompts
from ui.history.shelf.tiles import PAGE, Tiles, shelf
from ui.history.trash import TrashArea, trash_area
from ui.look import words
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of
from ui.serving.served import Served, url

MOST_SHOWN = 100 * PAGE
"""Prompts of the book."""
MOST_ZIPPED = 500
"""Runs that go into a zip of what a search finds; a board's holds all that lies on it."""

_ZIP = Markup('<p class="undo"><a class="restore-file" href="{}" download="{}">Download the zip</a> ({})</p>')
_NEWEST = "; these are the {} newest runs, and a search finds older ones"
_NOTHING_FOUND = Markup('<p class="quiet">Nothing of yours fits this search.</p>')
_EMPTY_BOARD = Markup('<p class="quiet">Nothing lies on this board: select pictures, and put them on it.</p>')
_EMPTY_TRASH = Markup('<p class="quiet">The trash is empty.</p>')
_EMPTY = Markup('<p class="quiet">Nothing here: what you delete lies in the trash for a week.</p>')


@dataclass(frozen=True, slots=True)
class HistoryArea:
    """The components of the history."""

    box: gr.Column
    search: gr.HTML
    undo: gr.HTML
    found: gr.HTML
    more: gr.Button
    shown: gr.Number
    trash: TrashArea
    charts: ChartsArea

    def searched(self) -> dict[str, Component]:
        """Return what a look at the history is read from, by the names that it takes them."""
        return {"search": self.search, "shown": self.shown}

    def outputs(self) -> list[Block]:
        """Return what a look at the history changes."""
        return [self.box, self.found, self.more, *self.trash.outputs()]


def history_area(playground: Playground, served: Served) -> HistoryArea:
    """Lay out the history; it shows itself once there is something in it."""
    # In the page, not in its session, which may be given up; beside the box, since Gradio shows all that is in a box
    # whose turn has come, also what is to stay hidden.
    shown = gr.Number(
        PAGE,
        label="Runs shown",
        visible="hidden",
        elem_id="history-shown",
        precision=0,
        minimum=PAGE,
        maximum=MOST_SHOWN,
    )
    with gr.Column(elem_id="history", visible=False) as box:
        search = search_area(playground)
        undo = gr.HTML("", visible=False, elem_id="undo", apply_default_css=False)
        trash = trash_area()
        shelf(Tiles(playground, served))
        found = gr.HTML(
            "",
            html_template="",
            js_on_load=on_load("found"),
            apply_default_css=False,
            visible="hidden",
            elem_id="history-found",
        )
        more = gr.Button("Show more", size="sm", visible=False, elem_id="history-more")
        charts = charts_area()
    return HistoryArea(box, search, undo, found, more, shown, trash, charts)


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks things up in a visitor's history."""

    playground: Playground
    served: Served
    area: HistoryArea

    @property
    def tiles(self) -> Tiles:
        """Return what draws a leaf."""
        return Tiles(self.playground, self.served)

    def connect(self, wires: Wires) -> None:
        """Wire what is beyond the first prompts of the book, and the zip; the watch over the page sees the search."""
        asked, area = list(self.area.searched().values()), self.area
        wires.presses.on(area.more, self.further, asked, [*area.outputs(), area.shown])
        wires.presses.on(ARCHIVE, self.archive, asked, [area.undo])

    def look(self, request: gr.Request, *, search: object, shown: int) -> Updates:
        """Return what the search finds, newest first."""
        return self._of(caller_of(self.playground, request), search, shown)

    def further(self, search: object, shown: int, request: gr.Request) -> Updates:
        """Return more prompts too."""
        shown = min(shown + PAGE, MOST_SHOWN)
        return {**self.look(request, search=search, shown=shown), self.area.shown: shown}

    def archive(self, search: object, shown: int, request: gr.Request) -> Updates:
        """Return a link to a zip of what the search finds; of a board, all that lies on it."""
        caller = caller_of(self.playground, request)
        try:
            asked = read_search(search)
            page = self.tiles.found(caller, asked, MOST_PICTURES if asked.board else MOST_ZIPPED)
            chosen = self.tiles.chosen(caller, asked, page.runs)
            told = zip_html(self.served, page.runs, caller, chosen, cut=page.after is not None)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        return {self.area.undo: gr.update(value=told, visible=True)}

    def _has_more(self, caller: Caller) -> bool:
        """Whether something lies in the trash, or is kept in the prompt book or as a board."""
        kept = self.playground.prompt_book.has_stars(caller.visitor) or self.playground.boards.all(caller.visitor)
        return bool(kept) or bool(self.tiles.found(caller, Search(trash=True), 1).runs)

    def _stored(self, caller: Caller) -> Storage:
        whose = self.playground.shown_to(caller.visitor)
        return sum(map(self.playground.history.storage, whose), Storage(0, 0, 0))

    def _of(self, caller: Caller, given: object, shown: int) -> Updates:
        """Return the updates that show a visitor's runs; what is wrong with the search is said in their place."""
        search, wrong, first = Search(), "", _NO_LEAF
        try:
            search = read_search(given)
            if shows_prompts(given):
                return self._book(caller, search, shown)
            first = self.tiles.leaf(caller, search)
        except PlaygroundError as error:
            wrong = error.problems[0].message if isinstance(error, InvalidRequest) else str(error)
        some, stored = bool(first["tiles"] or first["more"]), self._stored(caller) if search.trash else None
        said = Markup('<p class="quiet">{}</p>').format(wrong) if wrong else "" if some else _nothing(search)
        return {
            # Runs that made no image are no history yet: whoever began with a refused one sees none.
            self.area.box: gr.update(visible=some or bool(wrong) or search != Search() or self._has_more(caller)),
            self.area.found: self._found(caller, given, said, first),
            self.area.more: gr.update(visible=False),
            **self.area.trash.shown(stored, any_in_it=some),
        }

    def _found(self, caller: Caller, given: object, said: str, first: Mapping[str, Any] | None = None) -> str:
        """Return what the browser draws: a leaf of tiles, or something said in their place, and the boards."""
        asked = hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()[:16]
        boards = [[each.id, each.name, each.pictures] for each in self.playground.boards.all(caller.visitor)]
        # The turn makes two equal answers two: the leaves behind the first may have changed.
        return json.dumps({"turn": news(), "asked": asked, "said": said, "first": first, "boards": boards})

    def _book(self, caller: Caller, search: Search, shown: int) -> Updates:
        """Return the updates that show a visitor's prompts."""
        found, more = BookShelf(self.playground, self.served).look(caller, search, shown or PAGE)
        return {
            self.area.box: gr.update(visible=True),
            self.area.found: self._found(caller, "prompts", found),
            self.area.more: gr.update(visible=more and shown < MOST_SHOWN),
            **self.area.trash.shown(None),
        }


def zip_html(
    served: Served, runs: Sequence[Run], caller: Caller, chosen: frozenset[tuple[str, int]], *, cut: bool = False
) -> str:
    """Return a link to a zip of the runs' chosen images; `cut` where there are older runs that it leaves out.

    Raises `NotFound` where not one image is left, and `StorageFull` where there is no room for the zip.
    """
    only = {run_id: [index for _, index in each] for run_id, each in groupby(sorted(chosen), itemgetter(0))}
    path, zipped = served.archive(runs, caller.visitor, chosen=only)
    count, lost = len(zipped.names), len(zipped.left_out)
    told = words.counted(count, "image")
    told += f"; {lost} can't be read and are left out" if lost else ""
    told += _NEWEST.format(len(runs)) if cut else ""
    return str(_ZIP.format(url(path), path.name, told))


def _nothing(search: Search) -> Markup:
    known = {Search(): _EMPTY, Search(trash=True): _EMPTY_TRASH, Search(board=search.board): _EMPTY_BOARD}
    return {**known, Search(): _EMPTY}.get(search, _NOTHING_FOUND)


_NO_LEAF: Mapping[str, Any] = {"tiles": [], "keys": [], "last": "", "more": False}
