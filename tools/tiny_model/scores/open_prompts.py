"""How a negative prompt (NAG) and seed diversity act on prompts that leave one thing open, drawn by the engine.

`python -m tools.tiny_model open presets/tiny`. The bars: a colour that came by itself stays in at most 30 % of the
pictures once it is the negative prompt, a neutral one changes at most 5 %, and eight seeds lie at least 1.5 times as
far apart. docs/decisions/0156 has what was measured, and why the two bars of NAG pull apart.
"""

import time
from dataclasses import dataclass, replace
from itertools import combinations, islice, product
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import find
from backend.adapters.local.machine.extras import Extras
from backend.domain.requests import TextToImage
from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.scores.prompts import Wanted, article, shapes
from tools.tiny_model.scores.reading import Reading, read_picture
from tools.tiny_model.world.palette import COLOURS

NEUTRAL = ("fog", "table")
"""Words of the model's that say nothing of a plain shape; older weights know neither, and read them as none."""
NO_WORD = "blurry"
"""None of its words: what is guided away from is the picture that no prompt describes, as guidance does."""
TIMED_SIDE, TIMED = 256, 4
"""Pixels and prompts: at 128x128 attention is too small a part, and a run without guidance takes 0.85 of one with."""
CALM = 0.04
"""An alpha at which weights that draw open prompts well come nearest to both bars."""
SEEDS = 8
Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Open:
    """A prompt that names a shape and a background, and leaves the shape's colour open."""

    shape: str
    background: str

    @property
    def prompt(self) -> str:
        """Return its words."""
        return f"{article(self.shape)} on {article(self.background)} background"


@dataclass(frozen=True, slots=True)
class Artist:
    """An engine that draws squares of `side` pixels in 8 steps."""

    engine: Engine
    side: int = 128

    def draw(self, prompt: str, seed: int, **values: Any) -> np.ndarray:
        """Return a picture as uint8 RGB (height, width, 3); `values` are the request's other fields."""
        asked = TextToImage(prompt=prompt, steps=8, **values)
        drawing = Drawing(request=asked, seed=seed, size=(self.side, self.side))
        return np.asarray(self.engine.draw(drawing, lambda *_: None))


def open_prompts(count: int) -> list[Open]:
    """Return prompts of every shape on every background, shuffled."""
    every = list(product(SHAPES, COLOURS))
    order = np.random.default_rng(8).permutation(len(every))
    return [Open(*every[at]) for at in islice(order, count)]


def artist(model: Path, *, side: int) -> Artist:
    """Load a packed model as the playground does."""
    checkpoint = find(str(model))
    assert checkpoint
    return Artist(load(checkpoint, Extras(offered=False), lambda *_: None), side)


def score(by: Artist, *, count: int) -> dict[str, Scores]:
    """Return all scores at the usual settings: NAG at 5, also at a calm alpha, diversity at 0.6 and 1."""
    few = max(1, count // SEEDS)
    return {
        "negative prompt": score_negative(by, count=count, nag_scale=5.0),
        f"negative prompt, alpha {CALM}": score_negative(by, count=count, nag_scale=5.0, nag_alpha=CALM),
        "diversity 0.6": score_diversity(by, count=few, diversity=0.6),
        "diversity 1": score_diversity(by, count=few, diversity=1.0),
    }


def score_negative(artist: Artist, *, count: int, **nag: float) -> Scores:
    """Return how often a colour stays that is the negative prompt, what else changes, and the times.

    `neutral changes` and `no word changes` are the parts of the pictures whose colour, outline or background is another
    one. `time` and `time of guidance` are the CPU's, by that of guidance 1.
    """
    wanted = open_prompts(count)
    before = [_seen(artist, each, seed) for seed, each in enumerate(wanted)]
    came = [(seed, each, was) for seed, (each, was) in enumerate(zip(wanted, before, strict=True)) if was.things]
    after = [_seen(artist, each, seed, negative_prompt=_colour(was), **nag) for seed, each, was in came]
    neutral = [_changes(artist, came, negative_prompt=word, **nag) for word in NEUTRAL]
    return {
        "colour came": len(came) / len(wanted),
        "still": _share(_colour(now) == _colour(was) for now, (_, _, was) in zip(after, came, strict=True)),
        "outline before": _share(_shape(was) == each.shape for _, each, was in came),
        "outline": _share(_shape(now) == each.shape for now, (_, each, _) in zip(after, came, strict=True)),
        "background": _share(now.background == each.background for now, (_, each, _) in zip(after, came, strict=True)),
        "neutral changes": _share(neutral),
        "no word changes": _changes(artist, came, negative_prompt=NO_WORD, **nag),
        **_times(replace(artist, side=TIMED_SIDE), wanted[:TIMED], negative_prompt="red", **nag),
    }


def score_diversity(artist: Artist, *, count: int, diversity: float) -> Scores:
    """Return how far seeds lie apart, by how far they do without, and what of closed prompts is drawn right."""
    far, usual = (
        np.mean(
            [_spread([artist.draw(each.prompt, seed, **more) for seed in range(SEEDS)]) for each in open_prompts(count)]
        )
        for more in ({"seed_diversity": diversity}, {})
    )
    closed = shapes(count * SEEDS)
    return {
        "distance": float(far / usual),
        "right": _right(artist, closed, seed_diversity=diversity),
        "right before": _right(artist, closed),
    }


def _right(artist: Artist, wanted: list[Wanted], **values: Any) -> float:
    hits = []
    for seed, each in enumerate(wanted):
        seen, (shape, colour, _) = read_picture(artist.draw(each.prompt, seed, **values), names=SHAPES), each.things[0]
        hits.append(seen.background == each.background and _colour(seen) == colour and _shape(seen) == shape)
    return _share(hits)


def _seen(artist: Artist, wanted: Open, seed: int, **values: Any) -> Reading:
    return read_picture(artist.draw(wanted.prompt, seed, **values), names=SHAPES)


def _colour(seen: Reading) -> str:
    return seen.things[0].colour if seen.things else ""


def _shape(seen: Reading) -> str:
    return seen.things[0].shape if seen.things else ""


def _said(seen: Reading) -> tuple[str, str, str]:
    return seen.background, _colour(seen), _shape(seen)


def _spread(pictures: list[np.ndarray]) -> float:
    """Return the mean distance (of 255) of two pictures' low frequencies."""
    small = [cv2.resize(each.astype(np.float32), (16, 16), interpolation=cv2.INTER_AREA) for each in pictures]
    return float(np.mean([np.abs(one - other).mean() for one, other in combinations(small, 2)]))


def _share(hits: Any) -> float:
    return float(np.mean(list(hits) or [0.0]))


def _changes(artist: Artist, came: list[tuple[int, Open, Reading]], **values: Any) -> float:
    return _share(_said(_seen(artist, each, seed, **values)) != _said(was) for seed, each, was in came)


def _times(artist: Artist, wanted: list[Open], **nag: Any) -> Scores:
    """Return the CPU's time by that of guidance 1, each prompt drawn in every way in turn."""
    ways: dict[str, dict[str, Any]] = {"plain": {}, "time": nag, "time of guidance": {"guidance": 2.0}}
    artist.draw(wanted[0].prompt, 0)  # what is done once is nobody's
    took: dict[str, list[float]] = {name: [] for name in ways}
    for seed, each in enumerate(wanted):
        for name, values in ways.items():
            begun = time.process_time()
            artist.draw(each.prompt, seed, **values)
            took[name].append(time.process_time() - begun)
    plain = float(np.median(took.pop("plain")))
    return {name: float(np.median(times)) / plain for name, times in took.items()}
