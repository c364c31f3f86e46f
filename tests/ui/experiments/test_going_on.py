"""A picture in tiles that was stopped goes on by a press: the same request, of which the kept tiles are known."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import Request, TextToImage, parse_request
from backend.generation.generate import generate
from backend.playground import Playground
from ui.runs.board import Board, board_html
from ui.runs.sheets.going_on import go_on_html, rest_of
from ui.serving.served import Served

TILED = {"prompt": "a barn", "width": 128, "height": 128, "steps": 1, "hires_scale": 1.5, "seed": 7, "count": 3}


@pytest.fixture
def runs(playground: Playground, caller: Caller) -> Run:
    *_, last = generate(playground, caller, "fake", TextToImage.model_validate(TILED))
    assert isinstance(last, Finished)
    return last.run


def left(run: Run, images: int) -> Run:
    """Return a run as if it had been stopped after so many images."""
    return replace(run, images=run.images[:images])


def test_what_is_not_made_yet_is_asked_for_by_its_own_seeds(runs: Run) -> None:
    for images, seed, count in ((0, 7, 3), (1, 8, 2), (2, 9, 1)):
        rest = rest_of(left(runs, images))
        assert rest == runs.request.model_copy(update={"seed": seed, "count": count})


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ({"mode": "text_to_image", "hires_scale": 2.0}, True),
        ({"mode": "upscale", "image": "0" * 64, "method": "redraw"}, True),
        ({"mode": "upscale", "image": "0" * 64}, False),
        ({"mode": "text_to_image"}, False),
        ({"mode": "text_to_image", "hires_scale": 2.0, "variation_strength": 0.2}, False),
    ],
)
def test_it_is_offered_where_tiles_are_kept(runs: Run, asked: dict[str, object], offered: bool) -> None:
    request: Request = parse_request({"prompt": "a barn", "seed": 7, **asked})
    html = go_on_html(replace(runs, request=request, images=()), Estimate(Decimal("0.02")))
    assert bool(html) == offered
    assert ("≈" in html and "0.02" in html) == offered


def test_the_stage_offers_it_once_the_run_has_ended_without_all_its_images(
    playground: Playground, runs: Run, caller: Caller
) -> None:
    served = Served(playground.files, playground.holders)
    board = Board(runs.request, "Fake", "free", caller.visitor, stopped=3.0, run_id=runs.id)
    assert "go_on" not in board_html(board, served)
    board.arrived(left(runs, 1))
    assert f'data-run="{runs.id}"' in board_html(board, served).partition('data-starts="go_on"')[0]
    assert "go_on" not in board_html(board, served, alone=False)
    board.arrived(runs)
    assert "go_on" not in board_html(board, served)
