"""A request's control pictures, cut to whatever part of the image is being drawn."""

from collections.abc import Callable

from PIL import Image

from backend.adapters.local.drawing.drawing import Guide
from backend.domain.parts import Control
from backend.images.incoming import open_upright
from backend.images.sizing import resized
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
Box = tuple[int, int, int, int]


class Guides:
    """The controls of one request with their images; each control picture is made once for each place and size."""

    def __init__(self, controls: tuple[Control, ...], files: ImageFiles, detect: Detect) -> None:
        self._controls = [(control, open_upright(files.path(control.image))) for control in controls]
        self._detect = detect
        self._made: dict[tuple[tuple[int, int], Box, tuple[int, int]], tuple[Guide, ...]] = {}

    def at(self, size: tuple[int, int]) -> tuple[Guide, ...]:
        """Return the guides of a drawing that is the whole image, at `size` in pixels."""
        return self.cut(size, (0, 0, *size), size)

    def part(self, whole: tuple[int, int], box: Box) -> tuple[Guide, ...]:
        """Return the guides of a tile: of the part `box` of an image of size `whole`, in pixels, not kept."""
        size = (box[2] - box[0], box[3] - box[1])
        return tuple(self._guide(control, image, (whole, box, size)) for control, image in self._controls)

    def cut(self, whole: tuple[int, int], box: Box, size: tuple[int, int]) -> tuple[Guide, ...]:
        """Return the guides of a drawing at `size` of the part `box` of an image of size `whole`, all in pixels."""
        key = (whole, box, size)
        if key not in self._made:
            self._made[key] = tuple(self._guide(control, image, key) for control, image in self._controls)
        return self._made[key]

    def _guide(
        self, control: Control, image: Image.Image, place: tuple[tuple[int, int], Box, tuple[int, int]]
    ) -> Guide:
        whole, box, size = place
        part = resized(resized(image, whole, "crop").crop(box), size, "stretch")
        picture = self._detect(control, part)
        return Guide(picture=picture, scale=control.scale, start=control.start, end=control.end)
