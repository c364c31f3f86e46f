"""Painting a part of an image anew, whatever the image's size."""

from dataclasses import dataclass

from PIL import Image

from backend.adapters.local.drawing.drawing import Draw, Drawing
from backend.adapters.local.scenes.scene import Stage
from backend.domain.requests import Request
from backend.images.boxes import Box, grown


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An image (RGB) to be drawn anew where its mask (L, the same size) isn't black.

    It lies at `corner` of a whole result of size `whole` (pixels), which the control pictures are for.
    """

    image: Image.Image
    mask: Image.Image
    strength: float
    whole: tuple[int, int]
    corner: tuple[int, int] = (0, 0)

    @property
    def box(self) -> Box:
        """Return where it lies in the whole."""
        left, top = self.corner
        return (left, top, left + self.image.width, top + self.image.height)

    def cut(self, box: Box) -> "Part":
        """Return the part of this one inside `box`."""
        corner = (self.corner[0] + box[0], self.corner[1] + box[1])
        image, mask = self.image.crop(box), self.mask.crop(box)
        return Part(image=image, mask=mask, strength=self.strength, whole=self.whole, corner=corner)


class Repaint:
    """Draws parts for one request and seed.

    What the mask keeps has gone through the model's VAE in the result: put the image's own pixels back afterwards.
    """

    def __init__(self, request: Request, seed: int, draw: Draw, stage: Stage) -> None:
        self._request, self._seed, self._draw, self._stage = request, seed, draw, stage

    def all_of(self, part: Part) -> Image.Image:
        """Return the part drawn anew, at its own size."""
        size, keeps_scale = self._stage.frame.around(part.image.size)
        return self._drawn(part, size, keeps_scale=keeps_scale)

    def close_up(self, part: Part, *, margin: int) -> Image.Image:
        """Draw the masked part alone with `margin` pixels around it, enlarged to what the model draws best."""
        whole = part.image.size
        box = grown(part.mask.getbbox() or (0, 0, *whole), margin, whole)
        inner = part.cut(box)
        result = part.image.copy()
        size = self._stage.frame.close_up(inner.image.size)
        result.paste(self.enlarged(inner, size), box[:2])
        return result

    def enlarged(self, part: Part, size: tuple[int, int]) -> Image.Image:
        """Return the part drawn anew at `size` (pixels), which the model draws well, and brought back to its own."""
        return self._drawn(part, size, keeps_scale=False)

    def _drawn(self, part: Part, size: tuple[int, int], *, keeps_scale: bool) -> Image.Image:
        frame = self._stage.frame
        left, top, right, bottom = part.box
        if keeps_scale:
            right, bottom = left + size[0], top + size[1]
        drawing = Drawing(
            request=self._request,
            seed=self._seed,
            size=size,
            start=frame.bring(part.image, size, keeps_scale=keeps_scale),
            mask=frame.bring(part.mask, size, keeps_scale=keeps_scale),
            strength=part.strength,
            guides=self._stage.guides.cut(part.whole, (left, top, right, bottom), size),
        )
        return frame.bring_back(self._draw(drawing), part.image.size, keeps_scale=keeps_scale)
