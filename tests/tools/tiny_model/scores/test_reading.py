import numpy as np
import pytest

from tests.tools.tiny_model.scores.drawn import drawn
from tools.tiny_model.pictures.composition import held_out
from tools.tiny_model.pictures.landscape import DWELLERS
from tools.tiny_model.pictures.objects import OBJECTS
from tools.tiny_model.pictures.styles import STYLES
from tools.tiny_model.scores import prompts
from tools.tiny_model.scores.control import edge_agreement, low_frequencies
from tools.tiny_model.scores.fidelity import decibels
from tools.tiny_model.scores.reading import read_picture
from tools.tiny_model.scores.scoring import SETS
from tools.tiny_model.world.palette import COLOURS
from tools.tiny_model.world.words import spellings

READ = ("shapes", "chinese", "places", "pairs", "counts")  # by plain image processing


@pytest.mark.parametrize("name", READ)
def test_true_drawings_get_full_marks(name: str) -> None:
    rng = np.random.default_rng(0)
    make, judge = SETS[name]
    wanted = make(60)
    scores = judge(wanted, [drawn(want, rng) for want in wanted])
    assert min(scores.values()) >= 0.95, scores


@pytest.mark.parametrize("name", READ)
def test_pictures_of_other_prompts_get_poor_marks(name: str) -> None:
    rng = np.random.default_rng(0)
    make, judge = SETS[name]
    wanted = make(60)
    pictures = [drawn(want, rng) for want in wanted]
    scores = judge(wanted, pictures[1:] + pictures[:1])
    assert max(value for key, value in scores.items() if "place" not in key) < 0.3, scores


def test_scenes_put_things_where_they_stand_in_training_too() -> None:
    wanted = prompts.scenes(60)
    assert {want.things[0][0] for want in wanted} <= {name for ground in DWELLERS.values() for name in ground}
    assert len({want.prompt for want in wanted}) > 40


def test_style_words_are_spellings_of_their_style() -> None:
    for style, words in prompts.STYLE_WORDS.items():
        assert style in STYLES
        assert any(part in spellings(style) for part in (words, *words.split()))


def test_fidelity_is_in_decibels_of_the_full_range() -> None:
    black = np.zeros((8, 8, 3), np.uint8)
    assert decibels(black, black + 255) == pytest.approx(0)
    assert decibels(black, black + 1) == pytest.approx(48.13, abs=0.01)


def test_low_frequencies_keep_the_level_and_lose_the_details() -> None:
    picture = np.tile(np.array([0, 200], np.uint8), (64, 32))[..., None].repeat(3, 2)
    low = low_frequencies(picture)
    assert low.mean() == pytest.approx(100, abs=1)
    assert low.std() < 5


def test_an_empty_picture_has_no_things() -> None:
    reading = read_picture(np.full((64, 64, 3), COLOURS["blue"], np.uint8))
    assert reading.background == "blue"
    assert reading.things == []


@pytest.mark.parametrize("make", [prompts.shapes, prompts.chinese, prompts.things, prompts.placed])
def test_prompts_are_of_combinations_held_out_from_training(make: object) -> None:
    for want in make(30):  # type: ignore[operator]
        thing, colour, _ = want.things[0]
        assert held_out(thing, colour, want.background)


def test_edges_agree_within_two_pixels() -> None:
    first, near, far = (np.zeros((40, 40), bool) for _ in range(3))
    first[:, 10], near[:, 12], far[:, 14] = True, True, True
    assert edge_agreement(first, first) == 1
    assert edge_agreement(first, near) == 1
    assert edge_agreement(first, far) == 0


def test_every_object_is_asked_for() -> None:
    assert {want.things[0][0] for want in prompts.things(100)} == set(OBJECTS)
