"""Things that people made, and a smiling face, in a box from -1 to 1 with y pointing down."""

import numpy as np

from tools.tiny_model.pictures.canvas import Part, softly
from tools.tiny_model.pictures.shapes import blob, box, ellipse, points, rounded, turned
from tools.tiny_model.world.palette import INK, PAPER, TRUNK, Rgb, mix, scale

GLASS: Rgb = (196, 232, 252)
SKYLIGHT: Rgb = (120, 186, 230)
SAIL: Rgb = (250, 247, 238)
STEEL: Rgb = (128, 134, 148)
FLAG: Rgb = (226, 58, 52)


def car(colour: Rgb) -> list[Part]:
    """A car seen from the side; it drives to the left."""
    body = blob(-1.0, 0.3, -0.98, 0.04, -0.6, -0.06, 0.6, -0.08, 0.96, 0.02, 1.02, 0.34, 0.9, 0.46, -0.9, 0.46)
    cabin = points(-0.62, -0.02, -0.34, -0.52, -0.24, -0.56, 0.36, -0.56, 0.46, -0.52, 0.76, -0.02)
    glass = [
        points(-0.48, -0.06, -0.28, -0.42, 0.02, -0.42, 0.02, -0.06),
        points(0.12, -0.06, 0.12, -0.42, 0.38, -0.42, 0.6, -0.06),
    ]
    wheels = [
        Part(ellipse(x, 0.46, size), fill)
        for x in (-0.56, 0.56)
        for size, fill in ((0.28, INK), (0.14, (206, 208, 214)))
    ]
    under = Part(blob(-0.99, 0.3, 0, 0.26, 1.02, 0.3, 0.9, 0.46, -0.9, 0.46), scale(colour, 0.76))
    lamps = [
        Part(ellipse(-0.93, 0.12, 0.08, 0.09), (255, 240, 170)),
        Part(ellipse(0.97, 0.12, 0.05, 0.09), (220, 50, 44)),
    ]
    return [
        Part(cabin, colour, None, 0.1),
        *(Part(pane, GLASS, SKYLIGHT) for pane in glass),
        Part(body, *softly(colour)),
        under,
        *lamps,
        Part(box(0.06, 0.04, 0.2, 0.08), scale(colour, 0.6)),
        *wheels,
    ]


def boat(colour: Rgb) -> list[Part]:
    """A sailing boat."""
    hull = blob(-0.98, 0.36, -0.5, 0.42, 0.5, 0.42, 0.98, 0.34, 0.72, 0.8, 0.5, 0.9, -0.5, 0.9, -0.74, 0.8)
    band = points(-0.9, 0.5, 0.92, 0.5, 0.88, 0.6, -0.86, 0.6)
    main, jib = points(0.08, -0.94, 0.08, 0.24, 0.86, 0.24), points(-0.08, -0.74, -0.08, 0.24, -0.72, 0.24)
    panel = points(0.08, -0.3, 0.08, 0.02, 0.71, 0.02, 0.5, -0.3)
    flag = points(0.0, -1.02, 0.0, -0.84, -0.3, -0.93)
    return [
        Part(box(-0.035, -1.0, 0.035, 0.44), TRUNK),
        Part(flag, FLAG),
        Part(main, SAIL, (226, 222, 214), 0.1),
        Part(panel, mix(colour, SAIL, 0.35)),
        Part(jib, SAIL, (214, 212, 208), 0.14),
        Part(hull, *softly(colour), 0.2),
        Part(band, PAPER if sum(colour) < 640 else STEEL),
    ]


def balloon(colour: Rgb) -> list[Part]:
    """A balloon on a string."""
    string = points(-0.02, 0.5, 0.05, 0.66, -0.04, 0.82, 0.02, 1.0, 0.06, 1.0, 0.0, 0.82, 0.09, 0.66, 0.02, 0.5)
    bulb = blob(
        0, -0.98, 0.42, -0.84, 0.62, -0.4, 0.46, 0.1, 0.1, 0.42, -0.1, 0.42, -0.46, 0.1, -0.62, -0.4, -0.42, -0.84
    )
    gleam = turned(ellipse(0.28, -0.58, 0.1, 0.2), -28, about=(0.28, -0.58))
    return [Part(string, STEEL), Part(points(-0.12, 0.54, 0.12, 0.54, 0, 0.36), scale(colour, 0.8)),
            Part(bulb, *softly(colour), 0.16), Part(gleam, mix(colour, PAPER, 0.7))]  # fmt: skip


def rocket(colour: Rgb) -> list[Part]:
    """A rocket that flies upwards."""
    hull = blob(0, -1.0, 0.26, -0.66, 0.38, -0.1, 0.32, 0.56, -0.32, 0.56, -0.38, -0.1, -0.26, -0.66)
    nose = blob(0, -1.0, 0.16, -0.8, 0.27, -0.56, 0.1, -0.5, -0.1, -0.5, -0.27, -0.56, -0.16, -0.8)
    fin = blob(-0.34, 0.0, -0.66, 0.44, -0.7, 0.8, -0.42, 0.62, -0.26, 0.56)
    accent = (204, 44, 48) if abs(colour[0] - 222) + abs(colour[1] - 32) > 90 else (250, 200, 60)
    flames = [Part(blob(-0.22, 0.54, 0.22, 0.54, 0.16, 0.8, 0, 1.06, -0.16, 0.8), (250, 140, 30)),
              Part(blob(-0.11, 0.54, 0.11, 0.54, 0.08, 0.7, 0, 0.86, -0.08, 0.7), (255, 230, 110))]  # fmt: skip
    return [*flames, Part(fin, accent, scale(accent, 0.8)), Part(fin * [-1, 1], accent, scale(accent, 0.8)),
            Part(hull, *softly(colour), 0.2), Part(nose, accent, None, 0.2), Part(box(-0.2, 0.54, 0.2, 0.62), STEEL),
            Part(ellipse(0, -0.2, 0.2), scale(STEEL, 0.8)), Part(ellipse(0, -0.2, 0.14), GLASS, SKYLIGHT)]  # fmt: skip


def robot(colour: Rgb) -> list[Part]:
    """A robot with an antenna that looks at us."""
    joint = scale(STEEL, 0.8)
    arms = [rounded(side * 0.74 - 0.13, 0.06, side * 0.74 + 0.13, 0.66, 0.1) for side in (-1, 1)]
    hands = [Part(ellipse(side * 0.74, 0.7, 0.15), joint) for side in (-1, 1)]
    legs = [Part(box(x - 0.12, 0.66, x + 0.12, 0.9), joint) for x in (-0.26, 0.26)]
    feet = [Part(rounded(x - 0.2, 0.84, x + 0.2, 1.0, 0.07), scale(colour, 0.74)) for x in (-0.28, 0.28)]
    screen = rounded(-0.46, -0.56, 0.46, -0.2, 0.12)
    eyes = [Part(ellipse(x, -0.38, 0.11), (120, 244, 250)) for x in (-0.22, 0.22)]
    antenna = [Part(box(-0.03, -0.94, 0.03, -0.7), STEEL), Part(ellipse(0, -0.94, 0.1), FLAG)]
    panel = [Part(rounded(-0.3, 0.18, 0.3, 0.54, 0.06), PAPER if sum(colour) < 640 else (190, 194, 204))]
    panel += [
        Part(ellipse(x, 0.36, 0.075), light) for x, light in ((-0.17, FLAG), (0, (250, 200, 60)), (0.17, (70, 180, 90)))
    ]
    return [
        *antenna,
        *legs,
        *feet,
        *(Part(arm, scale(colour, 0.86), None, 0.3) for arm in arms),
        *hands,
        Part(box(-0.14, -0.1, 0.14, 0.08), joint),
        Part(rounded(-0.56, 0.02, 0.56, 0.72, 0.12), *softly(colour), 0.13),
        *panel,
        Part(rounded(-0.62, -0.74, 0.62, -0.06, 0.18), *softly(colour), 0.13),
        Part(screen, (34, 40, 58)),
        *eyes,
    ]


def face(colour: Rgb) -> list[Part]:
    """A smiling face."""
    ink = PAPER if sum(colour) < 150 else INK
    smile = np.concatenate([ellipse(0, 0.12, 0.6, 0.5, start=15, stop=165),
                            ellipse(0, 0.0, 0.6, 0.4, start=165, stop=15)])  # fmt: skip
    eyes = [ellipse(-0.36, -0.28, 0.14, 0.19), ellipse(0.36, -0.28, 0.14, 0.19)]
    cheeks = [Part(ellipse(x, 0.12, 0.17, 0.11), mix(colour, (250, 90, 100), 0.4)) for x in (-0.66, 0.66)]
    return [Part(ellipse(0, 0, 1), *softly(colour), 0.09), *cheeks, *(Part(eye, ink) for eye in eyes), Part(smile, ink)]
