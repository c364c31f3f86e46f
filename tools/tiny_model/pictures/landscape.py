"""Landscapes: a sky, a ground, what stands there, and their captions."""

from dataclasses import dataclass

import numpy as np

from tools.tiny_model.pictures import scenery
from tools.tiny_model.pictures.canvas import SUPERSAMPLING, Canvas
from tools.tiny_model.pictures.composition import USUAL, Drawing, foot, noun, place_thing
from tools.tiny_model.pictures.objects import parts_of
from tools.tiny_model.pictures.scenery import CREAM, LIGHTS, SKIES, SUNS
from tools.tiny_model.world.palette import COLOURS, Rgb, pick, pick_colour, tint

GRASS = ("house", "house", "tree", "tree", "pine", "car", "flower", "cat", "fox", "fox", "bird", "mushroom", "balloon",
         "robot", "castle", "castle")  # fmt: skip
DWELLERS = {
    "grass": GRASS,
    "sea": ("boat",),
    "desert": ("car", "house", "rocket", "balloon", "robot", "fox", "castle"),
    "snow": ("pine", "house", "tree", "cat", "fox", "fox", "car", "bird", "castle", "robot"),
}
TIMES, TIME_SHARES = tuple(SKIES), (0.36, 0.09, 0.15, 0.16, 0.08, 0.08, 0.08)
SKY_WORDS = {"day": ("day", "blue sky", "", ""), "sunset": ("sunset", "sunset sky"), "night": ("night", "night sky"),
             "morning": ("morning", "morning sky"), "cloudy": ("gray sky", "cloudy sky", "cloudy"),
             "rain": ("rain",), "fog": ("fog",)}  # fmt: skip
SEASONS = ("spring", "summer", "autumn")
FLYING = {"balloon": 0.5}  # how far down to the horizon these are
OPEN = 0.15  # share of captions that leave time or ground open


@dataclass(frozen=True, slots=True)
class Scene:
    """What a landscape shows."""

    sky: str
    ground: str
    season: str
    extras: tuple[str, ...]
    things: tuple[tuple[str, str, str], ...]  # (thing, colour, place)


def landscape(canvas: Canvas, rng: np.random.Generator) -> Drawing:
    """Draw a landscape with up to two things in it."""
    sky = str(rng.choice(TIMES, p=TIME_SHARES))
    ground = pick(rng, ("grass", "grass", "grass", "sea", "desert", "snow", "snow"))
    season = pick(rng, SEASONS) if ground == "grass" and rng.random() < 0.5 else ""
    horizon, light = canvas.height * rng.uniform(0.6, 0.64), LIGHTS[sky]
    scenery.paint_sky(canvas, sky=sky, horizon=horizon)
    x = (0.8 if rng.random() < 0.8 else 0.2) * canvas.width * rng.uniform(0.98, 1.02)
    extras = _heavens(canvas, rng, sky=sky, horizon=horizon, x=x)
    if rng.random() < 0.3:
        extras.append("mountain")
        scenery.put_mountains(canvas, horizon=horizon, light=light, shift=rng.normal() * 0.007)
    scenery.put_ground(canvas, ground=ground, season=season, horizon=horizon, light=light)
    if sky == "fog":
        _veil(canvas, horizon=horizon)
    if ground == "sea" and ("sun" in extras or "moon" in extras):
        scenery.put_reflection(canvas, x=x, horizon=horizon, colour=SUNS[sky][0] if "sun" in extras else CREAM)
    things = _dwellers(canvas, rng, ground=ground, season=season, horizon=horizon, light=light)
    if sky == "rain":
        scenery.put_rain(canvas)
    scene = Scene(sky, ground, season, tuple(extras), tuple(things))
    return Drawing(canvas, [_caption(rng, scene) for _ in range(6)], tuple(thing for thing, _, _ in things))


def _heavens(canvas: Canvas, rng: np.random.Generator, *, sky: str, horizon: float, x: float) -> list[str]:
    """Draw what is in the sky and name it."""
    extras, side = [], canvas.side
    if sky == "night" and rng.random() < 0.75:
        extras.append("star")
        scenery.put_stars(canvas, rng.normal(size=(10, 2)) * 0.007, horizon=horizon)
    if sky == "night" and rng.random() < 0.75:
        extras.append("moon")
        scenery.put_moon(canvas, at=(x, horizon * 0.3))
    if sky in SUNS and rng.random() < 0.75:
        extras.append("sun")
        scenery.put_sun(canvas, at=(x, horizon * SUNS[sky][1]), sky=sky)
    if sky in ("rain", "cloudy") or (sky in ("day", "morning") and rng.random() < 0.5):
        if sky != "rain":
            extras.append("cloud")
        white = {"day": (252, 253, 255), "morning": (255, 240, 232)}.get(
            sky, (226, 229, 234) if sky == "cloudy" else (172, 180, 192)
        )
        left = -1 if x < canvas.width / 2 else 1
        for across, down, size in ((0.22, 0.3, 0.17), (0.52, 0.16, 0.13), (0.86, 0.6, 0.11)):
            spot = across if left > 0 else 1 - across
            scenery.put_cloud(canvas, at=(spot * canvas.width, down * horizon), radius=side * size, colour=white)
    return extras


def _veil(canvas: Canvas, *, horizon: float) -> None:
    """Let fog lie on all that is far."""
    grey = np.float32(canvas.brush.ground((216, 221, 224)))
    rows = np.arange(len(canvas.pixels), dtype=np.float32) / SUPERSAMPLING
    share = np.clip(1 - np.abs(rows - horizon) / (canvas.height * 0.45), 0, 1)[:, None, None] * 0.75
    canvas.pixels[:] = (canvas.pixels * (1 - share) + grey * share).astype(np.uint8)


def _dwellers(
    canvas: Canvas, rng: np.random.Generator, *, ground: str, season: str, horizon: float, light: scenery.Light
) -> list[tuple[str, str, str]]:
    """Draw up to two things on the ground; gives (thing, colour, place) of each."""
    count = int(rng.choice([0, 1, 2], p=[0.18, 0.52, 0.3]))
    if ground == "sea":
        count = min(count, 1)
    spots = [("left", 0.27), ("right", 0.73)] if count == 2 else [("", 0.5), ("", 0.5), ("left", 0.27), ("right", 0.73)]
    spots = spots if count == 2 else [spots[int(rng.integers(4))]][:count]
    things = []
    for place, across in spots:
        thing = pick(rng, DWELLERS[ground])
        usual = USUAL.get(thing)
        colour = usual if usual and rng.random() < (0.8 if thing in ("tree", "pine") else 0.4) else pick_colour(rng)
        fill = _foliage(thing, colour, season=season) or tint(rng, colour)
        radius = canvas.side * (0.2 if count == 2 else 0.26) * rng.uniform(0.97, 1.03)
        down = _height(thing, fill, radius=radius, horizon=horizon, high=canvas.height)
        at = (across + rng.normal() * 0.01, down / canvas.height)
        place_thing(canvas, thing, colour=fill, at=at, radius=radius, light=light, grounded=thing not in FLYING)
        things.append((thing, colour, place))
    return things


def _height(thing: str, fill: Rgb, *, radius: float, horizon: float, high: int) -> float:
    """Where a thing's middle is, in pixels from the top: so that it stands on the ground, swims or flies."""
    if thing in FLYING:
        return horizon * FLYING[thing]
    return horizon + high * 0.17 - radius * foot(parts_of(thing, colour=fill))


def _foliage(thing: str, colour: str, *, season: str) -> Rgb | None:
    """The colour of a tree in a season, where the caption gives it its usual one."""
    return scenery.LEAVES[season] if thing == "tree" and colour == "green" and season in ("spring", "autumn") else None


def _named(rng: np.random.Generator, scene: Scene) -> str:
    """The things on the ground as a caption names them; a usual colour mostly goes without saying."""
    named = []
    for thing, colour, place in scene.things:
        plain = USUAL.get(thing) == colour and (rng.random() < 0.7 or scene.season in ("spring", "autumn"))
        said = f"{thing if plain else noun(thing, colour)}"
        named.append(f"{said} {place if len(scene.things) == 1 or rng.random() < 0.5 else ''}")
    return " and ".join(named)


def _caption(rng: np.random.Generator, scene: Scene) -> str:
    """Say what is in the landscape, now and then leaving out what goes without saying, or leaving it open."""
    named = _named(rng, scene)
    soil = "" if scene.ground == "grass" and (scene.season or scene.things) and rng.random() < 0.3 else scene.ground
    if soil == "grass" and not scene.season and rng.random() < 0.2:
        soil = "green grass"
    kept = [word for word in scene.extras if rng.random() < 0.9]
    kept = [f"yellow {word}" if word == "sun" and rng.random() < 0.15 else word for word in kept]
    weather = pick(rng, SKY_WORDS[scene.sky])
    if rng.random() < OPEN:
        soil, weather = (soil, "") if rng.random() < 0.5 else ("", weather)
    tail = ("with " if rng.random() < 0.5 else "") + " and ".join(kept) if kept else ""
    clauses = [named, " ".join((scene.season, soil)), weather, tail]
    orders = ((0, 1, 2, 3), (0, 1, 3, 2), (2, 1, 0, 3), (1, 0, 2, 3), (3, 2, 1, 0), (1, 2, 3, 0))
    glue = " , " if rng.random() < 0.2 else " "
    order = orders[int(rng.integers(len(orders)))] if rng.random() < 0.6 else orders[0]
    return glue.join(clauses[index].strip() for index in order if clauses[index].strip())


assert set(USUAL.values()) <= set(COLOURS)
