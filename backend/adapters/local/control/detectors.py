"""Control pictures: what a ControlNet follows, made from an image."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Protocol, runtime_checkable

from PIL import Image

from backend.adapters.local.control.annotators import OpenPoseFinder, ZoeFinder
from backend.adapters.local.control.depth import DepthFinder
from backend.adapters.local.control.pose import PoseFinder
from backend.adapters.local.control.sighting import Sighting
from backend.adapters.local.machine.extras import Extras, known_extras
from backend.adapters.local.machine.options import DETECTORS, LocalOptions
from backend.domain.errors import Problem, Unsupported
from backend.domain.events import Tell, unheard
from backend.domain.parts import Control, Preprocess
from backend.images.edges import edges
from backend.threads.background import Check, Loading, aside


class Finder(Protocol):
    """A detector with weights."""

    def find(self, image: Image.Image, check: Check) -> Image.Image:
        """Return the control picture (RGB, the same size); `check` is asked on the way and may end it."""


@runtime_checkable
class Seer(Protocol):
    """A detector that tells people's parts apart."""

    def parts(self, image: Image.Image, check: Check) -> tuple[Sighting, ...]:
        """Return the faces and hands in a picture (RGB); `check` is asked on the way and may end it."""


LOADERS: Mapping[str, Callable[[Path], Finder]] = {
    "depth": DepthFinder,
    "zoe": ZoeFinder.load,
    "pose": PoseFinder.load,
    "openpose": OpenPoseFinder.load,
}
"""How each extra becomes a detector."""
_USUAL = LocalOptions()
SEER = "pose"
"""The extra that finds faces and hands."""
MOST_MAPS = 8
"""Maps that are kept, so that another seed needs no second one; one of 1024² takes 3 MB."""
_Map = tuple[str, tuple[int, int], bytes]
"""A map's detector, and the size and the sha256 of the picture's pixels."""


class Detectors:
    """Edges need no weights; depth and poses need extras, which are loaded when they are first asked for."""

    def __init__(self, extras: Extras) -> None:
        self._extras = extras
        self._lock = threading.Lock()
        self._finders: dict[str, Loading[Finder]] = {}
        self._maps: OrderedDict[_Map, Image.Image] = OrderedDict()

    def lacking(self) -> Mapping[Preprocess, str]:
        """Name what no detector here can make, with the way out."""
        kinds = {kind: [self._extras.lacking(name) for name in names] for kind, names in DETECTORS.items()}
        return {kind: str(reasons[0]) for kind, reasons in kinds.items() if all(reasons)}

    def ready(self, preprocess: Preprocess) -> bool:
        """Whether the usual detector of this kind is here, or none is needed."""
        name = _USUAL.detector(preprocess)
        return name is None or self._extras.lacking(name) is None

    def problems(self, controls: Iterable[Control], options: LocalOptions) -> Iterator[Problem]:
        """Name the controls whose chosen detector isn't here, with the way out."""
        for kind in dict.fromkeys(control.preprocess for control in controls):
            name = options.detector(kind)
            if name and (reason := self._extras.lacking(name)):
                yield Problem("preprocess", reason + self._instead(kind))

    def detect(
        self, control: Control, image: Image.Image, options: LocalOptions = _USUAL, tell: Tell = unheard
    ) -> Image.Image:
        """Return what a control makes of an image (RGB, the same size); raise `Unsupported` where it can't be made.

        `tell` hears what goes on, and may raise to leave.
        """
        preprocess = control.preprocess
        if preprocess == "none":
            return image
        name = options.detector(preprocess)
        if name is None:
            return edges(image, control.thresholds)
        finder = self._finder(preprocess, name).wait(tell)
        key = (name, image.size, sha256(image.tobytes()).digest())
        found = self._maps.get(key)
        if found is None:
            what = f"the {preprocess} map"
            doing, failure = f"Making {what} with {known_extras()[name].name}", f"{what.capitalize()} could not be made"
            found = aside(lambda check: finder.find(image, check), tell, doing=doing, failure=failure)
            self._keep(key, found)
        return found

    def blind(self) -> str | None:
        """Say why nobody's face or hand can be found here, with the way out; None where it can."""
        lacking = self._extras.lacking(SEER)
        return lacking and f"Faces and hands are found by their joints. {lacking}"

    def open_eyes(self, tell: Tell = unheard) -> Seer:
        """Return what finds faces and hands, read when it is first asked for; raise `Unsupported` where it isn't here.

        `tell` hears what goes on, and may raise to leave.
        """
        if blind := self.blind():
            raise Unsupported([Problem("details", blind)])
        finder = self._finder("pose", SEER).wait(tell)
        assert isinstance(finder, Seer)
        return finder

    def parts(self, image: Image.Image, tell: Tell = unheard) -> tuple[Sighting, ...]:
        """Return the faces and hands in a picture (RGB), as `open_eyes` raises."""
        seer = self.open_eyes(tell)
        doing, failure = f"Looking for faces and hands with {known_extras()[SEER].name}", "Nobody could be looked for"
        return aside(lambda check: seer.parts(image, check), tell, doing=doing, failure=failure)

    def forget(self) -> None:
        """Give back the detectors' memory, and the maps that they made."""
        with self._lock:
            self._finders.clear()
            self._maps.clear()

    def _finder(self, kind: Preprocess, name: str) -> Loading[Finder]:
        folder = self._extras.folder(name)
        if folder is None:
            raise Unsupported(
                [Problem("preprocess", (self._extras.lacking(name) or "isn't here.") + self._instead(kind))]
            )
        title = known_extras()[name].name
        with self._lock:
            if name not in self._finders:
                self._finders[name] = Loading(
                    lambda _: LOADERS[name](folder), doing=f"Reading {title}", failure=f"{title} could not be loaded"
                )
            return self._finders[name]

    def _keep(self, key: _Map, found: Image.Image) -> None:
        with self._lock:
            self._maps[key] = found
            if len(self._maps) > MOST_MAPS:
                self._maps.popitem(last=False)

    def _instead(self, kind: Preprocess) -> str:
        here = next((known_extras()[name].name for name in DETECTORS[kind] if self._extras.folder(name)), None)
        return f" Or choose {here}, which is here." if here else ""
