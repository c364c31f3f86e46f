"""The visitor's runs: searched, kept, deleted and brought back; as a grid of thumbnails."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError
from backend.domain.records import Run, RunImage
from backend.domain.requests import MODE_LABELS
from backend.playground import Playground
from backend.record.history import Page, Search, Storage, together
from backend.visitors.identity import API
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.history.book import BookShelf
from ui.history.charts import ChartsArea, charts_area
from ui.history.search import ARCHIVE, read_search, search_area, shows_prompts
from ui.history.trash import TrashArea, trash_area
from ui.look import words
from ui.look.field_titles import error_text
from ui.runs.cards import ENLARGE, MARK, SEND, facts, tile_picture, vary_button
from ui.runs.sheets.before_after import before_button
from ui.runs.vary_button import Variation
from ui.serving.caller import caller_of
from ui.serving.served import Served, url

PAGE = 24
"""Runs at once; each may have several images."""
MOST_SHOWN = 100 * PAGE

_ZIP = Markup('<p class="undo"><a class="restore-file" href="{}" download="{}">Download the zip</a> ({})</p>')
_OLDER = Markup('<p class="quiet">These are the {} newest; a search finds older ones.</p>')
_NOTHING_FOUND = Markup('<p class="quiet">Nothing of yours fits this search.</p>')
_EMPTY_TRASH = Markup('<p class="quiet">The trash is empty.</p>')
_EMPTY = Markup('<p class="quiet">Nothing here: what you delete lies in the trash for a week.</p>')


@dataclass(frozen=True, slots=True)
class HistoryArea:
    """The components of the history."""

    box: gr.Column
    search: gr.HTML
    undo: gr.HTML
    shelf: gr.HTML
    more: gr.Button
    shown: gr.Number
    trash: TrashArea
    charts: ChartsArea

    def searched(self) -> dict[str, Component]:
        """Return what a look at the history is read from, by the names that it takes them."""
        return {"search": self.search, "shown": self.shown}

    def outputs(self) -> list[Block]:
        """Return what a look at the history changes."""
        return [self.box, self.shelf, self.more, *self.trash.outputs()]


def history_area(playground: Playground) -> HistoryArea:
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
        shelf = gr.HTML("", elem_id="history-shelf", apply_default_css=False)
        more = gr.Button("Show more", size="sm", visible=False, elem_id="history-more")
        charts = charts_area()
    return HistoryArea(box, search, undo, shelf, more, shown, trash, charts)


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks things up in a visitor's history."""

    playground: Playground
    served: Served
    area: HistoryArea

    def connect(self, wires: Wires) -> None:
        """Wire what is beyond the first page, and the zip; the search is seen by the watch over the page."""
        asked, area = list(self.area.searched().values()), self.area
        wires.presses.on(area.more, self.further, asked, [*area.outputs(), area.shown])
        wires.presses.on(ARCHIVE, self.archive, asked, [area.undo])

    def look(self, request: gr.Request, *, search: object, shown: int) -> Updates:
        """Return what the search finds, newest first."""
        return self._of(caller_of(self.playground, request), search, shown)

    def further(self, search: object, shown: int, request: gr.Request) -> Updates:
        """Return the next page too."""
        shown = min(shown + PAGE, MOST_SHOWN)
        return {**self.look(request, search=search, shown=shown), self.area.shown: shown}

    def archive(self, search: object, shown: int, request: gr.Request) -> Updates:
        """Return a link to a zip of what is shown."""
        caller = caller_of(self.playground, request)
        try:
            runs = self._found(caller, read_search(search), shown).runs
            path, zipped = self.served.archive(runs, caller.visitor)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error
        count, lost = len(zipped.names), len(zipped.left_out)
        told = f"{count} images; {lost} can't be read and are left out" if lost else f"{count} images"
        return {self.area.undo: gr.update(value=str(_ZIP.format(url(path), path.name, told)), visible=True)}

    def _found(self, caller: Caller, search: Search, shown: int) -> Page:
        """Return the newest runs that the search finds, of all whose runs this page shows."""
        whose, limit = self.playground.shown_to(caller.visitor), shown or PAGE
        return together([self.playground.history.page(visitor, search, limit=limit) for visitor in whose], limit)

    def _has_more(self, caller: Caller) -> bool:
        """Whether something lies in the trash, or is kept in the prompt book."""
        starred = self.playground.prompt_book.has_stars(caller.visitor)
        return starred or bool(self._found(caller, Search(trash=True), 1).runs)

    def _stored(self, caller: Caller) -> Storage:
        whose = self.playground.shown_to(caller.visitor)
        return sum(map(self.playground.history.storage, whose), Storage(0, 0, 0))

    def _stars(self, caller: Caller, found: Sequence[Run]) -> frozenset[tuple[str, int]]:
        whose = self.playground.shown_to(caller.visitor)
        return frozenset().union(*(self.playground.history.favourites(visitor, found) for visitor in whose))

    def _of(self, caller: Caller, given: object, shown: int) -> Updates:
        """Return the updates that show a visitor's runs; what is wrong with the search is said in their place."""
        search, wrong = Search(), ""
        try:
            search = read_search(given)
        except InvalidRequest as error:
            wrong = error.problems[0].message
        if shows_prompts(given) and not wrong:
            return self._book(caller, search, shown)
        page = Page(()) if wrong else self._found(caller, search, shown)
        stars = self._stars(caller, page.runs)
        tiles = [self._tile(run, image, stars, caller) for run in page.runs for image in run.images]
        found = Markup('<div class="strip">{}</div>').format(Markup("").join(tiles)) if tiles else _nothing(search)
        if page.after is not None and shown >= MOST_SHOWN:
            found += _OLDER.format(MOST_SHOWN)
        stored = self._stored(caller) if search.trash else None
        return {
            # Runs that made no image are no history yet: whoever began with a refused one sees none.
            self.area.box: gr.update(
                visible=bool(tiles or page.after or wrong or search != Search()) or self._has_more(caller)
            ),
            self.area.shelf: str(Markup('<p class="quiet">{}</p>').format(wrong) if wrong else found),
            self.area.more: gr.update(visible=page.after is not None and shown < MOST_SHOWN),
            **self.area.trash.shown(stored, any_in_it=bool(page.runs)),
        }

    def _book(self, caller: Caller, search: Search, shown: int) -> Updates:
        """Return the updates that show a visitor's prompts."""
        found, more = BookShelf(self.playground, self.served).look(caller, search, shown or PAGE)
        return {
            self.area.box: gr.update(visible=True),
            self.area.shelf: str(found),
            self.area.more: gr.update(visible=more and shown < MOST_SHOWN),
            **self.area.trash.shown(None),
        }

    def _tile(self, run: Run, image: RunImage, stars: frozenset[tuple[str, int]], caller: Caller) -> Markup:
        picture = tile_picture(self.served, image, caller.visitor, run.request.prompt)
        if run.deleted:
            return _GONE_TILE.format(picture=picture, run=run.id)
        starred = (run.id, image.index) in stars
        return _TILE.format(
            picture=picture,
            mark=MARK,
            line=facts(image, run.cost_kind, run) + (_PROGRAMS if run.visitor == API else ""),
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


def _nothing(search: Search) -> Markup:
    return {Search(): _EMPTY, Search(trash=True): _EMPTY_TRASH}.get(search, _NOTHING_FOUND)


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
    '<figure class="tile">{picture}<figcaption data-run="{run}">'
    '<button type="button" class="small" data-act="restore">Restore</button></figcaption></figure>'
)
