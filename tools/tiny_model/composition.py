"""Drawings of one thing, of two things, of several equal things, and of nothing in particular, with their captions.

Captions use one word for each idea (`words.py` has the synonyms), in several orders: those of English and of Chinese.
A caption decides nearly the whole picture, so that few steps and few samples are enough to learn it.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from tools.tiny_model.canvas import Canvas
from tools.tiny_model.objects import OBJECTS, parts_of
from tools.tiny_model.palette import COLOURS, Rgb, pick, pick_colour, scale, tint
from tools.tiny_model.shapes import SHAPES, ellipse

PLACES: dict[str, tuple[float, float]] = {
    "center": (0.5, 0.5), "left": (0.27, 0.5), "right": (0.73, 0.5), "top": (0.5, 0.27), "bottom": (0.5, 0.73),
    "top left": (0.27, 0.27), "top right": (0.73, 0.27), "bottom left": (0.27, 0.73), "bottom right": (0.73, 0.73),
}  # fmt: skip
# A thing has the same size wherever a caption puts it there, alone or with others: fewer pictures to learn.
RADII = {"small": 0.14, "": 0.26, "large": 0.39}  # of the shorter side, in the middle
SIDE, CORNER = 0.205, 0.18  # the same for a thing at a side and in a corner
SIDES, CORNERS = ("left", "right", "top", "bottom"), ("top left", "top right", "bottom left", "bottom right")
LAYOUTS: dict[int, tuple[float, list[tuple[float, float]]]] = {
    2: (SIDE, [PLACES["left"], PLACES["right"]]),
    3: (RADII["small"], [(0.19, 0.5), (0.5, 0.5), (0.81, 0.5)]),
    4: (CORNER, [PLACES[name] for name in CORNERS]),
}
COUNTS = {2: "two", 3: "three", 4: "four"}
USUAL = {"tree": "green", "pine": "green", "face": "yellow", "heart": "red", "star": "yellow"}
HELD_OUT = 10  # one combination in this many is never drawn for training


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and the captions that all fit it."""

    canvas: Canvas
    captions: list[str]


def held_out(*words: str) -> bool:
    """Tell whether a combination of words is kept for scoring."""
    return crc32(" ".join(words).encode()) % HELD_OUT == 0


def noun(thing: str, colour: str, *, size: str = "") -> str:
    """Name a thing as captions do."""
    return " ".join(word for word in (size, colour, thing) if word)


def place_thing(
    canvas: Canvas,
    thing: str,
    *,
    colour: Rgb,
    background: Rgb,
    at: tuple[float, float],
    radius: float,
    turn: float = 0.0,
) -> None:
    """Draw a thing around a point given in parts of the width and height; radius in pixels, turn in radians."""
    cosine, sine = np.cos(turn), np.sin(turn)
    rotation = np.array([[cosine, sine], [-sine, cosine]])
    centre = [at[0] * canvas.width, at[1] * canvas.height]
    for outline, fill in parts_of(thing, colour=colour, background=background):
        canvas.fill((outline @ rotation) * radius + centre, fill)


def jitter(rng: np.random.Generator, at: tuple[float, float]) -> tuple[float, float]:
    """Move a point by less than one part in a hundred."""
    return at[0] + rng.normal() * 0.007, at[1] + rng.normal() * 0.007


def backdrop(canvas: Canvas, rng: np.random.Generator, *, colour: str, gradient: bool) -> tuple[Rgb, str]:
    """Paint a plain background or a gradient from top to bottom; gives its colour in the middle and its caption."""
    first = tint(rng, colour)
    canvas.pixels[:] = first
    if not gradient:
        return first, f"{colour} background"
    other = pick_colour(rng, apart_from=(colour,))
    last = tint(rng, other)
    canvas.shade(top=0, bottom=canvas.height, first=first, last=last)
    middle = tuple((a + b) // 2 for a, b in zip(first, last, strict=True))
    return middle, f"{colour} {other} gradient background"  # type: ignore[return-value]


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
    fill, (background, setting) = tint(rng, colour), backdrop(canvas, rng, colour=behind, gradient=rng.random() < 0.07)
    if loose:
        at, radius = tuple(rng.uniform(0.25, 0.75, 2)), canvas.side * rng.uniform(0.14, 0.42)
        place_thing(canvas, thing, colour=fill, background=background, at=at, radius=radius, turn=rng.normal() * 0.3)
        return Drawing(canvas, [f"{noun(thing, colour)} {setting}", f"{setting} {noun(thing, colour)}"])
    size, place = "", "center"
    if rng.random() < 0.66:
        size = str(rng.choice(list(RADII), p=[0.14, 0.7, 0.16]))
    else:
        place = pick(rng, SIDES if rng.random() < 0.6 else CORNERS)
    radius = radius_at(place, size=size) * canvas.side * rng.uniform(0.97, 1.03)
    place_thing(canvas, thing, colour=fill, background=background, at=jitter(rng, PLACES[place]), radius=radius)
    return Drawing(canvas, _single_captions(noun(thing, colour, size=size), place, setting))


def radius_at(place: str, *, size: str = "") -> float:
    """The radius of a thing at a place, in parts of the shorter side."""
    return RADII[size] if place == "center" else SIDE if place in SIDES else CORNER


def _single_captions(what: str, place: str, setting: str) -> list[str]:
    captions = [f"{what} {place} {setting}", f"{what} {setting} {place}", f"{setting} {what} at {place}",
                f"{what} at {place} , {setting}"]  # fmt: skip
    plain = [f"{what} {setting}", f"{setting} {what}", f"{what} , {setting}"]
    return captions if place != "center" else [*plain, *plain, *captions[:2]]


def unset(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """One thing whose caption leaves the background open, then white, or also the colour, then its usual one."""
    thing, colour = _choose(rng)
    if rng.random() < 0.5 and thing in USUAL:
        colour = USUAL[thing]
    behind = "white" if colour not in ("white", "yellow", "cyan") else "blue" if colour != "cyan" else "white"
    background, _ = backdrop(canvas, rng, colour=behind, gradient=False)
    at, radius = jitter(rng, (0.5, 0.5)), RADII[""] * canvas.side
    place_thing(canvas, thing, colour=tint(rng, colour), background=background, at=at, radius=radius)
    captions = [noun(thing, colour)]
    return Drawing(canvas, [*captions, thing] if USUAL.get(thing) == colour else captions)


def pair(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Two things side by side or one above the other."""
    while True:
        (one, first), (two, second) = _choose(rng), _choose(rng)
        if not held_out(one, first, two, second):
            break
    background, setting = backdrop(canvas, rng, colour=pick_colour(rng, apart_from=(first, second)), gradient=False)
    upright = rng.random() < 0.4
    for thing, colour, share in ((one, first, 0.27), (two, second, 0.73)):
        at = jitter(rng, (0.5, share) if upright else (share, 0.5))
        radius = SIDE * canvas.side * rng.uniform(0.97, 1.03)
        place_thing(canvas, thing, colour=tint(rng, colour), background=background, at=at, radius=radius)
    relations = _pair_captions(noun(one, first), noun(two, second), upright=upright)
    return Drawing(canvas, [text for said in relations for text in (f"{said} {setting}", f"{setting} {said}")])


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
    background, setting = backdrop(canvas, rng, colour=_background_for(rng, thing, colour), gradient=False)
    share, places = LAYOUTS[count]
    fill, radius = tint(rng, colour), share * canvas.side
    for at in places:
        place_thing(canvas, thing, colour=fill, background=background, at=jitter(rng, at), radius=radius)
    what = f"{COUNTS[count]} {noun(thing, colour)}"
    return Drawing(canvas, [f"{what} {setting}", f"{setting} {what}", f"{what} , {setting}"])


def abstract(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Soft shapes in a few colours: the answer to words that the model does not know."""
    colours = [pick(rng, tuple(COLOURS)) for _ in range(3)]
    first, last, third = (tint(rng, name) for name in colours)
    canvas.shade(top=0, bottom=canvas.height, first=first, last=last)
    for _ in range(int(rng.integers(2, 5))):
        x, y = rng.uniform(0, 1, 2) * [canvas.width, canvas.height]
        radius = canvas.side * rng.uniform(0.12, 0.4)
        canvas.fill(ellipse(x, y, radius), third if rng.random() < 0.6 else scale(first, 1.3))
    return Drawing(canvas, ["", "", "abstract", f"abstract {colours[2]}"])
