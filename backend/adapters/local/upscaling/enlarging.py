"""Where an enlargement is made: the picture read, its turn on the device, the upscaler, and how long it took."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from PIL import Image

from backend.adapters.local.machine.device_queue import DeviceQueue
from backend.adapters.local.upscaling.sharp import Sharp
from backend.adapters.local.upscaling.shelf import UpscalerShelf
from backend.adapters.local.upscaling.tiles import Size, Tile
from backend.adapters.local.upscaling.upscaler import Upscaler, read_upscaler
from backend.domain.events import Generated, Listener, Progress, Tell, Waiting
from backend.domain.parts import RANDOM_SEED
from backend.domain.records import DREW
from backend.domain.requests import LANCZOS, Upscale
from backend.images.growing import grown_size
from backend.images.incoming import open_upright, sides_of
from backend.images.lit_preview import LitPreview
from backend.images.storage.files import ImageFiles
from backend.threads.recent import Recent

TAKES = frozenset({"image", "method", "factor", "upscaler"})
"""The fields that decide over an enlargement."""
MOST_REMEMBERED = 64
_MEGA = 10**6
_ASK_SECONDS = 0.25
"""Between two questions whether anybody still waits, which are asked in the middle of a tile as well."""
_Mark = tuple[Path, int]


@dataclass(slots=True)
class Enlarging:
    """Makes enlargements one after the other; the upscaler that was used last stays in memory."""

    files: ImageFiles
    shelf: UpscalerShelf
    queue: DeviceQueue
    device: Callable[[], str]
    price: Callable[[float], Decimal]
    _loaded: tuple[_Mark, Upscaler] | None = None
    _paces: Recent[str, float] = field(default_factory=lambda: Recent(MOST_REMEMBERED))

    def make(self, request: Upscale, listener: Listener) -> None:
        """Enlarge the request's picture and deliver it; raises `BadImage`, `Unsupported` or `OutOfMemory`."""
        image = open_upright(self.files.path(request.image))
        size = grown_size(image.size, request.factor)
        with self.queue.turn(listener.tell):
            began = time.monotonic()
            upscaler = self._chosen(request.upscaler, listener.tell)
            ready = time.monotonic()  # The next one finds the network in memory.
            found = _enlarged(image, size, upscaler, listener.tell)
            now = time.monotonic()
        seconds = round(now - began, 3)
        self._paces.put(request.upscaler, (now - ready) / _megapixels(size))
        details = {"seconds": seconds, DREW: request.upscaler}
        seed = None if request.seed == RANDOM_SEED else request.seed
        listener.deliver(Generated(found, seed, self.price(seconds), details=details))

    def timed(self, request: Upscale, seconds: float) -> None:
        """Remember how long an enlargement took on another device, for the next estimate; raises as `sides_of`."""
        size = grown_size(sides_of(self.files, request.image), request.factor)
        self._paces.put(request.upscaler, seconds / _megapixels(size))

    def seconds(self, request: Upscale) -> float | None:
        """Return how long an enlargement may take, once one by this upscaler was timed; raises as `sides_of`."""
        pace = self._paces.get(request.upscaler)
        size = grown_size(sides_of(self.files, request.image), request.factor)
        return None if pace is None else pace * _megapixels(size)

    def forget(self) -> None:
        """Give back the memory of the upscaler; it is read again when it is next asked for."""
        self._loaded = None

    def enlarged(self, image: Image.Image, size: Size, name: str, tell: Tell) -> Image.Image:
        """Return the picture (RGB) at a size (pixels) by an upscaler's name, within a turn; raises as `make`."""
        return _enlarged(image, size, self._chosen(name, tell), tell)

    def _chosen(self, name: str, tell: Tell) -> Upscaler | None:
        if name == LANCZOS:
            return None
        tell(Progress(0, 0, doing=f"Reading {name}"))
        return self._read(self.shelf.find(name))

    def _read(self, path: Path) -> Upscaler:
        mark, loaded = (path, path.stat().st_mtime_ns), self._loaded  # Another thread may `forget` at any time.
        if loaded is None or loaded[0] != mark:
            self._loaded = loaded = None  # Its memory goes before the next one's is taken.
            self._loaded = loaded = (mark, read_upscaler(path, self.device))
        return loaded[1]


def _enlarged(image: Image.Image, size: Size, upscaler: Upscaler | None, tell: Tell) -> Image.Image:
    if upscaler is None:
        tell(Progress(0, 1, doing="Enlarging"))
        return image.resize(size, Image.Resampling.LANCZOS)
    return Sharp(image, size, upscaler, _Telling(LitPreview(image, size), tell), _Asking(tell)).enlarged()


@dataclass(frozen=True, slots=True)
class _Telling:
    """Tells of each tile that is done, with the picture as it stands."""

    preview: LitPreview
    tell: Tell

    def __call__(self, done: int, total: int, canvas: Image.Image, tile: Tile) -> None:
        self.preview.light(canvas.crop(tile.place), tile.place)
        self.tell(Progress(done, total, self.preview.jpeg(), doing="Enlarging in tiles"))


class _Asking:
    """Asks now and then whether anybody still waits, which `tell` answers by raising."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._began = tell, time.monotonic()
        self._last = self._began

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._last >= _ASK_SECONDS:
            self._last = now
            self._tell(Waiting(now - self._began))


def _megapixels(size: Size) -> float:
    return size[0] * size[1] / _MEGA
