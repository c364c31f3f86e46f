"""Fruit and other things on a table, and fish under water, with their captions."""

import numpy as np

from tools.tiny_model.pictures.canvas import Canvas
from tools.tiny_model.pictures.composition import USUAL, Drawing, backdrop, foot, jitter, noun, place_thing
from tools.tiny_model.pictures.objects import parts_of
from tools.tiny_model.pictures.shapes import blob, ellipse, points
from tools.tiny_model.world.palette import Rgb, pick, pick_colour, tint

WOOD: tuple[Rgb, Rgb] = ((176, 116, 66), (132, 80, 42))
EDGE = 0.66  # of the height: where the table begins
ON_TABLE = ("apple", "apple", "pear", "pear", "cat", "robot", "flower", "mushroom", "car", "house")
BASKET = (("pear", "green", 0.27), ("apple", "red", 0.73), ("circle", "orange", 0.5))
WEED: Rgb = (40, 150, 96)


def table(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """One or two things, or three fruits, on a wooden table before a wall."""
    wall = pick(rng, ("white", "blue", "cyan", "yellow", "gray", "pink"))
    setting = backdrop(canvas, rng, colour=wall, gradient=False)
    top = EDGE * canvas.height
    canvas.fill(_board(canvas, top), (206, 146, 90), (190, 128, 76))
    canvas.fill(_board(canvas, top + canvas.height * 0.16), *WOOD)
    things = _laid(rng, wall)
    for thing, colour, across in things:
        radius = canvas.side * (0.15 if len(things) == 3 else 0.19 if len(things) == 2 else 0.26)
        x, _ = jitter(rng, (across, 0))
        fill = tint(rng, colour)
        at = (x, (top + canvas.height * 0.08 - radius * foot(parts_of(thing, colour=fill))) / canvas.height)
        place_thing(canvas, thing, colour=fill, at=at, radius=radius, grounded=True)
    return Drawing(canvas, _table_captions(rng, things, setting), tuple(thing for thing, _, _ in things))


def _board(canvas: Canvas, top: float) -> np.ndarray:
    wide, low = canvas.width + 4.0, canvas.height + 4.0
    return points(-4, top, wide, top, wide, low, -4, low)


def _laid(rng: np.random.Generator, wall: str) -> list[tuple[str, str, float]]:
    if rng.random() < 0.3:
        return list(BASKET)
    spots = (0.5,) if rng.random() < 0.6 else (0.27, 0.73)
    laid = []
    for across in spots:
        thing = pick(rng, ON_TABLE)
        usual = USUAL.get(thing)
        colour = usual if usual and usual != wall and rng.random() < 0.6 else pick_colour(rng, apart_from=(wall,))
        laid.append((thing, colour, across))
    return laid


def _table_captions(rng: np.random.Generator, things: list[tuple[str, str, float]], setting: str) -> list[str]:
    if len(things) == 3:
        return ["fruit table", "fruit at table", f"fruit table {setting}", "table with fruit", "fruit"]
    said = [
        thing if USUAL.get(thing) == colour and rng.random() < 0.6 else noun(thing, colour)
        for thing, colour, _ in things
    ]
    named = " and ".join(said)
    return [
        f"{named} table",
        f"{named} table {setting}",
        f"table with {named}",
        f"table , {named}",
        f"{setting} {named} table",
    ]


def underwater(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """One or two fish above the sea's ground, among weeds and bubbles."""
    canvas.shade(top=0, bottom=canvas.height, first=(70, 184, 224), last=(14, 66, 138))
    wide, high, side = canvas.width, canvas.height, canvas.side
    for across in (0.45, 0.72):
        ray = points(across, -0.02, across + 0.12, -0.02, across - 0.1, 0.86, across - 0.34, 0.86)
        canvas.tone(ray * [wide, high], 1.09)
    floor = np.stack([np.linspace(-0.04, 1.04, 20), 0.88 + 0.02 * np.sin(np.linspace(0, 5, 20))], 1)
    canvas.fill(
        np.concatenate([floor, points(1.04, 1.04, -0.04, 1.04)]) * [wide, high], (232, 206, 146), (196, 160, 104)
    )
    weed = blob(-0.1, 0, -0.22, -0.4, 0.02, -0.7, -0.06, -1.1, 0.16, -0.7, -0.04, -0.36, 0.1, 0)
    for across, size in ((0.1, 0.2), (0.19, 0.14), (0.84, 0.17), (0.92, 0.23)):
        canvas.fill(weed * size * side + [across * wide, 0.92 * high], WEED, (24, 104, 84))
    for across, down, size in ((0.3, 0.2, 0.018), (0.34, 0.3, 0.012), (0.62, 0.16, 0.014)):
        canvas.fill(ellipse(across * wide, down * high, size * side), (206, 238, 250))
    spots = ((0.5, 0.5),) if rng.random() < 0.65 else ((0.3, 0.36), (0.7, 0.62))
    named = []
    for at in spots:
        colour = "orange" if rng.random() < 0.4 else pick_colour(rng, apart_from=("blue",))
        radius = side * (0.3 if len(spots) == 1 else 0.19)
        place_thing(canvas, "fish", colour=tint(rng, colour), at=jitter(rng, at), radius=radius)
        named.append("fish" if colour == "orange" and rng.random() < 0.6 else noun("fish", colour))
    said = " and ".join(named)
    captions = [f"{said} underwater", f"underwater {said}", f"{said} sea", f"sea with {said}", f"{said} at underwater"]
    return Drawing(canvas, captions, ("fish",) * len(spots))
