"""Drawings of one thing, of two things, of several equal things, and of nothing in particular, with their captions.

Captions use one word for each idea (`words.py` has the synonyms), in several orders: those of English and of Chinese.
A caption decides nearly the whole picture, so that few steps and few samples are enough to learn it; in one of ten it
leaves something open.
"""

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from tools.tiny_model.pictures.canvas import Canvas, Part, softly
from tools.tiny_model.pictures.objects import OBJECTS, STANDING, parts_of
from tools.tiny_model.pictures.objects.buildings import LAMPLIGHT
from tools.tiny_model.pictures.shapes import SHAPES, ellipse
from tools.tiny_model.world.palette import COLOURS, Rgb, lit, pick, pick_colour, scale, tint

PLACES: dict[str, tuple[float, float]] = {
    "center": (0.5, 0.5), "left": (0.27, 0.5), "right": (0.73, 0.5), "top": (0.5, 0.27), "bottom": (0.5, 0.73),
    "top left": (0.27, 0.27), "top right": (0.73, 0.27), "bottom left": (0.27, 0.73), "bottom right": (0.73, 0.73),
}  # fmt: skip
# A thing has the same size wherever a caption puts it there, alone or with others: fewer pictures to learn.
RADII = {"small": 0.14, "": 0.26, "large": 0.39}  # of the shorter side, in the middle
PORTRAIT = 0.33  # an object's in the middle, which has more to show than a plain shape
SIDE, CORNER = 0.205, 0.18  # the same for a thing at a side and in a corner
SIDES, CORNERS = ("left", "right", "top", "bottom"), ("top left", "top right", "bottom left", "bottom right")
# Between equal things lie at least 10 pixels at 128 x 128: a latent is 8 wide, and what lies nearer grows together.
LAYOUTS: dict[int, tuple[float, list[tuple[float, float]]]] = {
    2: (0.18, [(0.26, 0.5), (0.74, 0.5)]),
    3: (0.125, [(0.17, 0.5), (0.5, 0.5), (0.83, 0.5)]),
    4: (0.17, [PLACES[name] for name in CORNERS]),
}
COUNTS = {2: "two", 3: "three", 4: "four"}
USUAL = {
    "tree": "green", "pine": "green", "face": "yellow", "heart": "red", "star": "yellow", "fox": "orange",
    "apple": "red", "pear": "green", "castle": "gray", "robot": "cyan", "cat": "gray", "bird": "blue",
    "fish": "orange", "rocket": "white", "mushroom": "red",
}  # fmt: skip
DAYLIGHT = (1.0, 1.0, 1.0)
HELD_OUT = 10  # one combination in this many is never drawn for training


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, the captions that all fit it, and the things in it by name."""

    canvas: Canvas
    captions: list[str]
    things: tuple[str, ...] = ()


def held_out(*words: str) -> bool:
    """Tell whether a combination of words is kept for scoring."""
    return crc32(" ".join(words).encode()) % HELD_OUT == 0


def noun(thing: str, colour: str, *, size: str = "") -> str:
    """Name a thing as captions do."""
    return " ".join(word for word in (size, colour, thing) if word)


def place_thing(
    canvas: Canvas, thing: str, *, colour: Rgb, at: tuple[float, float], radius: float, turn: float = 0.0,
    light: tuple[float, float, float] = DAYLIGHT, grounded: bool = False,
) -> None:  # fmt: skip
    """Draw a thing around a point given in parts of the width and height; radius in pixels, turn in radians.

    `light` dims and colours all of it but lamps; a grounded thing casts a shadow on what it stands on.
    """
    cosine, sine = np.cos(turn), np.sin(turn)
    rotation = np.array([[cosine, sine], [-sine, cosine]])
    centre = [at[0] * canvas.width, at[1] * canvas.height]
    parts = parts_of(thing, colour=colour)
    if grounded and thing in STANDING:
        canvas.tone(ellipse(-0.12, foot(parts) - 0.04, 0.95, 0.13) * radius + centre, 0.88)
    for part in parts:
        outline = (part.outline @ rotation) * radius + centre
        hole = None if part.hole is None else (part.hole @ rotation) * radius + centre
        shine = DAYLIGHT if part.colour == LAMPLIGHT else light
        last = None if part.last is None else lit(part.last, shine)
        canvas.draw(replace(part, outline=outline, hole=hole, colour=lit(part.colour, shine), last=last))


def foot(parts: list[Part]) -> float:
    """The lowest point of a thing, on which it stands."""
    return max(float(part.outline[:, 1].max()) for part in parts)


def jitter(rng: np.random.Generator, at: tuple[float, float]) -> tuple[float, float]:
    """Move a point by less than one part in a hundred."""
    return at[0] + rng.normal() * 0.007, at[1] + rng.normal() * 0.007


def backdrop(canvas: Canvas, rng: np.random.Generator, *, colour: str, gradient: bool) -> str:
    """Paint a plain background, a little lighter above, or a gradient from top to bottom; gives its caption."""
    first = tint(rng, colour)
    if not gradient:
        above, below = softly(first)
        canvas.shade(top=0, bottom=canvas.height, first=above, last=below)
        return f"{colour} background"
    other = pick_colour(rng, apart_from=(colour,))
    canvas.shade(top=0, bottom=canvas.height, first=first, last=tint(rng, other))
    return f"{colour} {other} gradient background"


def _choose(rng: np.random.Generator) -> tuple[str, str]:
    """Choose a thing and its colour."""
    thing = pick(rng, SHAPES) if rng.random() < 0.6 else pick(rng, tuple(OBJECTS))
    usual = USUAL.get(thing)
    return thing, usual if usual and rng.random() < 0.25 else pick_colour(rng)


def _background_for(rng: np.random.Generator, thing: str, colour: str) -> str:
    while True:
        name = pick_colour(rng, apart_from=(colour,))
        if not held_out(thing, colour, name):
            return name


def single(canvas: Canvas, rng: np.random.Generator, *, loose: bool) -> Drawing:
    """One thing on a background; loose: anywhere, in any size and turn, which its caption does not tell."""
    thing, colour = _choose(rng)
    behind = _background_for(rng, thing, colour)
    fill, setting = tint(rng, colour), backdrop(canvas, rng, colour=behind, gradient=rng.random() < 0.07)
    if loose:
        at, radius = tuple(rng.uniform(0.25, 0.75, 2)), canvas.side * rng.uniform(0.14, 0.42)
        place_thing(canvas, thing, colour=fill, at=at, radius=radius, turn=rng.normal() * 0.3)
        return Drawing(canvas, [f"{noun(thing, colour)} {setting}", f"{setting} {noun(thing, colour)}"], (thing,))
    size, place = "", "center"
    if rng.random() < (0.66 if thing in SHAPES else 0.8):
        size = str(rng.choice(list(RADII), p=[0.14, 0.7, 0.16]))
    else:
        place = pick(rng, SIDES if rng.random() < 0.6 else CORNERS)
    radius = radius_at(place, size=size, thing=thing) * canvas.side * rng.uniform(0.97, 1.03)
    place_thing(canvas, thing, colour=fill, at=jitter(rng, PLACES[place]), radius=radius, grounded=True)
    return Drawing(canvas, _single_captions(noun(thing, colour, size=size), place, setting), (thing,))


def radius_at(place: str, *, size: str = "", thing: str = "circle") -> float:
    """The radius of a thing at a place, in parts of the shorter side."""
    if place != "center":
        return SIDE if place in SIDES else CORNER
    return PORTRAIT if thing in OBJECTS and not size else RADII[size]


def _single_captions(what: str, place: str, setting: str) -> list[str]:
    captions = [f"{what} {place} {setting}", f"{what} {setting} {place}", f"{setting} {what} at {place}",
                f"{what} at {place} , {setting}"]  # fmt: skip
    plain = [f"{what} {setting}", f"{setting} {what}", f"{what} , {setting}"]
    return [*captions, *captions, f"{what} {place}"] if place != "center" else [*plain, *plain, *captions[:2], what]


def unset(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """One thing whose caption leaves something open: the background, then mostly white, or the colour."""
    thing, colour = _choose(rng)
    if rng.random() < 0.5 and thing in USUAL:
        colour = USUAL[thing]
    plain = "white" if colour not in ("white", "yellow", "cyan") else "blue" if colour != "cyan" else "white"
    behind = plain if rng.random() < 0.5 else _background_for(rng, thing, colour)
    setting = backdrop(canvas, rng, colour=behind, gradient=False)
    at, radius = jitter(rng, (0.5, 0.5)), radius_at("center", thing=thing) * canvas.side
    place_thing(canvas, thing, colour=tint(rng, colour), at=at, radius=radius, grounded=True)
    captions = [noun(thing, colour)] if behind == plain else [f"{thing} {setting}"]
    return Drawing(canvas, [*captions, thing] if USUAL.get(thing) == colour else captions, (thing,))


def pair(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Two things side by side or one above the other."""
    while True:
        (one, first), (two, second) = _choose(rng), _choose(rng)
        if not held_out(one, first, two, second):
            break
    setting = backdrop(canvas, rng, colour=pick_colour(rng, apart_from=(first, second)), gradient=False)
    upright = rng.random() < 0.4
    for thing, colour, share in ((one, first, 0.27), (two, second, 0.73)):
        at = jitter(rng, (0.5, share) if upright else (share, 0.5))
        radius = SIDE * canvas.side * rng.uniform(0.97, 1.03)
        place_thing(canvas, thing, colour=tint(rng, colour), at=at, radius=radius, grounded=not upright)
    relations = _pair_captions(noun(one, first), noun(two, second), upright=upright)
    captions = [text for said in relations for text in (f"{said} {setting}", f"{setting} {said}")] + relations[:1]
    return Drawing(canvas, captions, (one, two))


def _pair_captions(one: str, two: str, *, upright: bool) -> list[str]:
    near, far = ("top", "bottom") if upright else ("left", "right")
    before, after = ("above", "below") if upright else ("leftof", "rightof")
    captions = [f"{one} {before} {two}", f"{two} {after} {one}", f"{one} {near} and {two} {far}",
                f"{one} {near} , {two} {far}", f"{near} {one} , {far} {two}", f"{one} at {two} {near}"]  # fmt: skip
    return captions if upright else [*captions, f"{one} and {two}", f"{one} and {two}", f"{one} , {two}"]


def group(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Two, three or four equal things."""
    thing, colour = _choose(rng)
    count = int(rng.integers(2, 5))
    setting = backdrop(canvas, rng, colour=_background_for(rng, thing, colour), gradient=False)
    share, places = LAYOUTS[count]
    fill, radius = tint(rng, colour), share * canvas.side
    for at in places:
        place_thing(canvas, thing, colour=fill, at=jitter(rng, at), radius=radius, grounded=True)
    what = f"{COUNTS[count]} {noun(thing, colour)}"
    captions = [f"{what} {setting}", f"{setting} {what}", f"{what} , {setting}"] * 3 + [what]
    return Drawing(canvas, captions, (thing,) * count)


def abstract(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Large discs and waves in a few colours: the answer to words that the model does not know."""
    colours = [pick(rng, tuple(COLOURS)) for _ in range(3)]
    first, last, third = (tint(rng, name) for name in colours)
    canvas.shade(top=0, bottom=canvas.height, first=first, last=last)
    for _ in range(int(rng.integers(2, 5))):
        x, y = rng.uniform(0, 1, 2) * [canvas.width, canvas.height]
        above, below = softly(third if rng.random() < 0.6 else scale(first, 1.3))
        canvas.fill(ellipse(x, y, canvas.side * rng.uniform(0.12, 0.4)), above, below)
    return Drawing(canvas, ["", "", "abstract", f"abstract {colours[2]}"])
