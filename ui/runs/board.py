"""What a run shows: images as they come, the step in between, and an error with its way out; as HTML."""

import base64
import re
import time
from dataclasses import dataclass, field
from typing import assert_never

from markupsafe import Markup

from backend.domain.capabilities import Estimate
from backend.domain.errors import PlaygroundError
from backend.domain.events import (
    Committed,
    Event,
    Failed,
    Finished,
    Generated,
    Mapped,
    Progress,
    Queued,
    Stopped,
    Waiting,
)
from backend.domain.records import CostKind, Run, RunImage
from backend.domain.requests import Request
from ui.look import words
from ui.look.sentences import error_card
from ui.runs.cards import card, facts, lost_card
from ui.runs.sheets.going_on import go_on_html
from ui.runs.vary_button import UNPRICED, Variation
from ui.serving.served import Served

_PART = re.compile(r"\d of \d")
"""In what is done: which part of an image it is, such as a tile."""


@dataclass(slots=True)
class Board:
    """A run as the page shows it while it goes on."""

    request: Request
    label: str
    kind: CostKind
    visitor: str
    began: float | None = None
    """When its first event came (monotonic seconds): a cell of a grid may wait for its turn until then."""
    images: dict[int, RunImage] = field(default_factory=dict)
    progress: Progress | None = None
    preview: bytes | None = None
    doing: str = "Starting"
    submitted: bool = False
    stopped: float | None = None
    varying: Variation = UNPRICED
    """What the button for variations of its images says."""
    run: Run | None = None
    run_id: str | None = None
    """Of a run that was stopped: what comes of it may come later."""
    error: PlaygroundError | None = None
    estimate: Estimate | None = None

    def priced(self, estimate: Estimate) -> None:
        """Take in what the run may cost: what is free is no bill that is still unknown."""
        self.estimate = estimate
        if estimate.free:
            self.kind = "free"

    def see(self, event: Event) -> None:
        """Take in one event."""
        if self.began is None:
            self.began = time.monotonic()
        match event:
            case Queued(ahead):
                self.doing = f"Waiting: {ahead} ahead" if ahead else "Starting"
            case Committed():
                self.submitted, self.doing = True, f"{self.label} is working"
            case Progress():
                self.progress, self.doing = event, event.doing
                self.preview = event.preview or self.preview
            case Generated(record=RunImage() as image):
                self.images[image.index] = image
                self.progress = self.preview = None
                self.doing = "Drawing"
            case Finished(run):
                self.run = run
            case Failed(error, run):
                self.error, self.run = error, run
            case Stopped(seconds, run_id):
                self.stopped, self.run_id = seconds, run_id
            case Generated() | Waiting() | Mapped():  # An image that isn't on record; no news; of a control map.
                pass
            case _:
                assert_never(event)

    def arrived(self, run: Run) -> None:
        """Take in how a run ended after it was stopped."""
        self.run, self.images = run, {image.index: image for image in run.images}
        if run.error:
            self.error = PlaygroundError(run.error, billed=run.billed or "unknown")

    @property
    def promised(self) -> bool:
        """Whether it was stopped, and it isn't known yet what came of it."""
        return self.stopped is not None and self.run_id is not None and self.run is None

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.run is not None or self.error is not None or self.stopped is not None

    @property
    def seconds(self) -> float:
        """Return how long the run took, or has been going."""
        if self.run and self.run.seconds is not None:
            return self.run.seconds
        return 0.0 if self.began is None else time.monotonic() - self.began

    @property
    def cost_kind(self) -> CostKind:
        """Return what the costs of the images are."""
        return self.run.cost_kind if self.run else self.kind


def board_html(board: Board, served: Served, *, alone: bool = True) -> str:
    """Return the running or finished run; one that isn't alone keeps its pictures small."""
    parts: list[Markup] = []
    if board.error:
        others = words.BILLED if alone else words.BILLED_OF_ONE
        parts.append(error_card(board.error, bills=words.BILLED_OF_THE_REST if board.images else others))
    if board.stopped is not None:
        line = words.stopped(board.stopped, board.run, submitted=board.submitted)
        parts.append(Markup('<p class="stopped" role="status">{}</p>').format(line))
    elif not board.over:
        parts.append(_progress_line(board))
    if alone and board.run and (board.error or board.stopped is not None):
        parts.append(go_on_html(board.run, board.estimate))
    shown = [_card(board.images[index], board, served) for index in sorted(board.images)]
    if not board.over:
        shown += [_slot(board, index) for index in range(board.request.count) if index not in board.images]
    if shown:
        layout = "one" if alone and board.request.count == 1 else "many"
        parts.append(Markup('<div class="cards {}">{}</div>').format(layout, Markup("").join(shown)))
    if board.run and board.images:
        parts.append(_summary(board))
    return str(Markup("").join(parts))


def _card(image: RunImage, board: Board, served: Served) -> Markup:
    line = facts(image, board.cost_kind, board.run)
    try:
        path = served.copy(image, board.visitor)
    except PlaygroundError as error:
        return lost_card(image, board.run, line, error)
    return card(image, path, board.run, line, board.request.prompt, varying=board.varying)


def _slot(board: Board, index: int) -> Markup:
    width = getattr(board.request, "width", None) or 1
    height = getattr(board.request, "height", None) or 1
    now = board.progress is not None and board.progress.index == index
    inner = Markup("")
    if now and board.preview:
        code = base64.b64encode(board.preview).decode()
        inner = Markup('<img src="data:image/jpeg;base64,{}" alt="Preview of the image being drawn">').format(code)
    look = Markup("aspect-ratio:{w} / {h};--ratio:{w} / {h};--width:{w}px").format(w=width, h=height)
    return Markup('<div class="slot {}" style="{}">{}</div>').format("now" if now else "later", look, inner)


def _progress_line(board: Board) -> Markup:
    fraction, text = 0.0, board.doing
    counted = board.progress is not None and board.progress.total > 0
    if board.progress and counted:
        done, total = board.progress.step, board.progress.total
        count = board.request.count
        fraction = (len(board.images) + done / total) / count
        text = f"{board.doing}: step {done} of {total}"
        if count > 1:
            which = f"mage {board.progress.index + 1} of {count}"
            text = f"{text} (i{which})" if _PART.search(board.doing) else f"I{which}, step {done} of {total}"
    elif board.request.count > 1 and board.images:
        fraction = len(board.images) / board.request.count
        doing = f"{board.doing}: " if board.progress else ""
        text = f"{doing}{len(board.images)} of {board.request.count} images"
    busy = "" if counted or board.images else "unsure"
    return Markup(
        '<div class="progress" role="status"><div class="words"><span>{}</span><span class="elapsed">{}</span></div>'
        '<div class="bar {}"><i style="width:{:.1f}%"></i></div></div>'
    ).format(text, words.duration(board.seconds), busy, fraction * 100)


def _summary(board: Board) -> Markup:
    assert board.run is not None
    run, count = board.run, len(board.images)
    if count == 1:
        return Markup("")
    text = " · ".join((f"{count} images", words.cost(run.cost_usd, run.cost_kind), words.duration(run.seconds)))
    return Markup('<p class="summary">{}</p>').format(text)
