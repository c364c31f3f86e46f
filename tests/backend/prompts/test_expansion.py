from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import InvalidRequest
from backend.domain.requests import parse_request
from backend.prompts.expansion import all_of, expand, expand_request, is_dynamic

LISTS = {"animal": ["cat", "dog", "{red|grey} fox"], "circle": ["a __circle__"], "wide": ["__wider__ " * 100]}
LISTS["wider"] = ["{1|2|3} " * 100]


def test_the_same_seed_draws_the_same_words() -> None:
    text = "a {red|green|blue} __animal__ in {spring|summer|autumn|winter}"
    assert len({expand(text, 7, LISTS) for _ in range(5)}) == 1
    assert len({expand(text, seed, LISTS) for seed in range(50)}) > 10


def test_the_words_of_a_seed_never_change() -> None:
    """A prompt that was shared has to draw the same picture in the next version too."""
    assert [expand("{a|b|c|d|e}", seed, {}) for seed in range(8)] == list("debcaaea")


def test_weights_and_counts_are_kept() -> None:
    drawn = Counter(expand("{9::often|1::seldom}", seed, {}) for seed in range(1000))
    assert 850 < drawn["often"] < 950
    for seed in range(20):
        two = expand("{2$$a|b|c}", seed, {}).split(", ")
        assert len(set(two)) == 2
        assert expand("{1-2$$ and $$a|b|c}", seed, {}).count(" and ") in (0, 1)


def test_every_combination_in_reading_order() -> None:
    assert all_of("{a|b} {1|2}", {}) == ["a 1", "a 2", "b 1", "b 2"]
    assert all_of("{2$$+$$a|b|c}", {}) == ["a+b", "a+c", "b+c"]
    assert all_of("one __animal__", LISTS) == ["one cat", "one dog", "one red fox", "one grey fox"]
    assert all_of("plain", {}) == ["plain"]


@pytest.mark.parametrize(
    "text", ["{prompt}", '{"subject": {"name": "a cat"}}', "f(x) { return }", "}{", "{a|b", "a|b", "__", "_a_", "{}"]
)
def test_other_braces_bars_and_lines_stay_as_they_are(text: str) -> None:
    assert expand(text, 1, {}) == text
    assert not is_dynamic(text)


def test_a_backslash_makes_a_sign_ordinary() -> None:
    assert expand(r"\{a|b\} \_\_animal\_\_ C:\dir", 1, {}) == r"{a|b} __animal__ C:\dir"
    assert expand(r"{a\|b|a\|b}", 1, {}) == "a|b"


def test_a_list_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(InvalidRequest, match=r"__beast__; there are __animal__.*to mean the text"):
        expand("a __beast__", 1, {"animal": ["cat"]})


@pytest.mark.parametrize(
    "text", ["__circle__", "__wide__ " * 100, "{1|2}" * 3000, "{" * 50 + "a|b" + "}" * 50, "x" * 10**6]
)
def test_what_would_never_end_is_refused_soon(text: str) -> None:
    with pytest.raises(InvalidRequest):
        all_of(text, LISTS)
    if not text.startswith("{1"):
        with pytest.raises(InvalidRequest):
            expand(text, 1, LISTS)


def test_more_combinations_than_wanted_are_refused_before_they_are_made() -> None:
    with pytest.raises(InvalidRequest, match="more than 1000 combinations"):
        all_of("{a|b}" * 60, {})


@given(st.text(alphabet="ab{}|$_\\:12- ", max_size=60), st.integers(0, 2**63 - 1))
def test_no_text_breaks_the_reader(text: str, seed: int) -> None:
    try:
        drawn = expand(text, seed, LISTS)
    except InvalidRequest:
        return
    assert expand(text, seed, LISTS) == drawn


def test_each_image_of_a_dynamic_batch_equals_the_single_image_of_its_seed() -> None:
    request = parse_request({"mode": "text_to_image", "prompt": "a {red|green|blue} fox", "seed": 10, "count": 3})
    batch = expand_request(request, {})
    singles = [expand_request(request.model_copy(update={"seed": 10 + i, "count": 1}), {})[0] for i in range(3)]
    assert list(batch) == singles
    assert [one.count for one in batch] == [1, 1, 1]


def test_a_plain_request_stays_one_run() -> None:
    request = parse_request({"mode": "text_to_image", "prompt": "a fox", "count": 3, "seed": 1})
    assert expand_request(request, {}) == (request,)
