"""A cat, a fox, a bird and a fish, in a box from -1 to 1 with y pointing down."""

from tools.tiny_model.pictures.canvas import Part, softly
from tools.tiny_model.pictures.shapes import blob, ellipse, flipped, points, turned
from tools.tiny_model.world.palette import INK, PAPER, Rgb, mix, scale

BLUSH: Rgb = (240, 130, 140)
BEAK: Rgb = (248, 168, 40)
CREAM: Rgb = (252, 244, 230)


def _light(colour: Rgb) -> Rgb:
    """A paler tone of a coat, for breast and muzzle."""
    return mix(colour, CREAM, 0.72)


def _eye(x: float, y: float, size: float, *, white: bool = True) -> list[Part]:
    parts = [Part(ellipse(x, y, size, size * 1.1), PAPER)] if white else []
    pupil = size * (0.68 if white else 1)
    return [
        *parts,
        Part(ellipse(x, y, pupil, pupil * 1.1), INK),
        Part(ellipse(x + size * 0.22, y - size * 0.3, size * 0.24), PAPER),
    ]


def cat(colour: Rgb) -> list[Part]:
    """A cat that sits and looks at us."""
    tail = blob(0.3, 0.9, 0.72, 0.86, 0.86, 0.5, 0.74, 0.2, 0.88, 0.12, 1.0, 0.46, 0.92, 0.9, 0.6, 1.0)
    body = blob(-0.3, 0.1, 0.3, 0.1, 0.5, 0.6, 0.5, 0.96, 0, 1.0, -0.5, 0.96, -0.5, 0.6)
    head = blob(-0.6, -0.36, -0.36, -0.66, 0, -0.7, 0.36, -0.66, 0.6, -0.36, 0.44, 0.02, 0, 0.16, -0.44, 0.02)
    ear, inside = points(-0.6, -0.3, -0.6, -1.0, -0.1, -0.66), points(-0.52, -0.5, -0.53, -0.84, -0.28, -0.66)
    paws = [Part(ellipse(x, 0.92, 0.17, 0.1), _light(colour)) for x in (-0.2, 0.2)]
    green = (150, 214, 96) if colour[1] < 190 or colour[0] > 150 else (250, 206, 70)
    eyes = [Part(ellipse(x, -0.3, 0.13, 0.15), green) for x in (-0.26, 0.26)]
    pupils = [Part(ellipse(x, -0.3, 0.055, 0.13), INK) for x in (-0.26, 0.26)]
    return [
        Part(tail, scale(colour, 0.88)),
        Part(body, *softly(colour), 0.12),
        Part(ellipse(0, 0.46, 0.22, 0.32), _light(colour)),
        *paws,
        Part(ear, colour),
        Part(flipped(ear), colour),
        Part(inside, BLUSH),
        Part(flipped(inside), BLUSH),
        Part(head, *softly(colour), 0.1),
        *eyes,
        *pupils,
        Part(points(-0.09, -0.13, 0.09, -0.13, 0, -0.03), BLUSH),
    ]


def fox(colour: Rgb) -> list[Part]:
    """A fox that sits to the left, with a bushy tail."""
    white = CREAM if sum(colour) < 690 else (206, 206, 212)
    dark = scale(colour, 0.42)
    tail = blob(0.16, 0.94, 0.5, 0.6, 0.52, 0.1, 0.74, -0.3, 1.0, 0.1, 1.0, 0.6, 0.74, 0.94)
    tip = blob(0.56, 0.02, 0.74, -0.3, 0.98, 0.06, 0.86, 0.1, 0.76, 0.02, 0.66, 0.12)
    body = blob(-0.36, -0.1, 0.1, -0.16, 0.4, 0.3, 0.46, 0.8, 0.3, 0.98, -0.3, 0.98, -0.42, 0.5)
    breast = blob(-0.4, 0.0, -0.12, 0.0, -0.1, 0.4, -0.24, 0.66, -0.4, 0.44)
    head = points(-1.0, -0.14, -0.66, -0.44, -0.42, -0.62, 0.06, -0.58, 0.2, -0.24, 0.02, 0.06, -0.4, 0.1)
    cheek = points(-1.0, -0.14, -0.5, -0.2, -0.16, -0.1, 0.02, 0.06, -0.4, 0.1)
    ears = [points(-0.5, -0.52, -0.42, -1.0, -0.16, -0.56), points(-0.14, -0.54, 0.08, -1.0, 0.16, -0.42)]
    inside = [points(-0.43, -0.58, -0.39, -0.84, -0.25, -0.6), points(-0.04, -0.58, 0.06, -0.82, 0.1, -0.5)]
    legs = [Part(blob(x - 0.1, 0.7, x + 0.1, 0.7, x + 0.1, 0.98, x - 0.14, 0.98), dark) for x in (-0.28, 0.0)]
    return [Part(tail, *softly(colour), 0.12), Part(tip, white), Part(body, *softly(colour), 0.12), Part(breast, white),
            *legs, *(Part(ear, scale(colour, 0.84)) for ear in ears), *(Part(each, dark) for each in inside),
            Part(head, *softly(colour)), Part(cheek, white), Part(ellipse(-0.97, -0.14, 0.09), INK),
            *_eye(-0.4, -0.3, 0.09, white=False)]  # fmt: skip


def bird(colour: Rgb) -> list[Part]:
    """A bird that looks to the left."""
    tail = points(0.5, 0.0, 1.02, -0.24, 1.06, 0.04, 0.6, 0.36)
    body = blob(-0.72, -0.34, -0.52, -0.66, -0.14, -0.64, 0.16, -0.3, 0.66, 0.06, 0.5, 0.48, 0.06, 0.66, -0.42, 0.52,
                -0.68, 0.1)  # fmt: skip
    belly = blob(-0.66, 0.02, -0.4, 0.02, 0.0, 0.3, 0.26, 0.56, 0.06, 0.66, -0.42, 0.52)
    wing = blob(-0.12, -0.2, 0.2, -0.16, 0.76, 0.22, 0.36, 0.34, 0.02, 0.2)
    beak = points(-0.7, -0.48, -1.04, -0.3, -0.7, -0.22)
    legs = [
        points(x, 0.58, x + 0.05, 0.58, x + 0.05, 0.9, x + 0.1, 0.98, x - 0.16, 0.98, x, 0.9) for x in (-0.22, 0.04)
    ]
    return [*(Part(leg, scale(BEAK, 0.85)) for leg in legs), Part(tail, scale(colour, 0.72)), Part(beak, BEAK),
            Part(body, *softly(colour)), Part(belly, _light(colour)), Part(wing, scale(colour, 0.74), None, 0.2),
            *_eye(-0.42, -0.38, 0.1, white=False)]  # fmt: skip


def fish(colour: Rgb) -> list[Part]:
    """A fish that swims to the left."""
    tail = blob(0.42, 0.0, 0.72, -0.4, 1.04, -0.56, 0.92, 0.0, 1.04, 0.56, 0.72, 0.4)
    body = blob(-1.0, 0.04, -0.74, -0.34, -0.2, -0.56, 0.3, -0.32, 0.6, 0.0, 0.3, 0.34, -0.2, 0.56, -0.74, 0.38)
    belly = blob(-0.96, 0.1, -0.5, 0.22, 0.1, 0.2, 0.46, 0.12, 0.3, 0.34, -0.2, 0.56, -0.74, 0.38)
    fins = [blob(-0.36, -0.46, 0.0, -0.82, 0.38, -0.7, 0.3, -0.34), blob(-0.1, 0.46, 0.16, 0.78, 0.4, 0.68, 0.22, 0.36)]
    gill = blob(-0.44, -0.34, -0.3, 0.0, -0.44, 0.34, -0.36, 0.34, -0.2, 0.0, -0.36, -0.36)
    fin = turned(ellipse(0.1, 0.06, 0.22, 0.1), 24, about=(0.1, 0.06))
    return [
        Part(tail, mix(colour, PAPER, 0.14), scale(colour, 0.8)),
        *(Part(each, scale(colour, 0.78)) for each in fins),
        Part(body, *softly(colour)),
        Part(belly, _light(colour)),
        Part(gill, scale(colour, 0.76)),
        Part(fin, scale(colour, 0.7)),
        *_eye(-0.62, -0.1, 0.13),
    ]
