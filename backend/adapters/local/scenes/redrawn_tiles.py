"""A picture enlarged and drawn anew in tiles, each held to its own part: by itself, or as a second pass."""

from dataclasses import dataclass, replace
from functools import partial

from PIL import Image

from backend.adapters.local.drawing.drawing import Draw, Drawing, Guide, OnStep
from backend.adapters.local.drawing.noise_sheet import NoiseCut, NoiseSheet
from backend.adapters.local.samplers.sampler import calls_of
from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.growing import Growing
from backend.adapters.local.scenes.kept_tiles import name_of
from backend.adapters.local.scenes.means import Means
from backend.adapters.local.scenes.mosaic import Mosaic
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.adapters.local.scenes.tiling import Tiling
from backend.domain.requests import TILE_SCALE, Request, TextToImage, Upscale, undrawn
from backend.images.boxes import Box
from backend.images.growing import grown_size
from backend.images.held_colours import with_colours_of
from backend.images.incoming import open_upright, sides_of
from backend.images.sizing import padded
from backend.images.storage.files import ImageFiles

TAKES = frozenset(
    {
        "image",
        "method",
        "factor",
        "upscaler",
        "strength",
        "control_scale",
        "hires_scale",
        "hires_steps",
        "hires_strength",
        "hires_method",
        "tile_prompt",
    }
)
"""The fields that decide over what is drawn here."""
HELD = 2
"""Cells of a tile's side in which its colours are those of the picture: drift that is coarser is no detail."""


@dataclass(frozen=True, slots=True)
class Pass:
    """How each tile is drawn: by the request, so far from its part of the picture, and how tightly held to it.

    `steps` are those of a tile, 0 for the request's; `before` those of what was drawn for the picture already.
    """

    request: Request
    strength: float
    control_scale: float
    steps: int = 0
    before: int = 0

    @property
    def of_tile(self) -> Request:
        """Return the request by which a tile is drawn: its steps, and without words where those act on no tile."""
        steps = {"steps": self.steps} if self.steps else {}
        words = {} if getattr(self.request, "tile_prompt", True) else {"prompt": ""}
        return self.request.model_copy(update={**steps, **words})

    @property
    def calls(self) -> int:
        """Return how often the model is asked for a tile."""
        return calls_of(self.request.scheduler, self.of_tile.steps)

    def named(self, seed: int) -> str:
        """Return all that decides over the pixels of the tiles, but for the model."""
        asked = self.request.model_copy(update={"seed": seed, "count": 1}).model_dump_json()
        return f"{self.strength} {self.control_scale} {self.steps} {asked}"


def enlarge(request: Upscale, stage: Stage) -> Scene:
    """Draw an enlarged picture anew."""
    image = open_upright(stage.files.path(request.image))
    size = grown_size(image.size, request.factor)

    def paint(seed: int, draw: Draw) -> Image.Image:
        base = stage.means.enlarge(image, size, request.upscaler)
        by = Pass(request, request.strength, request.control_scale)
        return Redrawing(base, by, stage, seed).drawn(draw)

    return paint


def drawn_again(request: TextToImage, size: tuple[int, int], stage: Stage, first: Scene) -> Scene:
    """Enlarge what the `first` scene draws at a size (pixels), and draw it anew: the high-resolution fix."""
    by = _second_pass(request, stage.means)
    large = grown_size(size, request.hires_scale)
    whole = by.before + len(Tiling.of(large, stage.frame)) * by.calls

    def paint(seed: int, draw: Draw) -> Image.Image:
        small = first(seed, lambda drawing: draw(replace(drawing, among=partial(_of_all, whole))))
        base = stage.means.enlarge(small, large, request.hires_method)
        return Redrawing(base, by, stage, seed).drawn(draw)

    return paint


def _of_all(whole: int, on_step: OnStep) -> OnStep:
    return lambda step, _, preview: on_step(step, whole, preview)


def _second_pass(request: TextToImage, means: Means) -> Pass:
    before, scale = calls_of(request.scheduler, request.steps), TILE_SCALE if means.held else 0.0
    return Pass(request, request.hires_strength, scale, request.hires_steps, before)


def held_to_tiles(request: Request, *, held: bool) -> bool:
    """Return whether the ControlNet holds the tiles of a request's picture; `held` says that it knows tiles.

    A second pass goes without one; what was asked for by a scale has to have it.
    """
    if isinstance(request, TextToImage):
        return request.has_second_pass and held
    return isinstance(request, Upscale) and not undrawn(request) and bool(request.control_scale)


def large_size(request: Request, files: ImageFiles, frame: Frame) -> tuple[int, int] | None:
    """Return the size (pixels) of the picture that a request draws in tiles; None where it draws none so.

    Raises as `sides_of`.
    """
    match request:
        case Upscale():
            return None if undrawn(request) else grown_size(sides_of(files, request.image), request.factor)
        case TextToImage() if request.has_second_pass:
            size = (request.width, request.height) if request.width and request.height else frame.default
            return grown_size(size, request.hires_scale)
        case _:
            return None


class Redrawing:
    """Draws one picture (RGB, as large as the result) anew by one seed; it becomes the result, and is no more."""

    def __init__(self, base: Image.Image, by: Pass, stage: Stage, seed: int) -> None:
        self._by, self._stage, self._seed = by, stage, seed
        self._tiling = Tiling.of(base.size, stage.frame)
        self._base = padded(base, self._tiling.canvas)
        self._sheet = NoiseSheet(self._tiling.canvas, seed)
        self._growing = Growing(base, done=by.before, total=by.before + len(self._tiling) * by.calls)
        self._asked = f"{stage.means.model} {self._tiling} {by.named(seed)}"

    def drawn(self, draw: Draw) -> Image.Image:
        """Return the picture, of which finished tiles are kept until all of them are."""
        kept, mosaic = self._stage.means.kept, Mosaic(self._tiling, self._base)
        keeps = not self._by.request.variation_strength  # Its seed is of no use alone to tell images apart.
        kept.sweep()
        for number, box in enumerate(self._tiling.boxes(), 1):
            name = name_of(self._asked, box)
            tile = kept.get(name) if keeps else None
            if tile is None:
                tile = draw(self._tile(box, number))
                if keeps:
                    kept.put(name, tile)
            tile = with_colours_of(self._base.crop(box), tile, max(tile.size) // HELD)
            mosaic.lay(tile)
            self._growing.laid(tile, box, self._by.calls)
        kept.drop(name_of(self._asked, box) for box in self._tiling.boxes())
        return mosaic.picture()

    def _tile(self, box: Box, number: int) -> Drawing:
        part = self._base.crop(box)
        own = (Guide(picture=part, scale=self._by.control_scale),) if self._by.control_scale else ()
        return Drawing(
            request=self._by.of_tile,
            seed=self._seed,
            size=self._tiling.tile,
            start=part,
            strength=self._by.strength,
            guides=(*own, *self._stage.guides.part(self._tiling.size, self._tiling.canvas, box)),
            noise=NoiseCut(self._sheet, (box[0], box[1])),
            among=self._growing.of_tile(box),
            doing=f"Drawing tile {number} of {len(self._tiling)}",
        )
