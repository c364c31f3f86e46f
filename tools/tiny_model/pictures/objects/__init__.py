"""Simple objects as stacks of filled outlines, in a box from -1 to 1 with y pointing down."""

from collections.abc import Callable

from tools.tiny_model.pictures.canvas import Part, softly
from tools.tiny_model.pictures.objects.animals import bird, cat, fish, fox
from tools.tiny_model.pictures.objects.buildings import castle, house
from tools.tiny_model.pictures.objects.made import balloon, boat, car, face, robot, rocket
from tools.tiny_model.pictures.objects.plants import apple, flower, mushroom, pear, pine, tree
from tools.tiny_model.pictures.shapes import OUTLINES, RING_HOLE
from tools.tiny_model.world.palette import Rgb

OBJECTS: dict[str, Callable[[Rgb], list[Part]]] = {
    "house": house, "tree": tree, "pine": pine, "car": car, "boat": boat, "flower": flower,
    "fish": fish, "face": face, "balloon": balloon, "mushroom": mushroom, "rocket": rocket, "cat": cat,
    "fox": fox, "bird": bird, "robot": robot, "castle": castle, "apple": apple, "pear": pear,
}  # fmt: skip
STANDING = (
    "house",
    "tree",
    "pine",
    "car",
    "mushroom",
    "cat",
    "fox",
    "bird",
    "robot",
    "castle",
    "apple",
    "pear",
    "flower",
)
SHAPE_SHADE = 0.1


def parts_of(name: str, *, colour: Rgb) -> list[Part]:
    """The filled outlines of a named shape or object, back to front."""
    if name in OBJECTS:
        return OBJECTS[name](colour)
    hole = RING_HOLE if name == "ring" else None
    return [Part(OUTLINES[name], *softly(colour), shade=SHAPE_SHADE if hole is None else 0.05, hole=hole)]
