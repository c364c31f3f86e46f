"""What the history is searched by: words, mode and favourites in its head, the rest in a fold.

One component with plain inputs: a date in it is the browser's own, which hands, keys and screen readers know.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import MODE_LABELS, MODES
from backend.playground import Playground
from backend.record.search import Search
from ui.events.buttons import PRESS
from ui.events.options import on_load
from ui.inputs.cells import Cell, amount, check, day, line, select, switch
from ui.inputs.panel import fold

ALL = "all"
ARCHIVE = "history-zip"
"""The id of the button that asks for a zip of what is shown."""
MOST_WORDS = 500
"""Characters; nobody types more to find a run."""
MOST_USD = 10**9
VIEWS = {"pictures": "Pictures", "prompts": "Prompts"}
"""What the history shows: what was made, or the prompt book."""
_HEAD = Markup(
    '<div id="history-head"><h2 class="quiet">History</h2>{view}{words}{mode}{board}{favourites}'
    '<button type="button" class="in-head" data-act="boards" title="Make, rename and delete boards">Boards</button>'
    '<button type="button" class="in-head" id="history-select" aria-pressed="false" title="Select pictures by a press">'
    'Select</button><button type="button" class="in-head {press}" id="{archive}" title="All that is found, in a file">'
    "Zip</button></div>"
)


def search_area(playground: Playground) -> gr.HTML:
    """Lay out the head of the history, and the fold with what is asked for less often; see `read_search`."""
    modes: dict[str, str] = {ALL: "All modes", **{mode: MODE_LABELS[mode] for mode in MODES}}
    backends = {ALL: "All backends", **{each.name: each.label for each in playground.backends.values()}}
    head = [
        switch("view", "What the history shows", VIEWS, at="history-view"),
        line("words", "Search", "", at="history-words", placeholder="Search your prompts"),
        select("mode", "Mode", "", modes, at="history-mode"),
        select("board", "Board", "", {ALL: "All boards"}, at="history-board"),
        check("favourites", "Favourites", at="history-stars", checked=False),
    ]
    more = [
        select("backend", "Backend", "", backends, at="history-backend"),
        day("since", "From (UTC)", at="history-since"),
        day("until", "To (UTC)", at="history-until"),
        amount("least", "Cost from (USD)", at="history-least"),
        amount("most", "Cost to (USD)", at="history-most"),
        check("shared", "Shown by a link", at="history-shared", checked=False),
        check("trash", "Show the trash", at="history-trash", checked=False),
    ]
    return gr.HTML(
        {cell.key: cell.value for cell in (*head, *more)},
        html_template=str(_head(head) + fold("Backend, dates, cost, links, trash", (cell.html for cell in more))),
        js_on_load=on_load("search"),
        apply_default_css=False,
        elem_id="history-search",
    )


def shows_prompts(given: object) -> bool:
    """Say whether the prompt book is looked at, out of whatever a browser sent."""
    return isinstance(given, dict) and given.get("view") == "prompts"


def read_search(given: object) -> Search:
    """Return what to look for, out of whatever a browser sent; days are whole ones (UTC).

    Raise `InvalidRequest` for an amount that is none.
    """
    said: dict[str, object] = {name: value for name, value in given.items() if value} if isinstance(given, dict) else {}
    return Search(
        words=str(said.get("words", ""))[:MOST_WORDS],
        mode=next((known for known in MODES if known == said.get("mode")), None),
        backend=None if said.get("backend", ALL) == ALL else str(said["backend"]),
        since=_moment(said.get("since")),
        until=_moment(said.get("until"), further=1),
        least_usd=_amount("least", said),
        most_usd=_amount("most", said),
        favourites=bool(said.get("favourites")),
        trash=bool(said.get("trash")),
        shared=bool(said.get("shared")),
        board=None if said.get("board", ALL) == ALL else str(said["board"])[:32],
    )


def _head(cells: Sequence[Cell]) -> Markup:
    return _HEAD.format(press=PRESS, archive=ARCHIVE, **{cell.key: cell.html for cell in cells})


def _moment(given: object, *, further: int = 0) -> datetime | None:
    try:
        found = date.fromisoformat(str(given)[:10]) + timedelta(days=further)
    except (ValueError, OverflowError):
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _amount(name: str, said: dict[str, object]) -> Decimal | None:
    text = str(said.get(name, ""))
    plain = text.strip().removeprefix("$").replace(",", ".")
    if not plain:
        return None
    try:
        usd = Decimal(plain)
    except InvalidOperation:
        usd = Decimal("NaN")
    if not usd.is_finite() or abs(usd) > MOST_USD:
        raise InvalidRequest([Problem(name, f"is {text[:40]!r}; write an amount in USD, such as 0.01.")])
    return usd
