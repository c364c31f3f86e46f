"""Trees, a flower, a mushroom and fruit, in a box from -1 to 1 with y pointing down."""

from tools.tiny_model.pictures.canvas import Part, softly
from tools.tiny_model.pictures.shapes import blob, box, ellipse, points, turned
from tools.tiny_model.world.palette import INK, PAPER, TRUNK, Rgb, mix, scale

STEM: Rgb = (44, 140, 56)
LEAF: Rgb = (74, 168, 72)
GLEAM: Rgb = (255, 255, 255)


def tree(colour: Rgb) -> list[Part]:
    """A leafy tree."""
    trunk = points(-0.16, 1, -0.09, 0.5, -0.12, 0.1, 0.12, 0.1, 0.09, 0.5, 0.16, 1)
    dark, light = scale(colour, 0.8), mix(colour, (255, 250, 200), 0.16)
    crown = [
        (-0.5, 0.0, 0.38, dark),
        (0.46, 0.02, 0.38, dark),
        (-0.34, -0.4, 0.42, colour),
        (0.36, -0.38, 0.42, colour),
        (0, -0.02, 0.44, colour),
        (0.06, -0.56, 0.4, light),
        (0.3, -0.2, 0.28, light),
    ]
    leaves = [Part(ellipse(x, y, radius), shade, None, 0.14 if shade != light else 0) for x, y, radius, shade in crown]
    return [Part(trunk, TRUNK, scale(TRUNK, 0.75), 0.4), *leaves]


def pine(colour: Rgb) -> list[Part]:
    """A fir of three tiers."""
    tiers = [(-0.05, 0.76, 0.8), (-0.5, 0.25, 0.62), (-1.0, -0.28, 0.44)]
    parts = [Part(box(-0.12, 0.6, 0.12, 1), TRUNK, None, 0.4)]
    for top, foot, half in tiers:
        edge = points(
            0, top, half, foot, half * 0.5, foot - 0.07, 0, foot + 0.03, -half * 0.5, foot - 0.07, -half, foot
        )
        parts.append(Part(edge, mix(colour, (255, 255, 230), 0.16), scale(colour, 0.86), 0.28))
    return parts


def flower(colour: Rgb) -> list[Part]:
    """A flower of eight petals on a stem with two leaves."""
    stem = blob(-0.05, 0.0, 0.05, 0.0, 0.03, 0.5, 0.06, 1, -0.06, 1, -0.05, 0.5)
    leaves = [turned(ellipse(0.3, 0.62, 0.27, 0.11), -28, about=(0.3, 0.62)),
              turned(ellipse(-0.28, 0.74, 0.26, 0.1), 28, about=(-0.28, 0.74))]  # fmt: skip
    petal = ellipse(0, -0.78, 0.19, 0.3)
    middle = (0.0, -0.36)
    petals = [turned(petal, 45 * at, about=middle) for at in range(8)]
    heart = (112, 62, 30) if colour[0] > 200 and colour[1] > 180 and colour[2] < 120 else (250, 200, 48)
    tones = [mix(colour, (255, 255, 255), 0.16), scale(colour, 0.9)]
    return [Part(stem, STEM), *(Part(leaf, LEAF, STEM, 0.3) for leaf in leaves),
            *(Part(each, tones[at % 2]) for at, each in enumerate(petals)),
            Part(ellipse(*middle, 0.24), heart, None, 0.18)]  # fmt: skip


def mushroom(colour: Rgb) -> list[Part]:
    """A mushroom with a dotted cap."""
    cap = blob(-0.98, 0.1, -0.8, -0.42, -0.36, -0.82, 0, -0.9, 0.36, -0.82, 0.8, -0.42, 0.98, 0.1, 0.5, 0.2, 0, 0.22,
               -0.5, 0.2)  # fmt: skip
    spot = INK if sum(colour) > 690 else PAPER
    dots = [ellipse(-0.46, -0.3, 0.15, 0.14), ellipse(0.06, -0.55, 0.17, 0.15), ellipse(0.56, -0.24, 0.14, 0.13),
            ellipse(0.08, -0.08, 0.11, 0.09)]  # fmt: skip
    stem = blob(-0.26, 0.1, -0.2, 0.5, -0.34, 0.9, 0, 0.98, 0.34, 0.9, 0.2, 0.5, 0.26, 0.1)
    gills = Part(ellipse(0, 0.16, 0.62, 0.12), (206, 184, 156))
    return [Part(stem, (248, 236, 214), (226, 206, 176), 0.3), gills, Part(cap, *softly(colour), 0.14),
            *(Part(dot, spot) for dot in dots)]  # fmt: skip


def apple(colour: Rgb) -> list[Part]:
    """An apple with a leaf."""
    body = blob(0, -0.5, 0.42, -0.66, 0.84, -0.42, 0.92, 0.1, 0.68, 0.68, 0.3, 0.94, 0, 0.86, -0.3, 0.94, -0.68, 0.68,
                -0.92, 0.1, -0.84, -0.42, -0.42, -0.66)  # fmt: skip
    stem = points(-0.05, -0.44, 0.02, -0.98, 0.13, -0.96, 0.06, -0.44)
    leaf = turned(ellipse(0.38, -0.84, 0.28, 0.12), -22, about=(0.38, -0.84))
    return [Part(body, *softly(colour), 0.13), Part(stem, TRUNK), Part(leaf, LEAF, STEM, 0.3),
            Part(turned(ellipse(0.5, -0.2, 0.1, 0.22), -20, about=(0.5, -0.2)), mix(colour, GLEAM, 0.62))]  # fmt: skip


def pear(colour: Rgb) -> list[Part]:
    """A pear with a leaf."""
    body = blob(0, -0.72, 0.26, -0.6, 0.36, -0.2, 0.66, 0.2, 0.68, 0.64, 0.36, 0.94, 0, 0.96, -0.36, 0.94, -0.68, 0.64,
                -0.66, 0.2, -0.36, -0.2, -0.26, -0.6)  # fmt: skip
    stem = points(-0.05, -0.66, 0.04, -1.02, 0.14, -0.99, 0.06, -0.66)
    leaf = turned(ellipse(0.36, -0.86, 0.26, 0.11), -14, about=(0.36, -0.86))
    return [Part(stem, TRUNK), Part(body, *softly(colour), 0.14), Part(leaf, LEAF, STEM, 0.3),
            Part(ellipse(0.36, 0.28, 0.1, 0.2), mix(colour, GLEAM, 0.62))]  # fmt: skip
