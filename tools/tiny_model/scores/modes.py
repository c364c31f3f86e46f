"""A page of examples: what the packed model makes in each of the playground's modes, through its own scenes."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from backend.adapters.local.abilities import frame
from backend.adapters.local.control.detectors import Detectors
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import Checkpoint, find
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.scenes import prepare
from backend.domain.parts import Preprocess
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, Outpaint, Request, TextToImage
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from tools.tiny_model.networks.latents import blurred
from tools.tiny_model.pictures.drawing import draw
from tools.tiny_model.scores.sheet import captioned
from tools.tiny_model.world.about import nearest_size, usual_size

SEED, GUIDE = 7, 34  # of all pictures; the number of the drawing whose edges are followed
NONE = Extras(offered=False)
NAME = 16  # pixels for the name of a row
Row = tuple[str, list[tuple[Image.Image, str]]]


@dataclass(frozen=True)
class Studio:
    """The packed model behind the playground's scenes; pictures are given to it as files of a folder."""

    engine: Engine
    checkpoint: Checkpoint
    files: ImageFiles

    def make(self, request: Request, seed: int = SEED) -> Image.Image:
        """What a request comes to."""
        scene = prepare(request, self.files, frame(self.checkpoint), Detectors(NONE).detect)
        return scene(seed, lambda drawing: self.engine.draw(drawing, lambda *_: None))

    def keep(self, picture: Image.Image) -> str:
        """The reference of a picture in the folder."""
        return self.files.put(encode(picture, "png"), "png")

    @property
    def side(self) -> int:
        """Of the model's usual picture, in pixels."""
        return usual_size(self.model)[0]

    @property
    def model(self) -> Path:
        """Its folder."""
        assert self.checkpoint.folder is not None
        return self.checkpoint.folder

    def drawn(self, prompt: str, seed: int = SEED) -> Image.Image:
        """A picture of words alone."""
        return self.make(TextToImage(prompt=prompt, width=self.side, height=self.side), seed)


def _from_words(studio: Studio) -> Row:
    prompts = ("a fox in the snow", "a red car on a black background, neon", "一只橙色的猫，绿色背景")
    return "Text to image", [(studio.drawn(prompt), prompt) for prompt in prompts]


def _redrawn(studio: Studio) -> Row:
    given, prompt = studio.drawn("a tree on the grass by day"), "a tree in the snow at sunset"
    made = [(given, "given")]
    for strength in (0.5, 0.8):
        asked = ImageToImage(
            prompt=prompt, image=studio.keep(given), strength=strength, width=studio.side, height=studio.side
        )
        made.append((studio.make(asked), f"{prompt}, strength {strength}"))
    return "Image to image", made


def _repainted(studio: Studio) -> Row:
    given, side = studio.drawn("a house on the grass at sunset"), studio.side
    mask = Image.new("L", given.size, 0)
    ImageDraw.Draw(mask).rectangle((side * 0.2, side * 0.25, side * 0.8, side * 0.85), fill=255)
    prompt = "a castle on the grass at sunset"
    asked = Inpaint(prompt=prompt, image=studio.keep(given), mask=studio.keep(mask))
    return "Inpaint", [(given, "given"), (mask, "mask"), (studio.make(asked), prompt)]


def _continued(studio: Studio) -> Row:
    prompt, side = "a boat on the sea at sunset", studio.side
    given = studio.drawn(prompt)
    asked = Outpaint(prompt=prompt, image=studio.keep(given), left=side // 4, right=side // 4, overlap=64, feather=48)
    return "Outpaint", [(given, "given"), (studio.make(asked), f"{prompt}, a quarter more at each side")]


def _outlined(studio: Studio) -> Row:
    given = draw(GUIDE, width=studio.side, height=studio.side, loose=True)
    picture, prompt = Image.fromarray(given.pixels), f"a cyan {given.things[0]} on a purple background"
    return "ControlNet, edges", [(picture, "given"), (_steered(studio, picture, prompt, "canny"), prompt)]


def _sharpened(studio: Studio) -> Row:
    prompt, native = "a robot on the grass by day", nearest_size(studio.model)
    small = studio.drawn(prompt).resize(native, Image.Resampling.LANCZOS)
    guide = Image.fromarray(blurred(np.asarray(small))).resize((studio.side, studio.side), Image.Resampling.BICUBIC)
    return "ControlNet, tile", [(guide, "given"), (_steered(studio, guide, prompt, "none"), prompt)]


def _steered(studio: Studio, guide: Image.Image, prompt: str, preprocess: Preprocess) -> Image.Image:
    asked = ControlNet(
        prompt=prompt, image=studio.keep(guide), preprocess=preprocess, control_scale=1.0, control_end=1.0,
        width=studio.side, height=studio.side,
    )  # fmt: skip
    return studio.make(asked)


ROWS: tuple[Callable[[Studio], Row], ...] = (
    _from_words, _redrawn, _repainted, _continued, _outlined, _sharpened,
)  # fmt: skip


def examples(model: Path, *, target: Path) -> None:
    """Draw an example of each mode, none picked out, and write the page as WebP."""
    checkpoint = find(str(model))
    if checkpoint is None:
        raise FileNotFoundError(f"{model} is no folder of a model")
    with tempfile.TemporaryDirectory() as place:
        studio = Studio(load(checkpoint, NONE, lambda *_: None), checkpoint, ImageFiles(Path(place)))
        page(row(studio) for row in ROWS).save(target, "WEBP", quality=85, method=6)


def page(rows: Iterable[Row]) -> Image.Image:
    """All rows below one another, each under its name."""
    lines = [(name, captioned(pictures, columns=len(pictures))) for name, pictures in rows]
    wide, high = max(line.width for _, line in lines), sum(NAME + line.height for _, line in lines)
    sheet = Image.new("RGB", (wide, high), "white")
    pen, top = ImageDraw.Draw(sheet), 0
    for name, line in lines:
        pen.text((4, top + 2), name, fill="black")
        sheet.paste(line, (0, top + NAME))
        top += NAME + line.height
    return sheet
