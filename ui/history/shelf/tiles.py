"""The grid of thumbnails without an end: leaf by leaf, as HTML.

The first leaf of what a search finds comes with each look at the history; the browser fetches the others as they are
scrolled to, and draws those that are near the screen (`leaves.js`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.records import Run, RunImage
from backend.domain.requests import MODE_LABELS
from backend.playground import Playground
from backend.record.search import Page, Place, Search, together
from backend.visitors.identity import API
from ui.events.options import on_load
from ui.history.search import read_search
from ui.look import words
from ui.look.field_titles import error_text
from ui.runs.cards import ENLARGE, MARK, RECIPE, SEND, facts, tile_picture, vary_button
from ui.runs.sheets.before_after import before_button
from ui.runs.vary_button import Variation
from ui.serving.caller import caller_of
from ui.serving.served import Served

PAGE = 24
"""Runs of a leaf; each may have several images. As many prompts of the book come at once."""
MOST_AGAIN = 4 * PAGE
"""Runs of a leaf that is fetched again: newer ones may have come into it."""
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


def shelf(tiles: "Tiles") -> None:
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
