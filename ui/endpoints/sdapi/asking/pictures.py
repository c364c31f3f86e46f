"""Pictures as A1111's clients send them, in base64 with or without the head of a `data:` address."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

from backend.images.encoding import encode
from backend.images.incoming import check_header, check_size, open_upright, opened
from ui.endpoints.door.pictures import decoded, of_field
from ui.serving.uploads import Kept

Values = dict[str, Any]
"""A request's values by our names, as `Scripts` takes them: plain JSON, and pictures that are kept already."""
OPAQUE = 255
Keep = Callable[[bytes, str], Kept]
"""Takes a picture's bytes, which came in a field of that name, in as the caller's."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture that a client sent: its file's bytes, and the field that it stood in."""

    content: bytes
    field: str

    def opened(self) -> Image.Image:
        """Return its pixels (RGB, upright); raise `InvalidRequest` where they can't be read."""
        with of_field(self.field):
            return open_upright(io.BytesIO(self.content))

    def mask(self) -> Image.Image:
        """Return a mask (mode L, white is drawn anew), upright; raise as `opened`.

        One that is transparent anywhere marks what is drawn on it, of whatever colour, as in A1111
        (`modules/processing.py`, `create_binary_mask`): editors send strokes on nothing.
        """
        with of_field(self.field), opened(io.BytesIO(self.content)) as picture:
            if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                drawn = ImageOps.exif_transpose(picture).convert("RGBA").getchannel("A")
                if drawn.getextrema() != (OPAQUE, OPAQUE):
                    return drawn.point([OPAQUE if value > OPAQUE // 2 + 1 else 0 for value in range(OPAQUE + 1)])
        return self.opened().convert("L")

    def changed(self, image: Image.Image) -> "Sent":
        """Return what was made of it as a PNG."""
        return Sent(encode(image, "png"), self.field)


def sent_picture(value: object, field: str) -> Sent:
    """Read a picture out of a body's field; raise `InvalidRequest` with the field's name where it is none.

    An address on the net is refused: nothing that a visitor typed is fetched from here.
    """
    content = decoded(value, field)
    with of_field(field):
        check_size(len(content))
        check_header(content)
    return Sent(content, field)
