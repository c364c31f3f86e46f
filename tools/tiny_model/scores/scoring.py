"""The scores of a packed model: how often its pictures show what held-out prompts ask for, and how sharp they are."""

from collections.abc import Callable, Iterable

import numpy as np

from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.scores import prompts
from tools.tiny_model.scores.classifier import object_classifier, style_classifier
from tools.tiny_model.scores.control import score_edges, score_tile
from tools.tiny_model.scores.fidelity import score_vae
from tools.tiny_model.scores.model import Model
from tools.tiny_model.scores.prompts import Wanted
from tools.tiny_model.scores.reading import Reading, read_picture
from tools.tiny_model.scores.sharpness import edge_width

GUIDES = 40  # guides at most; each takes as long as several prompts
Scores = dict[str, float]


def score_single(wanted: list[Wanted], pictures: Iterable[np.ndarray]) -> Scores:
    """Shares of pictures whose background, and whose largest thing's colour, outline and place are right."""
    hits = []
    for want, picture in zip(wanted, pictures, strict=True):
        reading, (shape, colour, place) = read_picture(picture, names=SHAPES), want.things[0]
        seen = reading.things[0] if reading.things else None
        right = (seen.colour == colour, seen.shape == shape, seen.place == place) if seen else (False,) * 3
        hits.append((reading.background == want.background, *right))
    return dict(zip(("background", "colour", "shape", "place"), np.mean(hits, 0).tolist(), strict=True))


def score_objects(wanted: list[Wanted], pictures: Iterable[np.ndarray]) -> Scores:
    """Shares of pictures that show the object, and whose largest thing has its colour in its place."""
    hits = []
    for want, picture in zip(wanted, pictures, strict=True):
        reading, (name, colour, place) = read_picture(picture, names=()), want.things[0]
        seen = reading.things[0] if reading.things else None
        placed = (seen.colour == colour, seen.place == place) if seen else (False, False)
        hits.append((reading.background == want.background, *placed, object_classifier().name(picture) == name))
    return dict(zip(("background", "colour", "place", "object"), np.mean(hits, 0).tolist(), strict=True))


def score_scenes(wanted: list[Wanted], pictures: Iterable[np.ndarray]) -> Scores:
    """The share of landscapes that show the object."""
    seen = [object_classifier().name(picture) for picture in pictures]
    return {"object": float(np.mean([want.things[0][0] == name for want, name in zip(wanted, seen, strict=True)]))}


def score_styles(wanted: list[Wanted], pictures: Iterable[np.ndarray]) -> Scores:
    """The shares of pictures that are in the style asked for, and that show the object besides."""
    hits = []
    for want, picture in zip(wanted, pictures, strict=True):
        style = style_classifier(min(picture.shape[:2])).name(picture)
        hits.append((style == want.style, object_classifier().name(picture) == want.things[0][0]))
    return dict(zip(("style", "object"), np.mean(hits, 0).tolist(), strict=True))


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


Judge = Callable[[list[Wanted], list[np.ndarray]], Scores]
SETS: dict[str, tuple[Callable[[int], list[Wanted]], Judge]] = {
    "shapes": (prompts.shapes, score_single),
    "chinese": (prompts.chinese, score_single),
    "places": (prompts.placed, score_single),
    "objects": (prompts.things, score_objects),
    "scenes": (prompts.scenes, score_scenes),
    "styles": (prompts.styled, score_styles),
    "pairs": (prompts.pairs, score_pairs),
    "counts": (prompts.counted, score_counts),
}
SHARP = ("shapes", "objects")  # the sets whose pictures' edges are measured


def score(model: Model, *, count: int, sets: tuple[str, ...] = tuple(SETS)) -> dict[str, Scores]:
    """All scores of those sets, `count` prompts of each, and those of the control branch and the VAE."""
    results = {}
    for name in sets:
        make, judge = SETS[name]
        wanted = make(count)
        pictures = model.draw([want.prompt for want in wanted])
        results[name] = judge(wanted, pictures)
        if name in SHARP:
            results[name]["edge width"] = float(np.nanmedian([edge_width(picture) for picture in pictures]))
        _tell(name, results[name])
    rest: dict[str, Callable[[], Scores]] = {
        "control": lambda: score_edges(model, count=min(count, GUIDES)),
        "tile": lambda: score_tile(model, count=min(count, GUIDES)),
        "vae": lambda: score_vae(model, count=min(count, GUIDES)),
    }
    for name, measure in rest.items():
        results[name] = measure()
        _tell(name, results[name])
    return results


def _tell(name: str, scores: Scores) -> None:
    print(name, *(f"{key} {value:.3f}" for key, value in scores.items()), flush=True)
