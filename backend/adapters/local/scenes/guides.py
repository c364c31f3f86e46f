"""A request's control pictures, cut to whatever part of the image is being drawn."""

from collections.abc import Callable

from PIL import Image

from backend.adapters.local.drawing.drawing import Guide
from backend.domain.parts import Control
from backend.images.boxes import Box
from backend.images.incoming import open_upright
from backend.images.sizing import padded, resized
from backend.images.storage.files import ImageFiles

Detect = Callable[[Control, Image.Image], Image.Image]
"""Makes of an image what a control follows (RGB, the same size)."""
TAKES = frozenset(
    {
        "preprocess",
        "control_scale",
        "control_start",
        "control_end",
        "low_threshold",
        "high_threshold",
        "controls.image",
        "controls.preprocess",
        "controls.scale",
        "controls.start",
        "controls.end",
        "controls.low_threshold",
        "controls.high_threshold",
    }
)
"""The fields of the controls."""


class Guides:
    """The controls of one request with their images; each control picture is made once for each place and size."""

    def __init__(self, controls: tuple[Control, ...], files: ImageFiles, detect: Detect) -> None:
        self._controls = [(control, open_upright(files.path(control.image))) for control in controls]
        self._detect = detect
        self._made: dict[tuple[tuple[int, int], Box, tuple[int, int]], tuple[Guide, ...]] = {}

    def at(self, size: tuple[int, int]) -> tuple[Guide, ...]:
        """Return the guides of a drawing that is the whole image, at `size` in pixels."""
        return self.cut(size, (0, 0, *size), size)

    def part(self, whole: tuple[int, int], canvas: tuple[int, int], box: Box) -> tuple[Guide, ...]:
        """Return the guides of a tile, which aren't kept: of the part `box` of an image of size `whole`, in pixels.

        Beyond the image, up to the size `canvas`, its last pixels are repeated, as the tiles' own are.
        """
        return tuple(
            self._guide(control, padded(resized(image, whole, "crop"), canvas).crop(box))
            for control, image in self._controls
        )

    def cut(self, whole: tuple[int, int], box: Box, size: tuple[int, int]) -> tuple[Guide, ...]:
        """Return the guides of a drawing at `size` of the part `box` of an image of size `whole`, all in pixels."""
        key = (whole, box, size)
        if key not in self._made:
            self._made[key] = tuple(
                self._guide(control, resized(resized(image, whole, "crop").crop(box), size, "stretch"))
                for control, image in self._controls
            )
        return self._made[key]

    def _guide(self, control: Control, part: Image.Image) -> Guide:
        picture = self._detect(control, part)
        return Guide(picture=picture, scale=control.scale, start=control.start, end=control.end)
