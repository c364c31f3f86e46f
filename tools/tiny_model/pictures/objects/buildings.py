"""A house and a castle, in a box from -1 to 1 with y pointing down; light comes from the upper right."""

from tools.tiny_model.pictures.canvas import Part, softly
from tools.tiny_model.pictures.shapes import box, ellipse, points
from tools.tiny_model.world.palette import TRUNK, Rgb, mix, scale

ROOF: Rgb = (142, 58, 46)
SLATE: Rgb = (74, 84, 112)
LAMPLIGHT: Rgb = (255, 226, 130)
FRAME: Rgb = (250, 246, 236)
GATE: Rgb = (70, 46, 34)
FLAG: Rgb = (226, 58, 52)


def _window(x: float, y: float, half: float) -> list[Part]:
    bars = [box(x - half * 0.12, y - half, x + half * 0.12, y + half), box(x - half, y - 0.03, x + half, y + 0.03)]
    frame = box(x - half * 1.25, y - half * 1.25, x + half * 1.25, y + half * 1.25)
    return [Part(frame, FRAME), Part(box(x - half, y - half, x + half, y + half), LAMPLIGHT, (250, 190, 84)),
            *(Part(bar, FRAME) for bar in bars)]  # fmt: skip


def house(colour: Rgb) -> list[Part]:
    """A house with a pointed roof, a chimney, a door and two windows."""
    roof, tiles = ROOF if abs(colour[0] - ROOF[0]) + abs(colour[1] - ROOF[1]) > 70 else SLATE, 0.8
    walls = Part(box(-0.74, -0.18, 0.74, 0.96), *softly(colour), 0.16)
    chimney = [Part(box(0.36, -0.92, 0.6, -0.3), scale(roof, 0.8)), Part(box(0.32, -0.98, 0.64, -0.86), roof)]
    eaves = Part(box(-0.74, -0.16, 0.74, -0.04), scale(colour, tiles))
    top = Part(points(-1.02, -0.1, 0, -0.98, 1.02, -0.1), mix(roof, (255, 200, 170), 0.18), roof, 0.14)
    door = [Part(box(-0.22, 0.32, 0.22, 0.96), FRAME), Part(box(-0.17, 0.38, 0.17, 0.96), TRUNK, scale(TRUNK, 0.8)),
            Part(ellipse(0.1, 0.7, 0.04), LAMPLIGHT)]  # fmt: skip
    return [*chimney, walls, eaves, top, *_window(-0.48, 0.34, 0.15), *_window(0.48, 0.34, 0.15), *door]


def _tower(x: float, half: float, top: float, colour: Rgb) -> list[Part]:
    roof = Part(points(x - half * 1.35, top, x, top - 0.52, x + half * 1.35, top), (96, 108, 158), SLATE, 0.22)
    slit = [Part(box(x - 0.05, top + 0.24, x + 0.05, top + 0.48), LAMPLIGHT)]
    pennant = [Part(box(x - 0.015, top - 0.72, x + 0.015, top - 0.48), GATE),
               Part(points(x, top - 0.73, x + 0.26, top - 0.65, x, top - 0.57), FLAG)]  # fmt: skip
    return [*pennant, Part(box(x - half, top - 0.02, x + half, 0.96), *softly(colour), 0.3), roof, *slit]


def castle(colour: Rgb) -> list[Part]:
    """A castle of two towers and a keep between them, with battlements, a gate and flags."""
    back = scale(colour, 0.86)
    keep = [Part(box(-0.3, -0.42, 0.3, 0.9), *softly(back), 0.2)]
    keep += [Part(box(x, -0.56, x + 0.14, -0.4), back) for x in (-0.3, -0.07, 0.16)]
    wall = [Part(box(-0.6, 0.14, 0.6, 0.96), *softly(colour))]
    wall += [Part(box(x, 0.0, x + 0.15, 0.16), colour) for x in (-0.4, -0.075, 0.25)]
    gate = [Part(ellipse(0, 0.62, 0.26), GATE), Part(box(-0.26, 0.62, 0.26, 0.96), GATE)]
    bars = [Part(box(x - 0.02, 0.44, x + 0.02, 0.96), scale(GATE, 1.7)) for x in (-0.12, 0, 0.12)]
    lights = [Part(box(x - 0.05, -0.22, x + 0.05, -0.02), LAMPLIGHT) for x in (-0.14, 0.14)]
    towers = [*_tower(-0.72, 0.24, -0.2, colour), *_tower(0.72, 0.24, -0.2, colour)]
    return [*keep, *lights, *wall, *towers, *gate, *bars]
