"""An order as OpenAI's server-sent events: previews on the way, and each image once it is there."""

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.domain.errors import PlaygroundError
from backend.domain.events import Generated, Progress
from backend.domain.records import RunImage
from ui.endpoints.door.order import Gone
from ui.endpoints.door.refusals import Refused, broken
from ui.endpoints.openai.answers import OURS, Answers, preview_json, shape, told
from ui.endpoints.openai.form import error_json, event
from ui.endpoints.script_runs import Progressing

SILENT_SECONDS = 10.0
"""After so long without an event a comment goes out, so that no proxy takes the line for dead."""
_COMMENT = b": it goes on\n\n"
Place = tuple[int, int]
"""The number of a run within its order, and of an image within that."""


@dataclass(slots=True, kw_only=True)
class Streaming:
    """Writes the events of one order; `kind` begins their names: `image_generation` or `image_edit`."""

    kind: str
    answers: Answers
    refuse: Callable[[PlaygroundError], Refused]
    opened: Mapping[int, str]
    """The ids of the order's runs, as they begin."""
    _previews: Counter[Place] = field(default_factory=Counter)
    _shown: set[Place] = field(default_factory=set)
    _held: tuple[Place, RunImage] | None = None
    """The last image that came: it is shown with the run's bill, or as soon as another one comes."""

    def pieces(self, steps: Generator[Progressing, None, None], first: Progressing) -> Generator[bytes, None, None]:
        """Yield the events; what goes wrong behind the first is an event too."""
        try:
            yield from self._of(first)
            said = time.monotonic()
            for now in steps:
                for piece in self._of(now):
                    said = time.monotonic()
                    yield piece
                if time.monotonic() - said > SILENT_SECONDS:
                    said = time.monotonic()
                    yield _COMMENT
        except PlaygroundError as error:
            yield event("error", {"type": "error", **error_json(self.refuse(error))})
        except Gone:
            raise
        except Exception:  # The client must hear that it ended; the door writes the trace down, and that it was lost.
            yield event("error", {"type": "error", **error_json(broken(self.opened.values()))})
            raise
        finally:
            steps.close()

    def _of(self, now: Progressing) -> Iterator[bytes]:
        match now.event:
            case Progress() as progress:
                yield from self._preview(progress, len(now.runs))
            case Generated(record=RunImage() as image):
                yield from self._flush({})
                self._held = ((len(now.runs), image.index), image)
        if now.over:
            yield from self._rest(now)

    def _preview(self, progress: Progress, run: int) -> Iterator[bytes]:
        place, wanted = (run, progress.index), self.answers.wish.partial_images
        index = self._previews[place]
        due = index < wanted and progress.total and progress.step * (wanted + 1) >= progress.total * (index + 1)
        if progress.preview and due:
            self._previews[place] += 1
            where = {"image": progress.index, "step": progress.step, "steps": progress.total}
            values = {"b64_json": preview_json(progress.preview), "partial_image_index": index, OURS: where}
            yield self._event("partial_image", {**values, "output_format": "jpeg", "size": "auto", "quality": "auto"})

    def _rest(self, now: Progressing) -> Iterator[bytes]:
        """Yield the images that weren't shown, the last one with what is said of the whole order."""
        held = [self._held[0]] if self._held else []
        places = [(number, image) for number, run in enumerate(now.runs) for image in run.images]
        for number, image in places:
            if (number, image.index) not in {*self._shown, *held}:
                yield from self._flush({})
                self._held = ((number, image.index), image)
        usage = self.answers.usage(now.runs)
        yield from self._flush({"usage": usage, OURS: told(now)})

    def _flush(self, more: dict[str, Any]) -> Iterator[bytes]:
        if self._held is None:
            return
        place, image = self._held
        self._held = None
        self._shown.add(place)
        values = self.answers.image(image)
        ours = {**values[OURS], **more.pop(OURS, {})}
        yield self._event("completed", {**values, **shape([image]), **more, OURS: ours})

    def _event(self, name: str, values: dict[str, Any]) -> bytes:
        name = f"{self.kind}.{name}"
        head = {"type": name, "created_at": int(time.time()), "background": "opaque"}
        return event(name, {**head, **values})
