"""What landscapes are made of: skies, light, mountains, grounds by season, and what is in the sky."""

import numpy as np

from tools.tiny_model.pictures.canvas import Canvas
from tools.tiny_model.pictures.shapes import OUTLINES, blob, ellipse, points
from tools.tiny_model.world.palette import Rgb, lit, mix, scale

Light = tuple[float, float, float]

SKIES: dict[str, tuple[Rgb, Rgb, Rgb]] = {  # from the top down to the horizon
    "day": ((58, 142, 236), (124, 190, 248), (200, 230, 250)),
    "morning": ((132, 176, 226), (244, 206, 196), (255, 226, 168)),
    "sunset": ((82, 48, 128), (228, 98, 104), (255, 178, 88)),
    "night": ((10, 12, 46), (26, 32, 88), (58, 66, 132)),
    "cloudy": ((138, 148, 160), (172, 180, 190), (204, 210, 216)),
    "rain": ((84, 96, 116), (114, 126, 146), (152, 162, 176)),
    "fog": ((186, 194, 200), (206, 212, 216), (226, 229, 230)),
}
LIGHTS: dict[str, Light] = {
    "day": (1.0, 1.0, 1.0), "morning": (1.0, 0.96, 0.9), "sunset": (0.96, 0.78, 0.72), "night": (0.42, 0.48, 0.74),
    "cloudy": (0.88, 0.9, 0.93), "rain": (0.74, 0.79, 0.86), "fog": (0.9, 0.91, 0.92),
}  # fmt: skip
GROUNDS: dict[str, tuple[Rgb, Rgb]] = {
    "grass": ((124, 200, 84), (58, 148, 60)),
    "spring": ((164, 220, 102), (92, 184, 84)),
    "summer": ((104, 188, 70), (36, 132, 56)),
    "autumn": ((224, 178, 84), (176, 112, 48)),
    "sea": ((64, 152, 216), (18, 74, 150)),
    "desert": ((246, 214, 142), (216, 164, 92)),
    "snow": ((250, 252, 255), (208, 222, 240)),
}
LEAVES: dict[str, Rgb] = {
    "grass": (52, 132, 66),
    "spring": (244, 160, 190),
    "summer": (36, 120, 58),
    "autumn": (220, 96, 40),
}
STARS = [(0.08, 0.2), (0.2, 0.5), (0.3, 0.15), (0.4, 0.42), (0.52, 0.2), (0.62, 0.55), (0.7, 0.3), (0.9, 0.6),
         (0.93, 0.15), (0.14, 0.75)]  # fmt: skip
CREAM: Rgb = (254, 246, 206)
SUNS: dict[str, tuple[Rgb, float]] = {
    "day": ((255, 222, 74), 0.3),
    "morning": ((255, 236, 150), 0.72),
    "sunset": ((255, 214, 112), 0.8),
}
ACROSS = np.linspace(-0.04, 1.04, 28)


def paint_sky(canvas: Canvas, *, sky: str, horizon: float) -> None:
    """Fill the sky with its three colours."""
    first, middle, last = SKIES[sky]
    canvas.shade(top=0, bottom=horizon * 0.55, first=first, last=middle)
    canvas.shade(top=horizon * 0.55, bottom=horizon, first=middle, last=last)
    canvas.shade(top=horizon, bottom=canvas.height, first=last, last=last)


def put_sun(canvas: Canvas, *, at: tuple[float, float], sky: str) -> None:
    """A sun with two rings of light around it."""
    for reach, factor in ((0.21, 1.05), (0.155, 1.07)):
        canvas.tone(ellipse(*at, canvas.side * reach), factor)
    canvas.fill(ellipse(*at, canvas.side * 0.1), SUNS[sky][0])


def put_moon(canvas: Canvas, *, at: tuple[float, float]) -> None:
    """A crescent with a ring of light."""
    canvas.tone(ellipse(*at, canvas.side * 0.17), 1.16)
    canvas.fill(OUTLINES["crescent"] * canvas.side * 0.095 + at, CREAM)


def put_stars(canvas: Canvas, shifts: np.ndarray, *, horizon: float) -> None:
    """Stars of two sizes; shifts, (10, 2), move them a little."""
    for number, ((across, down), shift) in enumerate(zip(STARS, shifts, strict=True)):
        at = ((across + shift[0]) * canvas.width, (down + shift[1]) * horizon * 0.85)
        canvas.fill(OUTLINES["star"] * canvas.side * (0.026 if number % 2 else 0.018) + at, CREAM)


def put_cloud(canvas: Canvas, *, at: tuple[float, float], radius: float, colour: Rgb) -> None:
    """A cloud with a flat, shaded bottom."""
    shape = blob(-1.0, 0.2, -0.86, -0.12, -0.5, -0.2, -0.3, -0.52, 0.12, -0.56, 0.36, -0.26, 0.72, -0.24, 1.0, 0.1,
                 0.9, 0.26, 0, 0.28, -0.9, 0.28)  # fmt: skip
    canvas.fill(shape * radius + at, colour, scale(colour, 0.9))


def put_mountains(canvas: Canvas, *, horizon: float, light: Light, shift: float) -> None:
    """Two peaks with a lit and a shaded side and snow on top."""
    bright, dark = lit((146, 142, 168), light), lit((104, 100, 132), light)
    for centre, share, half_share in ((0.24, 0.52, 0.32), (0.64, 0.72, 0.38)):
        x, rise, half = (centre + shift) * canvas.width, horizon * share, canvas.width * half_share
        tip = points(x, horizon - rise)
        foot = horizon + 2
        canvas.fill(points(x, horizon - rise, x + half, foot, x - half, foot), bright)
        canvas.fill(points(x, horizon - rise, x + half * 0.12, foot, x - half, foot), dark)
        cap = points(0, 0, 0.32, 0.32, 0.2, 0.29, 0.1, 0.4, 0.0, 0.3, -0.12, 0.38, -0.2, 0.28, -0.32, 0.32)
        white = lit((250, 252, 255), light)
        canvas.fill(cap * [half, rise] + tip, white)
        shade = points(0, 0, 0.035, 0.33, 0.0, 0.3, -0.12, 0.38, -0.2, 0.28, -0.32, 0.32)
        canvas.fill(shade * [half, rise] + tip, scale(white, 0.84))


def _hill(canvas: Canvas, *, top: float, swing: float, phase: float) -> np.ndarray:
    """A wavy upper rim, closed below the picture; top and swing in pixels."""
    rim = np.stack([ACROSS * canvas.width, top + swing * np.sin(ACROSS * 4.2 + phase)], 1)
    low = canvas.height + 6.0
    return np.concatenate([rim, points(canvas.width * 1.04, low, -0.04 * canvas.width, low)])


def put_ground(canvas: Canvas, *, ground: str, season: str, horizon: float, light: Light) -> None:
    """The ground up to the horizon: hills, dunes, or the sea with its waves."""
    first, last = (lit(shade, light) for shade in GROUNDS[season or ground])
    if ground == "sea":
        canvas.shade(top=horizon, bottom=canvas.height, first=first, last=last)
        _waves(canvas, horizon=horizon, colour=mix(first, (255, 255, 255), 0.3))
        return
    deep = canvas.height - horizon
    far = mix(first, lit((150, 190, 210), light), 0.25) if ground != "desert" else mix(first, last, 0.35)
    canvas.fill(_hill(canvas, top=horizon, swing=deep * 0.1, phase=0.4), far, mix(far, last, 0.4))
    if season in LEAVES or ground in ("grass", "snow"):
        _grove(
            canvas,
            horizon=horizon,
            colour=lit(LEAVES.get(season or ground, (60, 112, 98)), light),
            pointed=ground == "snow",
        )
    canvas.fill(_hill(canvas, top=horizon + deep * 0.24, swing=deep * 0.09, phase=3.4), first, last)
    if season == "spring":
        _blossoms(canvas, top=horizon + deep * 0.5, light=light)


def _waves(canvas: Canvas, *, horizon: float, colour: Rgb) -> None:
    deep = canvas.height - horizon
    for across, down, half in (
        (0.2, 0.2, 0.09),
        (0.62, 0.14, 0.07),
        (0.86, 0.36, 0.1),
        (0.36, 0.56, 0.12),
        (0.14, 0.8, 0.1),
        (0.74, 0.74, 0.14),
    ):
        canvas.fill(
            ellipse(across * canvas.width, horizon + down * deep, half * canvas.side, 0.007 * canvas.side), colour
        )


def put_reflection(canvas: Canvas, *, x: float, horizon: float, colour: Rgb) -> None:
    """The light of sun or moon on the water below it."""
    deep = canvas.height - horizon
    for number, half in enumerate((0.1, 0.075, 0.09, 0.06, 0.045)):
        down = horizon + deep * (0.08 + 0.15 * number)
        canvas.fill(ellipse(x, down, half * canvas.side, 0.013 * canvas.side), colour)


def _grove(canvas: Canvas, *, horizon: float, colour: Rgb, pointed: bool) -> None:
    """A row of small trees on the far hill."""
    for across, size in ((0.04, 0.07), (0.12, 0.09), (0.2, 0.065), (0.88, 0.08), (0.96, 0.095)):
        at = np.array([across * canvas.width, horizon])
        high = size * canvas.side
        if pointed:
            crown = points(0, -1.5, 0.55, 0.3, -0.55, 0.3)
        else:
            crown = blob(0, -1.1, 0.6, -0.8, 0.72, -0.1, 0.4, 0.3, -0.4, 0.3, -0.72, -0.1, -0.6, -0.8)
        canvas.fill(crown * high + at, colour, scale(colour, 0.82))


def _blossoms(canvas: Canvas, *, top: float, light: Light) -> None:
    for number, (across, down) in enumerate(
        ((0.07, 0.3), (0.18, 0.75), (0.33, 0.5), (0.5, 0.85), (0.68, 0.5), (0.82, 0.8), (0.94, 0.35))
    ):
        at = (across * canvas.width, top + down * (canvas.height - top))
        colour = lit(((250, 240, 120), (250, 150, 190), (250, 250, 250))[number % 3], light)
        canvas.fill(ellipse(*at, canvas.side * 0.014), colour)


RAIN = np.random.default_rng(5).uniform(0, 1, (34, 2))


def put_rain(canvas: Canvas) -> None:
    """Slanted drops, always in the same places."""
    streak = points(0, 0, 0.004, 0, -0.014, 0.06, -0.018, 0.06) * canvas.side
    for at in RAIN:
        canvas.fill(streak + at * [canvas.width, canvas.height], (196, 212, 232))
