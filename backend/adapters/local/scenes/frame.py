"""Which sizes the model at hand draws well, and images brought to them and back."""

from dataclasses import dataclass
from math import log

from PIL import Image

from backend.images.enlarging import enlarged
from backend.images.incoming import round_up
from backend.images.sizing import drawable, padded, resized


@dataclass(frozen=True, slots=True)
class Frame:
    """A model's limits in pixels: the default size, and the sides it draws at most when nobody asked for a size.

    `trained` lists the sizes of a model whose other pictures fall apart; those are drawn at one of them and resized.
    """

    default: tuple[int, int]
    least: int = 128
    usual: int = 2048
    trained: tuple[tuple[int, int], ...] = ()

    def of(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size at which an image of this size is redrawn."""
        return drawable(size, most=self.usual)

    def drawn(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size at which to draw a picture that is to have this one."""
        if not self.trained or size in self.trained:
            return size
        return min(self.trained, key=lambda known: _unlike(known, size))

    def back(self, drawn: Image.Image, size: tuple[int, int]) -> Image.Image:
        """Bring what was drawn to the size that it is to have; a small model's drawings keep their crisp edges."""
        if drawn.size == size:
            return drawn
        return enlarged(drawn, size) if self.trained else resized(drawn, size, "stretch")

    def redrawn(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size at which to draw a picture that is to have an image's own, which may be any."""
        return self.drawn(size) if self.trained else self.of(size)

    def around(self, size: tuple[int, int]) -> tuple[tuple[int, int], bool]:
        """Return the size at which a part of an image is repainted, and whether the image keeps its scale there."""
        exact = (max(round_up(size[0]), self.least), max(round_up(size[1]), self.least))
        return (exact, True) if max(exact) <= self.usual else (self.redrawn(size), False)

    def close_up(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size at which a small part is drawn large: about as many pixels as the default size has."""
        enlarged = max((self.default[0] * self.default[1] / (size[0] * size[1])) ** 0.5, 1.0)
        return self.redrawn((round(size[0] * enlarged), round(size[1] * enlarged)))

    def bring_back(self, drawn: Image.Image, size: tuple[int, int], *, keeps_scale: bool) -> Image.Image:
        """Undo `bring` for what was drawn, back to `size` (width, height, in pixels)."""
        return drawn.crop((0, 0, *size)) if keeps_scale else self.back(drawn, size)

    def bring(self, image: Image.Image, size: tuple[int, int], *, keeps_scale: bool) -> Image.Image:
        """Bring an image or a mask to the size of `around`."""
        return padded(image, size) if keeps_scale else resized(image, size, "stretch")


def _unlike(known: tuple[int, int], size: tuple[int, int]) -> tuple[float, bool, float]:
    """How badly a trained size serves another one: its shape first, then whether it is smaller, then by how much."""
    shape = abs(log(known[0] / known[1]) - log(size[0] / size[1]))
    growth = log(size[0] * size[1] / (known[0] * known[1]))
    return round(shape, 6), growth > 0, abs(growth)
