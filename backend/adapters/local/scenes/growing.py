"""The steps of all drawings of a picture that is drawn tile by tile, as one count with one preview."""

import io

from PIL import Image

from backend.adapters.local.drawing.drawing import OnStep
from backend.images.boxes import Box
from backend.images.lit_preview import LitPreview


class Growing:
    """Tells the steps of all drawings of one picture (RGB, `base`) as one count, with the picture as it stands.

    `total` are the steps of all of them; those that `done` counts were taken before the first tile. What is still to
    come is dark, unless the picture is `lit`, of which only a part is drawn again.
    """

    def __init__(self, base: Image.Image, *, done: int, total: int, lit: bool = False) -> None:
        self._done, self._total = done, total
        self._preview = LitPreview(base, base.size, lit=lit)

    def of_tile(self, box: Box) -> "_Tile":
        """Return what tells the steps of the tile that is drawn in this box of the picture."""
        return _Tile(self, box)

    def laid(self, tile: Image.Image, box: Box, steps: int) -> None:
        """Show a tile that is done, and count its steps."""
        self._preview.light(tile, box)
        self._done += steps

    def tell(self, on_step: OnStep, step: int, preview: bytes | None, box: Box) -> None:
        """Tell of a step within a tile."""
        if preview is not None:
            with Image.open(io.BytesIO(preview)) as small:
                self._preview.light(small, box)
        on_step(self._done + step, self._total, self._preview.jpeg())


class _Tile:
    """Says the steps of one tile as those of the whole picture."""

    def __init__(self, growing: Growing, box: Box) -> None:
        self._growing, self._box = growing, box

    def __call__(self, on_step: OnStep) -> OnStep:
        return lambda step, _total, preview: self._growing.tell(on_step, step, preview, self._box)
