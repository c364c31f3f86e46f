"""Charts of a visitor's own runs: what was spent, how long images took, estimates beside bills; a table behind each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

import gradio as gr
import pandas as pd
from gradio.blocks import Block
from markupsafe import Markup

from backend.money.spending import Bill, Speed, Spend, bills, seconds_by_size, spend_by_day
from backend.playground import Playground
from ui.events.options import QUIET
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.look import words
from ui.serving.caller import caller_of

DAYS = 30
"""That the charts go back."""
_HEIGHT = 260
_SLANT = -40
"""Degrees; upright labels would cover one another on a phone."""
_COLOURS = ["#6366f1", "#0d9488", "#d97706", "#db2777"]
"""One for each backend; each has at least 3:1 against both grounds."""
_TABLE = Markup(
    "<details><summary>As a table</summary><div class='frame'><table><thead><tr>{head}</tr></thead>"
    "<tbody>{rows}</tbody></table></div></details>"
)
_EMPTY = Markup('<p class="quiet">{}</p>')
_NOTHING = {
    "spend": "Nothing was billed to you in the last 30 days.",
    "seconds": "No image was finished in the last 30 days: make one, and its time stands here.",
    "bills": "No run has both an estimate and a bill yet; providers send bills.",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: the plot, and the same figures as a table (or why there are none)."""

    plot: gr.BarPlot | gr.ScatterPlot
    table: gr.HTML


@dataclass(frozen=True, slots=True)
class ChartsArea:
    """The components of the charts."""

    box: gr.Accordion
    spend: Chart
    seconds: Chart
    bills: Chart

    def outputs(self) -> list[Block]:
        """Return what drawing changes."""
        return [part for chart in (self.spend, self.seconds, self.bills) for part in (chart.plot, chart.table)]


def charts_area() -> ChartsArea:
    """Lay out the fold; nothing is counted or drawn before it is opened."""
    with gr.Accordion("Charts", open=False, elem_id="charts", elem_classes=["fold"]) as box:
        spend = _chart("Spend by day (USD)", gr.BarPlot, "day", "usd")
        # Dots, since bars of two backends at one size would be stacked into a sum that means nothing.
        seconds = _chart("Seconds an image, by size and steps", gr.ScatterPlot, "size", "seconds")
        billed = _chart("Bill over estimate (USD)", gr.ScatterPlot, "estimate", "bill")
    return ChartsArea(box, spend, seconds, billed)


@dataclass(frozen=True, slots=True)
class Charting:
    """Draws the charts of whoever opens the fold."""

    playground: Playground
    area: ChartsArea

    def connect(self, _wires: Wires) -> None:
        """Draw each time the fold is opened."""
        self.area.box.expand(self.draw, None, self.area.outputs(), queue=False, **QUIET)

    def draw(self, request: gr.Request) -> Updates:
        """Return the three charts of the runs that this visitor's page shows."""
        engine = self.playground.store.engine
        whose = self.playground.shown_to(caller_of(self.playground, request).visitor)
        speeds = seconds_by_size(engine, *whose, days=DAYS)
        return {
            **self._shown(self.area.spend, "spend", *self._spend(spend_by_day(engine, *whose, days=DAYS))),
            **self._shown(self.area.seconds, "seconds", *self._seconds(speeds)),
            **self._shown(self.area.bills, "bills", *self._bills(bills(engine, *whose))),
        }

    def _shown(self, chart: Chart, name: str, frame: pd.DataFrame, table: Markup) -> Updates:
        if frame.empty:
            return {chart.plot: gr.update(visible=False), chart.table: str(_EMPTY.format(_NOTHING[name]))}
        labels = [each.label for each in self.playground.backends.values()]
        look: dict[str, Any] = {"color_map": dict(zip(labels, cycle(_COLOURS), strict=False)), "x_label_angle": _SLANT}
        if name == "seconds":
            look |= {"y_lim": _from_zero(frame["seconds"]), "sort": list(dict.fromkeys(frame["size"]))}
        if name == "bills":
            # One scale for both: a bill as estimated lies on the diagonal.
            both = _from_zero(frame[["estimate", "bill"]].max())
            look |= {"x_lim": both, "y_lim": both}
        return {chart.plot: type(chart.plot)(value=frame, visible=True, **look), chart.table: str(table)}

    def _spend(self, spends: Sequence[Spend]) -> tuple[pd.DataFrame, Markup]:
        rows = [(f"{one.day:%d %b}", float(one.usd), self._label(one.backend)) for one in _every_day(spends)]
        told = [
            (f"{one.day:%Y-%m-%d}", self._label(one.backend), words.dollars(one.usd), one.runs, one.unknown)
            for one in spends
        ]
        paid = any(one.usd or one.unknown for one in spends)
        head = ("Day", "Backend", "Spent", "Runs", "Runs of unknown cost")
        return pd.DataFrame(rows if paid else [], columns=["day", "usd", "backend"]), _table(head, told)

    def _seconds(self, speeds: Sequence[Speed]) -> tuple[pd.DataFrame, Markup]:
        by_work = sorted(speeds, key=lambda one: (one.width * one.height, one.width, one.steps))
        rows = [(_size(one), one.seconds, self._label(one.backend)) for one in by_work]
        told = [
            (self._label(one.backend), f"{one.width} × {one.height}", one.steps, f"{one.seconds:.2f}", one.runs)
            for one in speeds
        ]
        head = ("Backend", "Size", "Steps", "Seconds an image", "Runs")
        return pd.DataFrame(rows, columns=["size", "seconds", "backend"]), _table(head, told)

    def _bills(self, found: Sequence[Bill]) -> tuple[pd.DataFrame, Markup]:
        rows = [(float(one.estimate_usd), float(one.cost_usd), self._label(one.backend)) for one in found]
        told = [
            (
                f"{one.created:%Y-%m-%d %H:%M}",
                self._label(one.backend),
                f"≈ {words.dollars(one.estimate_usd)}",
                words.dollars(one.cost_usd),
            )
            for one in found
        ]
        head = ("When (UTC)", "Backend", "Estimate", "Bill")
        return pd.DataFrame(rows, columns=["estimate", "bill", "backend"]), _table(head, told)

    def _label(self, backend: str) -> str:
        known = self.playground.backends.get(backend)
        return known.label if known else backend


def _chart(title: str, plot: type[gr.BarPlot | gr.ScatterPlot], x: str, y: str) -> Chart:
    gr.HTML(f'<h3 class="quiet">{title}</h3>', apply_default_css=False)
    made = plot(
        None,
        x,
        y,
        color="backend",
        x_title=" ",
        y_title=" ",
        color_title=" ",
        visible=False,
        height=_HEIGHT,
        buttons=[],
    )
    return Chart(made, gr.HTML("", elem_classes=["figures"], apply_default_css=False))


def _from_zero(values: "pd.Series[float]") -> list[float | None]:
    return [0.0, float(values.max()) * 1.1]


def _every_day(spends: Sequence[Spend]) -> Iterable[Spend]:
    """Yield the spends with the days between them on which nothing was spent, so that the axis is one of time."""
    last = None
    for spend in spends:
        while last and last.day + timedelta(days=1) < spend.day:
            last = Spend(last.day + timedelta(days=1), spend.backend, type(spend.usd)(0), 0, 0)
            yield last
        last = spend
        yield spend


def _size(speed: Speed) -> str:
    return f"{speed.width} × {speed.height}, {speed.steps}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    columns = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in head)
    cell = Markup("<td>{}</td>")
    lines = (Markup("<tr>{}</tr>").format(Markup("").join(cell.format(value) for value in row)) for row in rows)
    return _TABLE.format(head=columns, rows=Markup("").join(lines))
