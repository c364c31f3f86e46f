import numpy as np
import pytest

from tools.tiny_model.composition import held_out
from tools.tiny_model.drawing import KINDS, draw
from tools.tiny_model.words import IDEAS, numbers


def test_an_example_is_always_the_same() -> None:
    first, second = draw(7), draw(7)
    assert first.captions == second.captions
    assert np.array_equal(first.pixels, second.pixels)


def test_two_examples_differ() -> None:
    assert not np.array_equal(draw(1).pixels, draw(2).pixels)


@pytest.mark.parametrize(("width", "height"), [(128, 128), (192, 128), (144, 256), (256, 256)])
def test_an_example_has_the_size_asked_for(width: int, height: int) -> None:
    assert draw(3, width=width, height=height).pixels.shape == (height, width, 3)


def test_every_kind_of_picture_is_drawn() -> None:
    assert {draw(index).kind for index in range(200)} == set(KINDS)


def test_captions_use_known_words_alone_and_fit_the_text_encoder() -> None:
    captions = [caption for index in range(400) for caption in draw(index).captions]
    assert {number for caption in captions for number in numbers(caption)} == set(IDEAS.values())
    assert max(len(numbers(caption)) for caption in captions) <= 30


@pytest.mark.parametrize("loose", [False, True])
def test_held_out_combinations_are_never_drawn(loose: bool) -> None:
    seen = 0
    for index in range(600):
        example = draw(index, loose=loose)
        words = example.captions[0].split()
        if example.kind == "single" and len(words) == 4 and words[3] == "background":
            colour, thing, background = words[:3]
            seen += 1
            assert not held_out(thing, colour, background)
    assert seen > 30


def test_a_loose_example_is_another_than_the_strict_one() -> None:
    assert not np.array_equal(draw(5, loose=True).pixels, draw(5).pixels)
