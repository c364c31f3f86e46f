"""The visitor's runs: searched, kept, deleted and brought back; as a grid of thumbnails without an end.

The first leaf of what a search finds comes with each look at the history; the browser fetches the others as they are
scrolled to, and draws those that are near the screen (`leaves.js`).
"""

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
from backend.domain.records import Run, RunImage
from backend.domain.requests import MODE_LABELS
from backend.playground import Playground
from backend.record.boards import MOST_PICTURES
from backend.record.history import Page, Place, Search, Storage, together
from backend.visitors.identity import API
from ui.events.options import on_load
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.history.book import BookShelf
from ui.history.charts import ChartsArea, charts_area
from ui.history.search import ARCHIVE, read_search, search_area, shows_prompts
from ui.history.trash import TrashArea, trash_area
from ui.look import words
from ui.look.field_titles import error_text
from ui.runs.cards import ENLARGE, MARK, RECIPE, SEND, facts, tile_picture, vary_button
from ui.runs.sheets.before_after import before_button
from ui.runs.vary_button import Variation
from ui.serving.caller import caller_of
from ui.serving.served import Served, url

PAGE = 24
"""Runs of a leaf; each may have several images. As many prompts of the book come at once."""
MOST_AGAIN = 4 * PAGE
"""Runs of a leaf that is fetched again: newer ones may have come into it."""
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
        _shelf(Tiles(playground, served))
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


def _shelf(tiles: "Tiles") -> None:
    """Lay out the place in which the browser draws, and what it asks for further leaves."""

    def leaf(given: object, request: gr.Request) -> dict[str, Any]:
        # Gradio hands such a function the bare request of the web server.
        http = request if isinstance(request, gr.Request) else gr.Request(request)
        return tiles.asked(caller_of(tiles.playground, http), given if isinstance(given, dict) else {})

    props: dict[str, Any] = {"server_functions": [leaf]}
    gr.HTML(_SHELF, elem_id="history-shelf", js_on_load=on_load("shelf"), apply_default_css=False, **props)


@dataclass(frozen=True, slots=True)
class Tiles:
    """What a search finds, leaf by leaf, as HTML."""

    playground: Playground
    served: Served

    def asked(self, caller: Caller, given: Mapping[str, object]) -> dict[str, Any]:
        """Return the leaf that a browser asks for: behind one place and, where it knows its end, down to that."""
        before, through = (Place.read(given.get(name)) for name in ("before", "through"))
        try:
            search = read_search(given.get("search"))
            return self.leaf(caller, search, before=before, through=through)
        except PlaygroundError as error:
            return {"wrong": error_text(error)}

    def leaf(
        self, caller: Caller, search: Search, *, before: Place | None = None, through: Place | None = None
    ) -> dict[str, Any]:
        """Return some runs' tiles with the keys of their pictures, the place of the last, and whether more follow.

        Raises `NotFound` for a board that isn't the caller's.
        """
        page = self.found(caller, search, MOST_AGAIN if through else PAGE, before, through)
        stars, chosen = self._stars(caller, page.runs), self.chosen(caller, search, page.runs)
        shown = [(run, image) for run in page.runs for image in run.images if (run.id, image.index) in chosen]
        last = Place(page.runs[-1].created, page.runs[-1].id) if page.runs else before
        return {
            "tiles": [self._tile(run, image, stars, caller) for run, image in shown],
            "keys": [f"{run.id}/{image.index}" for run, image in shown],
            "last": "" if last is None else str(last),
            "more": page.after is not None,
        }

    def found(
        self,
        caller: Caller,
        search: Search,
        limit: int,
        before: Place | None = None,
        through: Place | None = None,
    ) -> Page:
        """Return the newest runs that the search finds behind a place, of all whose runs this page shows.

        Raises `NotFound` for a board that isn't the caller's.
        """
        if search.board:
            self.playground.boards.board(caller.visitor, search.board)
        history = self.playground.history
        whose = self.playground.shown_to(caller.visitor)
        leaves = [history.leaf(each, search, limit=limit, before=before, through=through) for each in whose]
        return together(leaves, limit)

    def chosen(self, caller: Caller, search: Search, found: Sequence[Run]) -> frozenset[tuple[str, int]]:
        """Return which of the runs' images are meant: those with a star, those on the board, or all."""
        pictures = frozenset((run.id, image.index) for run in found for image in run.images)
        if search.favourites:
            pictures &= self._stars(caller, found)
        if search.board:
            pictures &= self.playground.boards.pictures(caller.visitor, search.board)
        return pictures

    def _stars(self, caller: Caller, found: Sequence[Run]) -> frozenset[tuple[str, int]]:
        whose = self.playground.shown_to(caller.visitor)
        return frozenset().union(*(self.playground.history.favourites(visitor, found) for visitor in whose))

    def _tile(self, run: Run, image: RunImage, stars: frozenset[tuple[str, int]], caller: Caller) -> Markup:
        prompt = run.request.prompt
        picture = tile_picture(self.served, image, caller.visitor, prompt, said=" ".join(prompt[:_SAID].split()))
        if run.deleted:
            return _GONE_TILE.format(picture=picture, mark=MARK, run=run.id, index=image.index)
        starred = (run.id, image.index) in stars
        return _TILE.format(
            picture=picture,
            mark=MARK,
            line=facts(image, run.cost_kind, run) + (_PROGRAMS if run.visitor == API else "") + RECIPE,
            vary=self._vary_button(run, image, caller),
            send=SEND,
            enlarge=ENLARGE + before_button(run.request),
            run=run.id,
            index=image.index,
            seed=words.seed_again(image) or words.seed_text(None),
            wish="unstar" if starred else "star",
            star="★" if starred else "☆",
            on="on" if starred else "",
            mode=MODE_LABELS[run.request.mode],
        )

    def _vary_button(self, run: Run, image: RunImage, caller: Caller) -> Markup:
        backend = self.playground.backends.get(run.backend)
        gone = Variation("Its backend isn't here any more.")
        return vary_button(image, Variation.of(backend, run.request, caller) if backend else gone)


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
_SAID = 120
"""Characters of its prompt that a tile says."""
_SHELF = '<div class="strip" role="group" aria-label="Earlier pictures"></div><div class="in-place"></div>'
_PROGRAMS = Markup('<span class="fact whose">API</span>')
"""Stands at what a program on this machine has made."""
_TILE = Markup(
    '<figure class="tile {on}" data-run="{run}" data-index="{index}" data-seed="{seed}">'
    '{picture}{mark}<div class="corner"><span class="send" title="Use this image in another mode">→{send}</span>'
    '<button type="button" data-act="{wish}" aria-label="Favourite" title="Favourite">'
    "{star}</button>"
    '<button type="button" data-act="delete" aria-label="Delete" title="Delete">✕</button></div>'
    '<figcaption><span class="facts">{line}</span>'
    '<button type="button" class="small" data-act="settings" title="{mode}: bring back everything">'
    "Settings</button>{vary}{enlarge}"
    '<button type="button" class="small" data-act="share" title="A link that shows this run to whoever has it">'
    "Link</button>"
    "</figcaption></figure>"
)
_GONE_TILE = Markup(
    '<figure class="tile gone" data-run="{run}" data-index="{index}">{picture}{mark}<figcaption>'
    '<button type="button" class="small" data-act="restore">Restore</button></figcaption></figure>'
)
