import numpy as np
import pytest

from tools.tiny_model.pictures.composition import USUAL, held_out
from tools.tiny_model.pictures.drawing import KINDS, Example, draw
from tools.tiny_model.pictures.objects import OBJECTS
from tools.tiny_model.pictures.styles import STYLES
from tools.tiny_model.training.batches import NATIVE
from tools.tiny_model.world.palette import COLOURS
from tools.tiny_model.world.words import IDEAS, numbers


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """Return small drawings, enough to have all of everything."""
    return [draw(index, width=64, height=64) for index in range(1000)]


def test_an_example_is_always_the_same() -> None:
    first, second = draw(7), draw(7)
    assert first.captions == second.captions
    assert np.array_equal(first.pixels, second.pixels)


def test_two_examples_differ() -> None:
    assert not np.array_equal(draw(1).pixels, draw(2).pixels)


@pytest.mark.parametrize(("width", "height"), NATIVE)
def test_an_example_has_the_size_asked_for(width: int, height: int) -> None:
    assert draw(3, width=width, height=height).pixels.shape == (height, width, 3)


def test_every_kind_of_picture_style_and_thing_is_drawn(examples: list[Example]) -> None:
    assert {example.kind for example in examples} == set(KINDS)
    assert {example.style for example in examples} == set(STYLES)
    assert {thing for example in examples for thing in example.things} >= set(OBJECTS)


def test_captions_use_known_words_alone_and_fit_the_text_encoder(examples: list[Example]) -> None:
    captions = [caption for example in examples for caption in example.captions]
    assert {number for caption in captions for number in numbers(caption)} == set(IDEAS.values())
    assert max(len(numbers(caption)) for caption in captions) <= 30


def test_a_style_that_is_not_the_flat_one_is_in_every_caption(examples: list[Example]) -> None:
    styled = [example for example in examples if example.style != "flat"]
    assert all(example.style in caption.split() for example in styled for caption in example.captions)
    assert len(styled) > 30


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (("single", "unset", "pair", "group"), {"background"}),
        (("landscape",), {"grass", "sea", "desert", "snow", "spring", "summer", "autumn"}),
        (("landscape",), {"day", "sky", "morning", "sunset", "night", "cloudy", "rain", "fog"}),
    ],
)
def test_about_one_caption_in_ten_leaves_something_open(
    examples: list[Example], kinds: tuple[str, ...], told: set[str]
) -> None:
    captions = [caption for example in examples if example.kind in kinds for caption in example.captions]
    assert 0.05 < np.mean([not told & set(caption.split()) for caption in captions]) < 0.3


@pytest.mark.parametrize("loose", [False, True])
def test_held_out_combinations_are_never_drawn(loose: bool) -> None:
    seen = 0
    for index in range(700):
        example = draw(index, width=64, height=64, loose=loose)
        words = example.captions[0].split()
        if example.kind == "single" and len(words) == 4 and words[3] == "background":
            colour, thing, background = words[:3]
            seen += 1
            assert not held_out(thing, colour, background)
    assert seen > 30


def test_a_loose_example_is_another_than_the_strict_one() -> None:
    assert not np.array_equal(draw(5, loose=True).pixels, draw(5).pixels)


def test_usual_colours_are_of_known_things_and_colours() -> None:
    assert set(USUAL.values()) <= set(COLOURS)
    assert set(USUAL) <= set(IDEAS)
