"""Words that were drawn already are read as themselves by every way in."""

import random

import pytest

from backend.domain.requests import parse_request
from backend.prompts.expansion import expand_request
from backend.prompts.final_words import as_they_are
from backend.prompts.variables import fill_request

WORDS = [
    "a fox",
    "a {red|blue} fox",
    "{{best quality}}, a fox",
    r"\{{animal}} and \(x\)",
    "__list__ and a_b __ c",
    r"\\{{x}}",
    "{2$$a|b}{{{y}}}",
    '{"scene": {"fox": "red"}}',
]
SIGNS = random.Random(7)
DRAWN = ["".join(SIGNS.choices(["{", "}", "|", "_", "\\", "a", " b", "$$"], k=12)) for _ in range(400)]


@pytest.mark.parametrize("words", WORDS)
def test_what_was_drawn_is_drawn_again_letter_by_letter(words: str) -> None:
    given = {"mode": "text_to_image", "prompt": words, "negative_prompt": words, "seed": 7}
    (drawn,) = expand_request(fill_request(parse_request(as_they_are(given)), {}), {"list": ("wolf",)})
    assert (drawn.prompt, drawn.negative_prompt, drawn.seed) == (words, words, 7)


def test_so_are_signs_in_any_order() -> None:
    lists = {"a": ("wolf",), "b": ("wolf",)}
    for words in DRAWN:
        given = as_they_are({"mode": "text_to_image", "prompt": f"a{words}", "seed": 7})
        (drawn,) = expand_request(fill_request(parse_request(given), {}), lists)
        assert drawn.prompt == f"a{words}".strip()


def test_what_means_nothing_stays_as_it_is_written() -> None:
    plain = {"prompt": r"a \(fox\), {masterpiece}, snow_white", "steps": 4}
    assert as_they_are(plain) == plain
    assert as_they_are({"prompt": "{a|b} on snow_white"})["prompt"] == r"\{a|b} on snow_white"
