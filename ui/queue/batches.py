"""Batches in the list of the queue: how far each is and what it came to; its zip, and what ended badly tried again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import NotFound, PlaygroundError
from backend.playground import Playground
from backend.presses.queues import Queues
from backend.record.presses.batches import BatchStand
from backend.record.presses.entries import ENDED_BADLY, BatchPlace, PressesQueue, QueueEntry
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.look import words
from ui.runs.image_actions import Act
from ui.serving.served import Served, url

_LIST = Markup('<ul class="batches" aria-label="Batches">{}</ul>')
_BATCH = Markup(
    '<li data-batch="{id}"><p class="prompt" translate="no">{name}</p><p class="facts">{facts}</p>'
    '<span class="queued-acts">{again}{zip}<button type="button" data-act="batch-away" data-batch="{id}" '
    'aria-label="Put away" title="Put away: its pictures stay in the history">✕</button></span></li>'
)
_AGAIN = Markup('<button type="button" data-act="batch-again" data-batch="{}">Try {} again</button>')
_ZIP = Markup('<button type="button" data-act="batch-zip" data-batch="{}" title="What is drawn so far">Zip</button>')
_FACT = Markup('<span class="fact">{}</span>')
_SHEET = Markup(
    '<div data-turn="{turn}"><h2>Zip of a batch</h2><p><b translate="no">{name}</b></p>'
    '<p role="status">{told}</p>{lost}'
    '<div class="result-link-row end"><button type="button" data-close>Close</button>'
    '<a class="go" href="{address}" download="{file}" autofocus>Download the zip</a></div></div>'
)
_LOST = Markup('<p class="hint">{} can\'t be read and are left out; runs.json says why.</p>')
_ENDING = re.compile(r"\.(png|jpe?g|webp|avif)$", re.IGNORECASE)
NOTHING = "Nothing of this batch is drawn yet: come back once something is."


def batches_html(stands: Sequence[BatchStand], queue: PressesQueue) -> Markup:
    """Return the batches with how they stand; nothing without any."""
    return _LIST.format(Markup("").join(_line(stand, queue) for stand in stands)) if stands else Markup("")


def badly(queue: PressesQueue, batch_id: str) -> list[QueueEntry]:
    """Return the entries of a batch that ended badly."""
    return [entry for entry in queue.entries if _is_of(entry, batch_id) and entry.state in ENDED_BADLY]


def _is_of(entry: QueueEntry, batch_id: str) -> bool:
    return entry.place is not None and entry.place.batch == batch_id


def _line(stand: BatchStand, queue: PressesQueue) -> Markup:
    batch = stand.batch
    here = [entry for entry in queue.entries if _is_of(entry, batch.id)]
    failed = badly(queue, batch.id)
    done = stand.drawn - {entry.place.number for entry in here if entry.place}
    told = [f"{len(done)} of {batch.total} done"]
    told += [f"{waiting} waiting"] if (waiting := len(here) - len(failed)) else []
    told += [f"{len(failed)} not drawn"] if failed else []
    return _BATCH.format(
        id=batch.id,
        name=batch.name,
        facts=Markup("").join(_FACT.format(each) for each in (*told, *_costs(stand))),
        again=_AGAIN.format(batch.id, len(failed)) if failed else "",
        zip=_ZIP.format(batch.id) if stand.drawn else "",
    )


def _costs(stand: BatchStand) -> list[str]:
    """Return what the runs came to: what is billed apart from what is estimated, and never nothing for unknown."""
    told = [f"{words.dollars(stand.costs['billed'])} billed"] if stand.costs.get("billed") else []
    told += [f"≈ {words.dollars(stand.costs['estimated'])}"] if stand.costs.get("estimated") else []
    return told + ([f"{stand.unknown} of unknown cost"] if stand.unknown else [])


@dataclass(frozen=True, slots=True)
class BatchActs:
    """Answers the buttons of batches; `shown` draws the list of the queue anew."""

    playground: Playground
    queues: Queues
    served: Served
    sheet: gr.HTML
    look: Act

    def acts(self) -> dict[str, Act]:
        """Return what answers each button, by the name of its act."""
        return {"batch-zip": self.zip, "batch-again": self.again, "batch-away": self.put_away}

    def zip(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Return a sheet with one zip of what is drawn so far; raise `NotFound` where nothing is."""
        batch, places = self.playground.batches.places(caller.visitor, _id(given))
        known = self.playground.history.these(caller.visitor, [run_id for _, run_id in places])
        drawn = {run.id: run for run in known if run.images and run.deleted is None}
        runs = [(place, drawn[run_id]) for place, run_id in places if run_id in drawn]
        if not runs:
            raise NotFound(NOTHING)
        names = {run.id: _name(place) for place, run in runs}
        path, zipped = self.served.archive([run for _, run in runs], caller.visitor, name=batch.name, prefixes=names)
        told = f"{words.counted(len(zipped.names), 'image')}, from {len(set(names.values()))} of {batch.total} entries"
        lost = _LOST.format(len(zipped.left_out)) if zipped.left_out else ""
        link = {"address": url(path), "file": path.name}
        return {self.sheet: str(_SHEET.format(turn=news(), name=batch.name, told=told, lost=lost, **link))}

    def again(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Let all that ended badly wait once more; what keeps one of them from it is raised once the others wait."""
        kept: PlaygroundError | None = None
        for entry in badly(self.queues.look(caller).queue, _id(given)):
            try:
                self.queues.try_again(caller, entry.id)
            except PlaygroundError as error:
                kept = kept or error
        if kept:
            raise kept
        return self.look(given, caller)

    def put_away(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Show a batch no longer."""
        self.playground.batches.put_away(caller.visitor, _id(given))
        return self.look(given, caller)


def _id(given: Mapping[str, str]) -> str:
    return given.get("batch", "")[:32]


def _name(place: BatchPlace) -> str:
    """Return what goes before the names of a run's files in the zip: number and label, fit for a file's name."""
    bare = _ENDING.sub("", place.label)
    label = "".join(sign if sign.isalnum() or sign in "-." else "-" for sign in bare)
    return f"{place.number:03d}_{label[:40].strip('-.') or 'entry'}"
