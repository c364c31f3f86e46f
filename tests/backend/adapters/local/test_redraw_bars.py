"""What a redraw of the embedded model's own pictures has to keep and to draw; `make bench ARGS=redraw` prints it."""

import pytest

from backend.adapters.local.abilities import frame
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL
from tests.benchmarks.redraw import measured


@pytest.mark.slow
def test_a_redraw_keeps_its_picture_draws_it_and_shows_no_seams_which_bare_tiles_do() -> None:
    rows = list(measured(EMBEDDED_MODEL, frame(EMBEDDED_MODEL), steps=4, timed=False))
    assert len(rows) == 7
    assert [row for row in rows if not row.met] == []
