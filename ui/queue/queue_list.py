"""The queue as a list: a line an entry, with its picture, its words and its price; as HTML."""

from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import PlaygroundError
from backend.domain.requests import MODE_LABELS
from backend.generation.pricing import total
from backend.playground import Playground
from backend.presses.queues import Standing
from backend.record.presses.entries import ENDED_BADLY, PressesQueue, QueueEntry
from ui.events.options import on_load
from ui.look import words
from ui.queue.batches import batches_html
from ui.serving.served import Served, url

_SHORT = 200
"""Characters of a prompt that a line holds; the style sheet shows as many as there is room for."""
_BOX = Markup(
    '<section class="queue" aria-label="Queue" data-version="{version}" data-drawing="{drawing}">'
    '<header><h2>Queue</h2><span class="facts">{facts}</span><span class="queue-acts">{acts}</span></header>'
    '{batches}{said}<ol tabindex="0" aria-label="What waits">{lines}</ol></section>'
)
_SAID = Markup('<p class="hint" role="status">{}</p>')
_PAUSE = Markup('<button type="button" data-act="queue-pause" title="Begin nothing further">Pause</button>')
_RESUME = Markup('<button type="button" class="resume" data-act="queue-resume" title="Draw what waits">Resume</button>')
_EMPTY = Markup('<button type="button" data-act="queue-empty" title="Take everything out that waits">Empty</button>')
_UNDO = Markup('<button type="button" data-act="queue-undo">Bring back {}</button>')
_NOTHING = Markup('<li class="quiet">Nothing waits.</li>')
_LINE = Markup(
    '<li class="queued" data-state="{state}" data-entry="{id}">{picture}<div class="queued-words">'
    '<p class="prompt" translate="no">{prompt}</p><p class="facts">{facts}</p>{said}</div>'
    '<span class="queued-acts">{acts}</span></li>'
)
_FACT = Markup('<span class="fact">{}</span>')
_MOVES = Markup(
    '<button type="button" data-act="queue-up" data-entry="{id}" aria-label="Move up" title="Move up" {first}>'
    '↑</button><button type="button" data-act="queue-down" data-entry="{id}" aria-label="Move down" title="Move down" '
    "{last}>↓</button>"
)
_OUT = Markup(
    '<button type="button" data-act="queue-remove" data-entry="{}" aria-label="Take out" title="Take out">✕</button>'
)
_AGAIN = Markup(
    '<button type="button" data-act="queue-again" data-entry="{}" '
    'title="With the same settings and seed, at today\'s price">Try again</button>'
)
_PICTURE = Markup('<img class="queued-picture" src="{}" alt="">')
_STATES = {"running": "is drawn now", "failed": "failed", "refused": "refused", "stopped": "stopped", "done": "ended"}


def queue_area() -> gr.HTML:
    """Lay out the list; it shows itself once there is something in it."""
    return gr.HTML("", visible=False, elem_id="queue", js_on_load=on_load("queue"), apply_default_css=False)


@dataclass(frozen=True, slots=True)
class QueueList:
    """Draws a visitor's queue."""

    playground: Playground
    served: Served

    def draw(self, standing: Standing, visitor: str) -> str:
        """Return the list as it stands."""
        queue = standing.queue
        goes = not queue.paused and (standing.drawing or queue.elsewhere)
        lines = Markup("").join(self._line(entry, queue, visitor) for entry in queue.entries)
        return str(
            _BOX.format(
                version=standing.version,
                drawing="yes" if standing.drawing else "no",
                facts=_summary(queue),
                acts=_acts(queue, goes=goes),
                batches=batches_html(self.playground.batches.of(visitor), queue),
                said=_SAID.format(queue.said) if queue.said and queue.paused and queue.entries else "",
                lines=lines or _NOTHING,
            )
        )

    def _line(self, entry: QueueEntry, queue: PressesQueue, visitor: str) -> Markup:
        waiting = [each.id for each in queue.waiting]
        ends = {"first": "disabled" if waiting[:1] == [entry.id] else "", "last": ""}
        ends["last"] = "disabled" if waiting[-1:] == [entry.id] else ""
        moves = _MOVES.format(id=entry.id, **ends) if entry.id in waiting else ""
        return _LINE.format(
            state=entry.state,
            id=entry.id,
            picture=self._picture(entry, visitor),
            prompt=(entry.place.label if entry.place else entry.requests[0].prompt)[:_SHORT],
            facts=self._facts(entry),
            said=_SAID.format(entry.said) if entry.said else "",
            acts=moves + _again(entry) + (_OUT.format(entry.id) if entry.state != "running" else ""),
        )

    def _facts(self, entry: QueueEntry) -> Markup:
        request, backend = entry.requests[0], self.playground.backends.get(entry.backend)
        told = [_STATES.get(entry.state, ""), MODE_LABELS[request.mode], _images(entry), price_of(entry)]
        told += ["your own key pays"] if entry.own_key else []
        told += [backend.label if backend and len(self.playground.backends) > 1 else ""]
        return Markup("").join(_FACT.format(each) for each in told if each)

    def _picture(self, entry: QueueEntry, visitor: str) -> Markup:
        for sha256 in sorted(entry.inputs):
            try:
                return _PICTURE.format(url(self.served.thumbnail(sha256, visitor)))
            except PlaygroundError:  # Its run will say that the picture is gone.
                continue
        return Markup("")


def _again(entry: QueueEntry) -> Markup:
    return _AGAIN.format(entry.id) if entry.state in ENDED_BADLY else Markup("")


def price_of(entry: QueueEntry) -> str:
    """Return what an entry may cost, which is an estimate; of one that repeats, for each run and at most."""
    price = words.price(entry.estimate)
    if entry.until is None or entry.until.usd is None or entry.free:
        return price
    return f"{price} a run, up to {words.dollars(entry.until.usd)}"


def _images(entry: QueueEntry) -> str:
    if entry.until:
        return f"{entry.images} of {words.counted(entry.wanted, 'image')} until you stop"
    return words.counted(entry.wanted, "image") if entry.wanted > 1 else ""


def _summary(queue: PressesQueue) -> Markup:
    waiting = queue.waiting
    if not waiting:
        return Markup("")
    told = [_FACT.format(f"{len(waiting)} waiting")]
    costs = [entry for entry in waiting if not entry.free]
    if costs and not any(entry.until for entry in costs):  # What repeats has no price that could be added.
        told.append(_FACT.format(words.price(total([entry.estimate for entry in costs]))))
    return Markup("").join(told)


def _acts(queue: PressesQueue, *, goes: bool) -> Markup:
    acts = Markup("")
    if goes:
        acts += _PAUSE
    elif queue.waiting:
        acts += _RESUME
    if any(entry.state != "running" for entry in queue.entries):
        acts += _EMPTY
    if queue.dropped:
        acts += _UNDO.format(queue.dropped)
    return acts
