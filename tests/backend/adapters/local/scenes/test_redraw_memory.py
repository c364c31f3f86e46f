"""What memory a redraw of 4096×4096 takes beside the drawing of its tiles."""

import json
import subprocess
import sys

import pytest

from backend.adapters.local.scenes.frame import Frame
from backend.adapters.local.scenes.mosaic import tiles_memory


@pytest.mark.slow
@pytest.mark.timeout(400)  # a process that loads torch, on a machine that may be busy
def test_a_redraw_of_4096_stays_near_the_memory_of_a_draw_and_holds_its_picture_once() -> None:
    command = [sys.executable, "-m", "tests.backend.adapters.local.scenes.peak_memory"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    draw, redraw, canvas = found["draw"], found["redraw"], found["canvas"]
    assert redraw <= 1.3 * draw + canvas
    # One picture at four bytes a pixel, a row of tiles as floats, the noise: a second picture would be 67 MB more.
    assert redraw - draw <= 4 * canvas
    assert redraw - draw <= tiles_memory((4096, 4096), Frame((1024, 1024)))
