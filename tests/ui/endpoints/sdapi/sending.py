"""Pictures as A1111's clients send them, and what became of them."""

import base64
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.capabilities import Capabilities
from ui.endpoints.sdapi.asking.body import Img2Img, Txt2Img
from ui.endpoints.sdapi.asking.drawing_over import img2img
from ui.endpoints.sdapi.asking.reading import To, Wanted, txt2img
from ui.endpoints.sdapi.asking.settings import Chosen, chosen
from ui.serving.uploads import Kept


def png(picture: Image.Image) -> str:
    """Return a picture in bare base64."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def colour(name: str = "red", size: tuple[int, int] = (256, 256)) -> str:
    """Return a picture of one colour in bare base64."""
    return png(Image.new("RGB", size, name))


def mask(box: tuple[int, int, int, int] = (64, 64, 128, 128), size: tuple[int, int] = (256, 256)) -> str:
    """Return a mask (mode L) that is white inside the box."""
    picture = Image.new("L", size)
    picture.paste(255, box)
    return png(picture)


@dataclass
class Shelf:
    """Keeps pictures in memory."""

    contents: dict[str, bytes] = field(default_factory=dict)

    def keep(self, content: bytes, _field: str) -> Kept:
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        return Kept(sha256)

    def picture(self, kept: Kept) -> Image.Image:
        return Image.open(io.BytesIO(self.contents[kept.sha256]))

    def is_as_sent(self, kept: Kept, sent: str) -> bool:
        return self.contents[kept.sha256] == base64.b64decode(sent)


def wanted(
    shelf: Shelf | None = None,
    can: Capabilities = FakeBackend.capabilities,
    settings: Chosen | None = None,
    **sent: Any,
) -> Wanted:
    """Read a body: that of `/img2img` where it has `init_images`."""
    sent = {"prompt": "a red circle", **sent}
    override = chosen(sent.get("override_settings", {}))
    to = To(can, (shelf or Shelf()).keep, settings or override)
    return img2img(Img2Img(**sent), to) if "init_images" in sent else txt2img(Txt2Img(**sent), to)
