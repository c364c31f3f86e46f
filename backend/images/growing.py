"""How large a picture becomes when it is enlarged, and what is too large."""

from backend.domain.errors import Problem
from backend.domain.parts import MOST_RESULT_SIDE

LEAST_FACTOR = 1.5


def grown_size(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Return width and height (pixels) of a picture of this size at so many times its sides."""
    return round(size[0] * factor), round(size[1] * factor)


def most_factor(size: tuple[int, int]) -> float:
    """Return the largest factor, in hundredths, at which a picture of this size (pixels) isn't too large yet."""
    return int(MOST_RESULT_SIDE * 100 / max(size)) / 100


def growth_problem(size: tuple[int, int], factor: float, field: str = "factor") -> Problem | None:
    """Say that a picture of this size (pixels) would become too large, and up to which factor (a field) it wouldn't."""
    wide, high = grown_size(size, factor)
    if max(wide, high) <= MOST_RESULT_SIDE:
        return None
    most = most_factor(size)
    way_out = f"choose at most {most:g}" if most >= LEAST_FACTOR else "take a smaller picture"
    return Problem(
        field,
        f"is {factor:g}, which makes {wide}×{high} of {size[0]}×{size[1]}; the most is {MOST_RESULT_SIDE} a side: "
        f"{way_out}.",
    )


def outgrown(size: tuple[int, int], added: tuple[int, int], field: str) -> Problem | None:
    """Say that a picture of this size (pixels) becomes too large by what is added across and down (a field of it)."""
    wide, high = size[0] + added[0], size[1] + added[1]
    if max(wide, high) <= MOST_RESULT_SIDE:
        return None
    return Problem(
        field,
        f"makes {wide}×{high} of {size[0]}×{size[1]}; the most is {MOST_RESULT_SIDE} a side: add less, or take a "
        "smaller picture.",
    )
