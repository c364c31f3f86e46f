"""Landscapes: a sky, a ground, what stands there, and their captions."""

import numpy as np

from tools.tiny_model.canvas import Canvas
from tools.tiny_model.composition import USUAL, Drawing, jitter, noun, place_thing
from tools.tiny_model.palette import COLOURS, Rgb, pick, pick_colour, scale, tint
from tools.tiny_model.shapes import OUTLINES, ellipse, points

SKIES: dict[str, tuple[Rgb, Rgb]] = {
    "day": ((70, 150, 240), (176, 218, 250)),
    "sunset": ((92, 52, 132), (250, 142, 62)),
    "night": ((10, 12, 46), (38, 42, 98)),
    "cloudy": ((140, 145, 152), (194, 198, 204)),
}
GROUNDS: dict[str, tuple[Rgb, Rgb]] = {
    "grass": ((98, 186, 76), (48, 138, 50)),
    "sea": ((52, 132, 206), (20, 70, 150)),
    "desert": ((242, 212, 142), (214, 170, 96)),
    "snow": ((250, 252, 255), (216, 228, 242)),
}
LIGHT = {"day": 1.0, "sunset": 0.82, "night": 0.5, "cloudy": 0.92}
DWELLERS = {
    "grass": ("house", "house", "tree", "tree", "pine", "car", "flower", "cat", "mushroom", "balloon"),
    "sea": ("boat",),
    "desert": ("car", "house", "rocket", "balloon"),
    "snow": ("pine", "pine", "house", "tree", "cat", "car"),
}
SKY_WORDS = {"day": ("day", "blue sky", ""), "sunset": ("sunset", "sunset sky"), "night": ("night", "night sky"),
             "cloudy": ("gray sky", "cloudy sky")}  # fmt: skip
STARS = [(0.08, 0.2), (0.2, 0.5), (0.3, 0.15), (0.4, 0.42), (0.52, 0.2), (0.62, 0.55), (0.7, 0.3), (0.9, 0.6),
         (0.93, 0.15), (0.14, 0.75)]  # fmt: skip
CREAM: Rgb = (252, 246, 204)


def landscape(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Draw a landscape with up to two things in it."""
    sky, ground = pick(rng, tuple(SKIES)), pick(rng, ("grass", "grass", "sea", "desert", "snow"))
    horizon, light = canvas.height * rng.uniform(0.6, 0.64), LIGHT[sky]
    canvas.shade(top=0, bottom=horizon, first=SKIES[sky][0], last=SKIES[sky][1])
    extras = _sky_things(canvas, rng, sky=sky, horizon=horizon)
    if rng.random() < 0.35:
        extras.append("mountain")
        _mountains(canvas, rng, horizon=horizon, light=light)
    first, last = (scale(shade, light) for shade in GROUNDS[ground])
    canvas.shade(top=horizon, bottom=canvas.height, first=first, last=last)
    things = _dwellers(canvas, rng, ground=ground, horizon=horizon, light=light)
    return Drawing(canvas, [_caption(rng, things, sky=sky, ground=ground, extras=extras) for _ in range(6)])


def _sky_things(canvas: Canvas, rng: np.random.Generator, *, sky: str, horizon: float) -> list[str]:
    """Draw what is in the sky and name it."""
    extras, side = [], canvas.side
    right = rng.random() < 0.8
    x = (0.8 if right else 0.2) * canvas.width * rng.uniform(0.98, 1.02)
    if sky == "night" and rng.random() < 0.7:
        extras.append("star")
        for share in STARS:
            across, down = jitter(rng, share)
            canvas.fill(ellipse(across * canvas.width, down * horizon * 0.9, side * 0.016), CREAM)
    if sky == "night" and rng.random() < 0.75:
        extras.append("moon")
        canvas.fill(OUTLINES["crescent"] * side * 0.1 + [x, horizon * 0.3], CREAM)
    if sky in ("day", "sunset") and rng.random() < 0.7:
        extras.append("sun")
        down = horizon * (0.3 if sky == "day" else 0.78)
        canvas.fill(ellipse(x, down, side * 0.11), (255, 220, 60) if sky == "day" else (255, 206, 92))
    if sky in ("day", "cloudy") and rng.random() < 0.5:
        extras.append("cloud")
        white = (250, 250, 252) if sky == "day" else (222, 225, 229)
        for across, down in ((0.28, 0.25), (0.56, 0.4)):
            _cloud(canvas, at=(across * canvas.width, down * horizon), radius=side * 0.15, colour=white)
    return extras


def _cloud(canvas: Canvas, *, at: tuple[float, float], radius: float, colour: Rgb) -> None:
    for across, down, size in ((-0.6, 0.05, 0.4), (0, -0.12, 0.5), (0.6, 0.05, 0.4)):
        canvas.fill(
            ellipse(at[0] + across * radius, at[1] + down * radius, size * radius, size * radius * 0.75), colour
        )


def _mountains(canvas: Canvas, rng: np.random.Generator, *, horizon: float, light: float) -> None:
    rock, cap = scale((122, 118, 142), light), scale((246, 249, 253), light)
    for centre, share in ((0.25, 0.55), (0.66, 0.7)):
        x, _ = jitter(rng, (centre, 0))
        x, rise, half = x * canvas.width, horizon * share, canvas.width * 0.34
        canvas.fill(points(x, horizon - rise, x + half, horizon + 1, x - half, horizon + 1), rock)
        tip = 0.3
        foot = horizon - rise * (1 - tip)
        canvas.fill(points(x, horizon - rise, x + half * tip, foot, x - half * tip, foot), cap)


def _dwellers(
    canvas: Canvas, rng: np.random.Generator, *, ground: str, horizon: float, light: float
) -> list[tuple[str, str, str]]:
    """Draw up to two things on the ground; gives (thing, colour, place) of each."""
    count = int(rng.choice([0, 1, 2], p=[0.2, 0.45, 0.35]))
    if ground == "sea":
        count = min(count, 1)
    spots = [("left", 0.27), ("right", 0.73)] if count == 2 else [("", 0.5), ("", 0.5), ("left", 0.27), ("right", 0.73)]
    spots = spots if count == 2 else [spots[int(rng.integers(4))]][:count]
    things = []
    for place, across in spots:
        thing = pick(rng, DWELLERS[ground])
        colour = USUAL.get(thing) if thing in ("tree", "pine") and rng.random() < 0.8 else pick_colour(rng)
        radius = canvas.side * rng.uniform(0.2, 0.22)
        down = horizon * 0.42 if thing == "balloon" else horizon + canvas.height * 0.13 - radius * 0.9
        at = (across + rng.normal() * 0.01, down / canvas.height)
        fill = scale(tint(rng, colour or "green"), light)
        place_thing(canvas, thing, colour=fill, background=fill, at=at, radius=radius)
        things.append((thing, colour or "green", place))
    return things


def _caption(
    rng: np.random.Generator, things: list[tuple[str, str, str]], *, sky: str, ground: str, extras: list[str]
) -> str:
    """Say what is in the landscape, now and then leaving out what goes without saying."""
    named = []
    for thing, colour, place in things:
        plain = USUAL.get(thing) == colour and rng.random() < 0.7
        named.append(
            f"{thing if plain else noun(thing, colour)} {place if len(things) == 1 or rng.random() < 0.5 else ''}"
        )
    soil = "" if ground == "grass" and things and rng.random() < 0.3 else ground
    if soil == "grass" and rng.random() < 0.3:
        soil = "green grass"
    kept = [f"yellow {word}" if word == "sun" and rng.random() < 0.2 else word for word in extras if rng.random() < 0.9]
    clauses = [" and ".join(named), soil, pick(rng, SKY_WORDS[sky])]
    tail = ("with " if rng.random() < 0.5 else "") + " and ".join(kept) if kept else ""
    orders = ((0, 1, 2, 3), (0, 1, 3, 2), (2, 1, 0, 3), (1, 0, 2, 3), (3, 2, 1, 0), (1, 2, 3, 0))
    clauses.append(tail)
    glue = " , " if rng.random() < 0.2 else " "
    order = orders[int(rng.integers(len(orders)))] if rng.random() < 0.6 else orders[0]
    return glue.join(clauses[index].strip() for index in order if clauses[index].strip())


assert set(USUAL.values()) <= set(COLOURS)
