"""What the simulated Runware bills, written down a second time, so that a wrong estimate of the adapter's shows.

Sources: https://runware.ai/docs/models/alibaba-z-image-turbo, 2026-11: 0.0013, 0.0032 and 0.0141 USD at 512², 1024² and
2048² (their steps unsaid), and 0.0013 USD for each of its four examples at 4 steps, up to 1344×768. Published bills of
Runware's models are whole numbers of 0.00064 USD, rounded to four places. No formula is published; this one gives all
seven, with the three of the table at 9 steps. A control picture: about 0.0006 USD, by published bills of the task.
"""

import math
from decimal import Decimal
from typing import Any

UNIT = Decimal("0.00064")
"""USD."""
START = 0.21
A_STEP_AND_MEGAPIXEL, AND_AGAIN_A_MEGAPIXEL = 0.365, 0.045
"""Units, as `START` is."""
CONTROL_PICTURE = Decimal("0.0006")
"""USD."""
STEPS = 8
"""Of a task that names none; the page says no default, the simulator draws with so many."""


def published(task: dict[str, Any]) -> Decimal:
    """Return the USD of one image of a task; with a start image only the share `strength` of its steps is computed."""
    if task["taskType"] == "controlNetPreprocess":
        return CONTROL_PICTURE
    share = task.get("strength", 1) if "inputs" in task else 1
    return of_steps(task["width"] * task["height"], max(1, round(task.get("steps", STEPS) * share)))


def of_steps(pixels: int, steps: int) -> Decimal:
    """Return the USD of one image of so many pixels and computed steps."""
    megapixels = pixels / 1e6
    seconds = START + steps * megapixels * (A_STEP_AND_MEGAPIXEL + AND_AGAIN_A_MEGAPIXEL * megapixels)
    return (UNIT * math.ceil(seconds)).quantize(Decimal("0.0001"))
