"""Pictures of a batch: which ones, and what becomes of each, out of whatever a browser sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import BadImage, InvalidRequest, Problem
from backend.experiments.batch import Line
from backend.generation.prepared import Prepared
from backend.images.incoming import sides_of
from ui.experiments.upscaling import enlargement_asked
from ui.runs.runner import Runner
from ui.runs.sheets.upscale import Enlarged
from ui.serving.uploads import Uploads

MOST_PICTURES = 50
UPSCALE = "upscale"
_NAME = 200
Press = tuple[Line, Callable[[], Prepared]]
"""What a press of a batch is called, and what prepares it."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Uploads by name and path, and the way that each goes: `image_to_image`, or `upscale` by a factor and upscaler."""

    files: tuple[tuple[str, str], ...] = ()
    way: str = "image_to_image"
    factor: str = ""
    upscaler: str | None = None

    @classmethod
    def of(cls, value: object) -> "Pictures":
        """Read what the browser tells; anything else is no picture."""
        given = value if isinstance(value, Mapping) else {}
        listed = given.get("files")
        files = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        named = tuple((str(each.get("name", ""))[:_NAME], str(each.get("path", ""))) for each in files)
        way, _, factor = str(given.get("way", "")).partition(" ")
        upscaler = given.get("upscaler")
        chosen = str(upscaler)[:_NAME] if upscaler else None
        return cls(named[:MOST_PICTURES], UPSCALE if way == UPSCALE else "image_to_image", factor, chosen)


@dataclass(frozen=True, slots=True)
class PicturePresses:
    """Makes the presses of a batch of pictures from a form's values."""

    runner: Runner
    values: Mapping[str, JsonValue]
    caller: Caller

    def of(self, pictures: Pictures, lines: Sequence[Line]) -> list[Press]:
        """Return a press a picture, or one for each line and picture; without lines, the form's prompt is each one's.

        Raises `InvalidRequest` for lines that upscaling has no use for.
        """
        if pictures.way == UPSCALE:
            if lines:
                message = "have no use here: Upscale draws nothing by words. Empty the lines, or choose Image to image."
                raise InvalidRequest([Problem("lines", message)])
            return [*self._upscaled(pictures)]
        return [*self._drawn_over(pictures, lines or [Line(0, str(self.values.get("prompt") or ""))])]

    def _drawn_over(self, pictures: Pictures, lines: Sequence[Line]) -> Iterator[Press]:
        places = ((file, line) for file in pictures.files for line in lines)
        for number, ((name, path), line) in enumerate(places, 1):
            label = f"{name} · {line.prompt}" if len(lines) > 1 else name
            yield Line(number, line.prompt, label), partial(self._over, path, line.prompt)

    def _upscaled(self, pictures: Pictures) -> Iterator[Press]:
        wanted = {"factor": pictures.factor} | ({"upscaler": pictures.upscaler} if pictures.upscaler else {})
        for number, (name, path) in enumerate(pictures.files, 1):
            yield Line(number, "", name), partial(self._larger, path, wanted)

    def _over(self, path: str, prompt: str) -> Prepared:
        easel: JsonValue = {"image": {"path": path}}
        over = {"mode": "image_to_image", "easel": easel, "prompt": prompt, "priced_only": False}
        return self.runner.asked({**self.values, **over}, self.caller).prepared(self.caller)

    def _larger(self, path: str, wanted: Mapping[str, str]) -> Prepared:
        playground = self.runner.playground
        sha256 = Uploads(playground, self.caller).picture(path)
        if sha256 is None:
            raise BadImage("The picture isn't there any more: choose it again.")
        enlarged = Enlarged.picture(sha256, sides_of(playground.files, sha256))
        of_form = replace(enlarged, backend=str(self.values.get("backend") or ""))
        return enlargement_asked(playground, of_form, wanted, self.caller)
