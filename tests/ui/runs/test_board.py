"""What a run shows while it goes on, and what it shows at the end."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image

from backend.domain.errors import Billed, GenerationFailed, InvalidRequest, Problem, ProviderTimeout
from backend.domain.events import Failed, Finished, Generated, Progress, Queued
from backend.domain.records import Run, RunImage
from backend.domain.requests import TextToImage
from backend.images.encoding import encode
from backend.playground import Playground
from ui.look.sentences import error_card
from ui.runs.board import Board, board_html
from ui.runs.cards import facts
from ui.serving.served import Served

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def served(playground: Playground) -> Served:
    return Served(playground.files, playground.holders)


def board(count: int = 2, prompt: str = "a fox") -> Board:
    return Board(TextToImage(prompt=prompt, width=128, height=128, count=count, seed=7), "Fake", "billed", "visitor-1")


def made(served: Served, index: int, seed: int | None = 7, cost: str | None = "0.0013") -> Generated:
    picture = Image.new("RGB", (64, 64), (index, 0, 0))
    sha256 = served.files.put(encode(picture, "png"), "png")
    money = None if cost is None else Decimal(cost)
    record = RunImage(index, sha256, "png", 64, 64, seed, money)
    return Generated(picture, seed, money, index, record=record)


def test_a_waiting_run_says_how_many_are_ahead(served: Served) -> None:
    shown = board()
    shown.see(Queued(3))
    assert "3 ahead" in board_html(shown, served)


def test_a_provider_that_counts_no_steps_says_what_it_does(served: Served) -> None:
    shown = board(count=1)
    shown.see(Progress(0, 0, doing="ModelRunner is drawing"))
    html = board_html(shown, served)
    assert "ModelRunner is drawing" in html
    assert "step" not in html


def test_steps_are_counted_and_the_preview_is_shown(served: Served) -> None:
    shown = board()
    shown.see(Progress(3, 8, b"jpeg", 1))
    html = board_html(shown, served)
    assert "Image 2 of 2, step 3 of 8" in html
    assert "data:image/jpeg;base64,anBlZw==" in html
    assert html.count('class="slot') == 2


def test_a_finished_image_replaces_its_place(served: Served) -> None:
    shown = board()
    shown.see(made(served, 0))
    html = board_html(shown, served)
    assert html.count('class="slot') == 1
    assert "seed 7" in html
    assert "$0.0013" in html
    assert "64 × 64" in html


def test_an_unknown_seed_and_cost_are_said_to_be_unknown(served: Served) -> None:
    shown = board(count=1)
    shown.see(made(served, 0, seed=None, cost=None))
    html = board_html(shown, served)
    assert "seed unknown" in html
    assert "cost unknown" in html
    assert "disabled" in html


def test_a_partial_failure_keeps_its_images_and_says_what_happened(served: Served) -> None:
    shown = board()
    shown.see(made(served, 0))
    run = Run("r", "v", "fake", shown.request, "partial", datetime.now(UTC))
    shown.see(Failed(GenerationFailed("The model gave up."), run))
    html = board_html(shown, served)
    assert "The model gave up." in html
    assert 'class="card"' in html
    assert 'class="slot' not in html


@pytest.mark.parametrize(
    ("billed", "words"),
    [
        ("no", "Nothing was billed for what is missing."),
        ("yes", "What is missing was billed, too."),
        ("unknown", "Whether what is missing was billed isn"),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_beside_paid_images_a_failure_speaks_of_what_is_missing(
    served: Served, billed: Billed, words: str, alone: bool
) -> None:
    shown = board()
    shown.see(made(served, 0))
    run = Run("r", "v", "fake", shown.request, "partial", datetime.now(UTC))
    shown.see(Failed(GenerationFailed("The model gave up.", billed=billed), run))
    html = board_html(shown, served, alone=alone)
    assert words in html
    assert "Nothing was billed.<" not in html


def test_the_end_of_several_images_sums_up(served: Served) -> None:
    shown = board()
    images = [made(served, index) for index in range(2)]
    for event in images:
        shown.see(event)
    records = tuple(event.record for event in images if event.record)
    run = Run("r", "v", "fake", shown.request, "finished", datetime.now(UTC), records, cost_usd=Decimal("0.0026"))
    shown.see(Finished(Run(**{**{name: getattr(run, name) for name in run.__slots__}, "cost_kind": "billed"})))
    assert "2 images · $0.0026" in board_html(shown, served)


def test_an_error_says_whether_it_was_billed() -> None:
    assert "Nothing was billed" in error_card(GenerationFailed("It broke."))
    assert "known" in error_card(ProviderTimeout("No answer."))


def test_wrong_values_are_listed_by_field() -> None:
    card = error_card(InvalidRequest([Problem("width", "is 1000."), Problem("options.fail_after", "is x.")]))
    assert "<b>Width</b> <span>is 1000.</span>" in card
    assert "<b>Fail after</b>" in card


def test_entries_are_counted_from_one_as_the_form_does() -> None:
    card = error_card(InvalidRequest([Problem("controls.0.image", "is missing.")]))
    assert "<b>Further controls › 1 › Control image</b>" in card


def test_nothing_that_a_visitor_wrote_becomes_markup(served: Served) -> None:
    shown = board(count=1, prompt=HOSTILE)
    shown.see(made(served, 0))
    assert "<script" not in board_html(shown, served)
    assert "<script" not in error_card(GenerationFailed(HOSTILE))


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"computed_steps": 6, "reused_steps": 2}, "6 of 8 steps computed, 2 reused"),
        ({"computed_steps": 8, "reused_steps": 0}, "8 of 8 steps computed, none reused"),
        ({"seconds": 1.4}, None),
    ],
)
def test_an_image_says_what_a_cache_saved(details: dict[str, object], said: str | None) -> None:
    image = RunImage(0, "0" * 64, "png", 64, 64, 7, None, details=details)
    line = facts(image, "free", None)
    assert ("steps" in line) == (said is not None)
    assert said is None or said in line
