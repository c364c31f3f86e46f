"""What the history is searched by: words, mode and favourites in its head, the rest in a fold."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import gradio as gr

from backend.errors import InvalidRequest, Problem
from backend.playground import Playground
from backend.requests import MODES
from backend.runs.history import Search
from ui import words

ALL = "all"


@dataclass(frozen=True, slots=True)
class SearchArea:
    """The controls of a search."""

    words: gr.Textbox
    mode: gr.Dropdown
    favourites: gr.Checkbox
    archive: gr.Button
    backend: gr.Dropdown
    since: gr.DateTime
    until: gr.DateTime
    least: gr.Textbox
    most: gr.Textbox
    trash: gr.Checkbox

    def controls(self) -> dict[str, Any]:
        """Return the controls by the names that `read_search` takes."""
        names = ("words", "mode", "favourites", "backend", "since", "until", "least", "most", "trash")
        return {name: getattr(self, name) for name in names}


def search_area(playground: Playground) -> SearchArea:
    """Lay out the head of the history, and the fold with what is asked for less often."""
    with gr.Row(elem_id="history-head"):
        gr.HTML('<h2 class="quiet">History</h2>', apply_default_css=False)
        text = gr.Textbox(
            placeholder="Search your prompts", max_lines=1, label="Search", show_label=False, elem_id="history-words"
        )
        modes = [("All modes", ALL), *((words.MODE_LABELS[mode], mode) for mode in MODES)]
        mode = gr.Dropdown(modes, value=ALL, label="Mode", show_label=False, filterable=False, min_width=120)
        favourites = gr.Checkbox(False, label="Favourites", container=False, min_width=100, elem_id="history-stars")
        archive = gr.Button("Zip", size="sm", scale=0, min_width=0, elem_id="history-zip")
    with gr.Accordion("Backend, dates, cost, trash", open=False, elem_id="history-more-search"):
        backends = [("All backends", ALL), *((each.label, each.name) for each in playground.backends.values())]
        with gr.Row():
            backend = gr.Dropdown(backends, value=ALL, label="Backend", filterable=False, elem_id="history-backend")
            since = _day("From (UTC)", "history-since")
            until = _day("To (UTC)", "history-until")
        with gr.Row():
            least = gr.Textbox(label="Cost from (USD)", max_lines=1, min_width=100, elem_id="history-least")
            most = gr.Textbox(label="Cost to (USD)", max_lines=1, min_width=100, elem_id="history-most")
        trash = gr.Checkbox(False, label="Show the trash", container=False, elem_id="history-trash")
    return SearchArea(text, mode, favourites, archive, backend, since, until, least, most, trash)


def read_search(
    *,
    words: str = "",
    mode: str = ALL,
    favourites: bool = False,
    backend: str = ALL,
    since: Any = None,
    until: Any = None,
    least: str = "",
    most: str = "",
    trash: bool = False,
) -> Search:
    """Return what to look for; days are whole ones (UTC). Raise `InvalidRequest` for an amount that is none."""
    last = _moment(until)
    return Search(
        words=words or "",
        mode=next((known for known in MODES if known == mode), None),
        backend=None if backend == ALL else backend,
        since=_moment(since),
        until=last + timedelta(days=1) if last else None,
        least_usd=_amount("least", least),
        most_usd=_amount("most", most),
        favourites=favourites,
        trash=trash,
    )


def _day(label: str, elem_id: str) -> gr.DateTime:
    return gr.DateTime(label=label, include_time=False, type="string", timezone="UTC", elem_id=elem_id, min_width=140)


def _moment(day: Any) -> datetime | None:
    try:
        found = date.fromisoformat(str(day or "")[:10])
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _amount(name: str, text: str) -> Decimal | None:
    plain = (text or "").strip().removeprefix("$").replace(",", ".")
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise InvalidRequest([Problem(name, f"is {text[:40]!r}; write an amount in USD, such as 0.01.")])
    return amount
