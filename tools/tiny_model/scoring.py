"""The scores of a packed model: how often its pictures show what held-out prompts ask for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import ZImageControlNetModel, ZImageControlNetPipeline, ZImagePipeline
from PIL import Image

from tools.tiny_model import prompts
from tools.tiny_model.batches import HELD_BACK
from tools.tiny_model.drawing import draw
from tools.tiny_model.export import CONTROL
from tools.tiny_model.latents import edges
from tools.tiny_model.objects import OBJECTS
from tools.tiny_model.prompts import Wanted
from tools.tiny_model.reading import Reading, read_picture
from tools.tiny_model.shapes import SHAPES

AT_ONCE = 16  # pictures in a batch
TOLERANCE = 2  # pixels by which an edge may be off

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """A packed model and how its pictures are made."""

    folder: Path
    steps: int = 8
    width: int = 128
    height: int = 128

    def draw(self, texts: list[str]) -> list[np.ndarray]:
        """One picture for each prompt; seed n for the n-th."""
        pipeline = ZImagePipeline.from_pretrained(self.folder, dtype=torch.float32)
        pipeline.set_progress_bar_config(disable=True)
        pictures: list[Image.Image] = []
        for start in range(0, len(texts), AT_ONCE):
            chunk = texts[start : start + AT_ONCE]
            made = pipeline(
                list(chunk), width=self.width, height=self.height, num_inference_steps=self.steps, guidance_scale=0.0,
                generator=seeds(len(chunk), first=start),
            )  # fmt: skip
            pictures += made.images
        return [np.asarray(picture) for picture in pictures]


def seeds(count: int, *, first: int) -> list[torch.Generator]:
    """Generators seeded with consecutive numbers."""
    return [torch.Generator().manual_seed(first + at) for at in range(count)]


def score_single(wanted: list[Wanted], pictures: Iterable[np.ndarray], *, names: tuple[str, ...]) -> Scores:
    """Shares of pictures whose background, and whose largest thing's colour, outline and place are right."""
    hits = []
    for want, picture in zip(wanted, pictures, strict=True):
        reading, (shape, colour, place) = read_picture(picture, names=names), want.things[0]
        seen = reading.things[0] if reading.things else None
        right = (seen.colour == colour, seen.shape == shape, seen.place == place) if seen else (False,) * 3
        hits.append((reading.background == want.background, *right))
    return dict(zip(("background", "colour", "shape", "place"), np.mean(hits, 0).tolist(), strict=True))


def score_pairs(wanted: list[Wanted], pictures: Iterable[np.ndarray]) -> Scores:
    """Shares of pictures with two things, each with its colour in its place, and also each with its outline."""
    hits = []
    for want, picture in zip(wanted, pictures, strict=True):
        things = read_picture(picture, names=SHAPES).things[:2]
        across = want.things[0][2] == "left"
        things.sort(key=lambda thing: thing.x if across else thing.y)
        coloured = [(thing.colour, thing.place) for thing in things] == [thing[1:] for thing in want.things]
        outlined = [thing.shape for thing in things] == [thing[0] for thing in want.things]
        hits.append((coloured, outlined, coloured and outlined))
    return dict(zip(("colours in place", "outlines in place", "all right"), np.mean(hits, 0).tolist(), strict=True))


def score_counts(wanted: list[Wanted], pictures: Iterable[np.ndarray]) -> Scores:
    """The share of pictures with as many things of the right colour as asked for."""
    hits = []
    for want, picture in zip(wanted, pictures, strict=True):
        seen: Reading = read_picture(picture, names=SHAPES)
        hits.append([thing.colour for thing in seen.things] == [colour for _, colour, _ in want.things])
    return {"number": float(np.mean(hits))}


SETS: dict[str, tuple[Callable[[int], list[Wanted]], Callable[[list[Wanted], list[np.ndarray]], Scores]]] = {
    "shapes": (prompts.shapes, lambda wanted, seen: score_single(wanted, seen, names=SHAPES)),
    "chinese": (prompts.chinese, lambda wanted, seen: score_single(wanted, seen, names=SHAPES)),
    "places": (prompts.placed, lambda wanted, seen: score_single(wanted, seen, names=SHAPES)),
    "objects": (prompts.things, lambda wanted, seen: score_single(wanted, seen, names=tuple(OBJECTS))),
    "pairs": (prompts.pairs, score_pairs),
    "counts": (prompts.counted, score_counts),
}


def edge_agreement(first: np.ndarray, second: np.ndarray) -> float:
    """F1 of two edge maps (height, width) of booleans, in which an edge may be off by the tolerance."""
    kernel = np.ones((2 * TOLERANCE + 1,) * 2, np.uint8)
    near_first, near_second = (cv2.dilate(edge.astype(np.uint8), kernel) > 0 for edge in (first, second))
    precision = (first & near_second).sum() / max(1, first.sum())
    recall = (second & near_first).sum() / max(1, second.sum())
    return float(2 * precision * recall / max(1e-6, precision + recall))


def score_control(model: Model, *, count: int) -> Scores:
    """Agreement of the pictures' edges with their guides' at full strength and at none."""
    pipeline = ZImagePipeline.from_pretrained(model.folder, dtype=torch.float32)
    control = ZImageControlNetModel.from_pretrained(model.folder / CONTROL, torch_dtype=torch.float32)
    steered = ZImageControlNetPipeline(**pipeline.components, controlnet=control)
    steered.set_progress_bar_config(disable=True)
    examples = [draw(2 * HELD_BACK + at, loose=True) for at in range(count)]
    scores: Scores = {}
    for strength in (1.0, 0.0):
        agreed = []
        for at, example in enumerate(examples):
            guide = edges(example.pixels)
            made = steered(
                example.captions[0], control_image=Image.fromarray(guide), width=128, height=128,
                controlnet_conditioning_scale=strength, num_inference_steps=model.steps, guidance_scale=0.0,
                generator=seeds(1, first=at),
            ).images[0]  # fmt: skip
            agreed.append(edge_agreement(edges(np.asarray(made))[..., 0] > 0, guide[..., 0] > 0))
        scores[f"edges at {strength:g}"] = float(np.mean(agreed))
    return scores


def score(model: Model, *, count: int) -> dict[str, Scores]:
    """All scores; `count` prompts of each set."""
    results = {}
    for name, (make, judge) in SETS.items():
        wanted = make(count)
        results[name] = judge(wanted, model.draw([want.prompt for want in wanted]))
        print(name, *(f"{key} {value:.3f}" for key, value in results[name].items()), flush=True)
    results["control"] = score_control(model, count=min(count, 40))
    print("control", results["control"], flush=True)
    return results
