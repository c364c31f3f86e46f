"""Redraw: the embedded model's own pictures enlarged four times, and what must hold of the results.

They have to be the picture still, and to be drawn: sharper than Lanczos's and other than it, by the control's doing and
without seams, which a control of its own must show: tiles without overlap, each with noise of its own.
"""

import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

# Before anything of Hugging Face is imported: nothing here needs the network.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
from PIL import Image

from backend.adapters.local.abilities import frame
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import Checkpoint, find
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.scenes import Frame, prepare
from backend.adapters.local.scenes.tiling import Tiling
from backend.domain.requests import TextToImage, Upscale
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from tests.benchmarks.support.measure import Pair, Row, side_by_side
from tools.tiny_model.scores.sharpness import edge_width

PROMPTS = ("a red circle on a blue background", "a house in the mountains", "a cat", "a green tree at sunset")
FACTOR, STEPS, SEED = 4, 8, 3
CHANGED = 8
"""Of 255: a pixel that is further from Lanczos's than that was drawn."""
MOST_OFF, MOST_WIDTH, LEAST_DRAWN, LEAST_HELD, MOST_SEAM, LEAST_BARE_SEAM = 6.0, 0.6, 0.2, 2.0, 1.05, 1.3
LEAST_PACE = 0.95
NEAR, STILL = 16, 3.0
"""Pixels to both sides of a border that are looked at, and the most by which Lanczos's may step there, of 255.

Tiles lie at multiples of 16, where the VAE's and the transformer's own blocks end too: everywhere, steps have twice the
energy there. So a border is compared with the next such places, which no border is.
"""
Edges = tuple[list[int], list[int]]
"""Where borders lie across and down, in pixels."""
Pixels = np.ndarray[Any, np.dtype[np.float32]]


@dataclass
class Subject:
    """A loaded model that enlarges a picture of its own."""

    engine: Engine
    frame: Frame
    files: ImageFiles
    prompt: str
    steps: int = STEPS
    _known: dict[float, Image.Image] = field(default_factory=dict)

    @property
    def side(self) -> tuple[int, int]:
        """The size (pixels) that it draws itself, which is a tile's."""
        return self.frame.drawn(self.frame.default)

    @cached_property
    def picture(self) -> Image.Image:
        """What it draws at its own size."""
        asked = TextToImage(prompt=self.prompt, steps=STEPS)
        return self.draw(Drawing(request=asked, seed=SEED, size=self.side))

    @cached_property
    def lanczos(self) -> Image.Image:
        """The picture enlarged without drawing."""
        size = (self.picture.width * FACTOR, self.picture.height * FACTOR)
        return self.picture.resize(size, Image.Resampling.LANCZOS)

    def draw(self, drawing: Drawing) -> Image.Image:
        """Draw without telling anybody."""
        return self.engine.draw(drawing, lambda *_: None)

    def request(self, control_scale: float) -> Upscale:
        """Return the request of the enlargement, held so tightly."""
        image = self.files.put(encode(self.picture, "png"), "png")
        asked = {"prompt": self.prompt, "steps": self.steps, "control_scale": control_scale}
        return Upscale(image=image, method="redraw", factor=FACTOR, **asked)

    def redrawn(self, control_scale: float = 0.85, *, again: bool = False) -> Image.Image:
        """Return the picture drawn anew in tiles."""
        if again or control_scale not in self._known:
            paint = prepare(self.request(control_scale), self.files, self.frame, lambda _, image: image)
            self._known[control_scale] = paint(SEED, self.draw)
        return self._known[control_scale]

    def bare_tiles(self) -> Image.Image:
        """Return the same without overlap, feather and shared noise, which has to show seams."""
        request, (wide, high) = self.request(0.85), self.side
        result = Image.new("RGB", self.lanczos.size)
        for number, (left, top) in enumerate(
            (left, top) for top in range(0, result.height, high) for left in range(0, result.width, wide)
        ):
            part = self.lanczos.crop((left, top, left + wide, top + high))
            drawing = Drawing(
                request=request,
                seed=SEED + number,
                size=part.size,
                start=part,
                strength=request.strength,
                guides=(Guide(picture=part, scale=request.control_scale),),
            )
            result.paste(self.draw(drawing), (left, top))
        return result


def rows() -> Iterator[Row]:
    """Measure the embedded model; nothing where its ControlNet knows no tiles."""
    checkpoint = find("tiny")
    assert checkpoint
    if "tile" in checkpoint.world()["scores"]["sets"]:
        yield from measured(checkpoint, frame(checkpoint))


def measured(
    checkpoint: Checkpoint, sizes: Frame, prompts: Sequence[str] = PROMPTS, steps: int = STEPS, *, timed: bool = True
) -> Iterator[Row]:
    """Measure a model that draws these sizes on its own pictures of the prompts; its pace only where it is `timed`."""
    engine = load(checkpoint, Extras(offered=False), lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        files = ImageFiles(Path(folder))
        subjects = [Subject(engine, sizes, files, prompt, steps) for prompt in prompts]
        yield from _kept(subjects)
        yield from _drawn(subjects)
        yield from _seams(subjects)
        first = subjects[0]
        equal = first.redrawn().tobytes() == first.redrawn(again=True).tobytes()
        yield Row("redraw twice with a seed", "each other", "equal" if equal else "other", "equal", equal)
        if timed:
            yield _pace(first)


def _kept(subjects: Sequence[Subject]) -> Iterator[Row]:
    off = float(np.mean([_off(each.redrawn(), each.picture) for each in subjects]))
    unheld = float(np.mean([_off(each.redrawn(0.0), each.picture) for each in subjects]))
    yield Row("redraw 4 ×, reduced again", "the picture", f"{off:.2f} of 255", f"≤ {MOST_OFF:g}", off <= MOST_OFF)
    held = unheld / off
    shown = f"{unheld:.2f} : {off:.2f} = {held:.2f} ×"
    yield Row("the same without control", "with control", shown, f"≥ {LEAST_HELD:g} ×", held >= LEAST_HELD)


def _drawn(subjects: Sequence[Subject]) -> Iterator[Row]:
    widths = [edge_width(np.asarray(each.redrawn())) / edge_width(np.asarray(each.lanczos)) for each in subjects]
    width = float(np.nanmean(widths))
    yield Row("edge width of redraw 4 ×", "Lanczos", f"{width:.2f} ×", f"≤ {MOST_WIDTH:g} ×", width <= MOST_WIDTH)
    share = float(np.mean([_changed(each.redrawn(), each.lanczos) for each in subjects]))
    goal = f"≥ {LEAST_DRAWN:.0%}"
    yield Row(f"pixels more than {CHANGED} of 255 off", "Lanczos", f"{share:.0%}", goal, share >= LEAST_DRAWN)


def _seams(subjects: Sequence[Subject]) -> Iterator[Row]:
    ours = seam((each.redrawn(), each.lanczos, borders(Tiling.of(each.lanczos.size, each.frame))) for each in subjects)
    yield Row("steps across tile borders", "beside them", f"{ours:.3f} ×", f"≤ {MOST_SEAM:g} ×", ours <= MOST_SEAM)
    bare = seam((each.bare_tiles(), each.lanczos, _bare_borders(each)) for each in subjects)
    goal = f"≥ {LEAST_BARE_SEAM:g} ×"
    yield Row("without overlap and shared noise", "beside them", f"{bare:.3f} ×", goal, bare >= LEAST_BARE_SEAM)


def borders(tiling: Tiling) -> Edges:
    """Return where tiles begin and end within a picture, across and down, in pixels."""
    across = {edge for left in tiling.lefts for edge in (left, left + tiling.tile[0])}
    down = {edge for top in tiling.tops for edge in (top, top + tiling.tile[1])}
    return sorted(across - {0, tiling.canvas[0]}), sorted(down - {0, tiling.canvas[1]})


def _bare_borders(subject: Subject) -> Edges:
    (wide, high), size = subject.side, subject.lanczos.size
    return list(range(wide, size[0], wide)), list(range(high, size[1], high))


def seam(shown: Iterable[tuple[Image.Image, Image.Image, Edges]]) -> float:
    """Return the energy of steps across borders by that of steps 16 pixels beside them, of pictures with Lanczos's.

    Where Lanczos's shows something near the border, no seam can be told from that.
    """
    found = np.zeros((2, 2))
    for picture, lanczos, (across, down) in shown:
        levels, calm = (np.asarray(each, np.float32) for each in (picture, lanczos))
        found += _energies(levels, calm, across)
        found += _energies(levels.transpose(1, 0, 2), calm.transpose(1, 0, 2), down)
    (on, on_count), (beside, beside_count) = found
    return float((on / on_count) / (beside / beside_count))


def _energies(levels: Pixels, calm: Pixels, places: Sequence[int]) -> "np.ndarray[Any, Any]":
    """Return sums and counts of the squared steps on the borders and beside them, in rows where nothing is shown."""
    steps, still = (np.diff(levels, axis=1) ** 2).mean(2), np.abs(np.diff(calm, axis=1)).max(2)
    found = np.zeros((2, 2))
    for at in (place - 1 for place in places):
        if not NEAR <= at < steps.shape[1] - NEAR:
            continue
        rows = still[:, at - NEAR : at + NEAR + 1].max(1) <= STILL
        beside = [at - NEAR, at + NEAR]
        found += [[steps[rows, at].sum(), rows.sum()], [steps[rows][:, beside].sum(), rows.sum() * len(beside)]]
    return found


def _off(result: Image.Image, picture: Image.Image) -> float:
    small = result.resize(picture.size, Image.Resampling.BOX)
    return float(np.abs(np.asarray(small, np.float32) - np.asarray(picture, np.float32)).mean())


def _changed(result: Image.Image, lanczos: Image.Image) -> float:
    moved = np.abs(np.asarray(result, np.float32) - np.asarray(lanczos, np.float32)).max(2)
    return float((moved > CHANGED).mean())


def _pace(subject: Subject) -> Row:
    """Compare the tiles' pixels a second with those of the same drawings one by one, in CPU time."""
    drawings: list[Drawing] = []
    paint = prepare(subject.request(0.85), subject.files, subject.frame, lambda _, image: image)

    def noted(drawing: Drawing) -> Image.Image:
        drawings.append(drawing)
        return Image.new("RGB", drawing.size)

    paint(SEED, noted)
    pair: Pair = side_by_side(
        lambda: paint(SEED, subject.draw),
        lambda: [subject.draw(drawing) for drawing in drawings],
        rounds=3,
        clock=time.process_time,
    )
    pace = 1 / pair.ratio
    return Row(
        "redraw's pixels a second (CPU time)",
        "its drawings alone",
        f"{pace:.3f} ×",
        f"≥ {LEAST_PACE:g} ×",
        pace >= LEAST_PACE,
    )
