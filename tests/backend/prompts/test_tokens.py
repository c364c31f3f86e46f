from pathlib import Path

import pytest

from backend.prompts.tokens import REAL_LIMIT, TokenCounter

TINY = Path(__file__).parents[3] / "presets" / "tiny"


def test_each_word_of_the_embedded_model_is_a_token_and_the_template_has_two() -> None:
    counter = TokenCounter(TINY)
    assert counter.count("red circle").tokens == 2 + 2
    assert counter.count("a red circle").limit == 1024 - 32
    assert counter.count("a red circle").exact
    assert not counter.count("red " * 2000).fits


def test_without_the_models_tokenizer_it_is_an_estimate_and_says_so(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        count = TokenCounter(folder).count("a photograph of an astronaut riding a horse on the moon at night")
        assert not count.exact
        assert 12 + 8 <= count.tokens <= 20 + 8
        assert count.limit == REAL_LIMIT
    assert TokenCounter(None).count("雨夜的老街" * 30).tokens > TokenCounter(None).count("a" * 150).tokens


def test_a_prompt_that_looks_like_a_template_is_only_words() -> None:
    assert TokenCounter(TINY).count("{{ 7 * 7 }} {% for x in y %}").exact


@pytest.mark.slow
def test_the_count_is_the_one_that_the_pipeline_uses() -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(TINY / "tokenizer")
    for prompt in ("a red circle on a blue background", "一只猫 and words unknown", "x"):
        message = [{"role": "user", "content": prompt}]
        text = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True, enable_thinking=True)
        assert TokenCounter(TINY).count(prompt).tokens == len(tokenizer(text).input_ids)


def test_what_lies_behind_the_limit_is_the_end_of_the_prompt() -> None:
    counter = TokenCounter(TINY)
    prompt = "red " * 1500 + "circle"
    count = counter.count(prompt)
    read = prompt.removesuffix(count.beyond)
    assert count.beyond.endswith("red circle")
    assert counter.count(read).fits
    assert not counter.count(read + "red").fits
    assert counter.count("a red circle").beyond == ""


def test_what_lies_behind_an_estimated_limit_is_told_too() -> None:
    prompt = "".join(chr(0x4E00 + index) for index in range(2900))
    count = TokenCounter(None).count(prompt)
    read = prompt.removesuffix(count.beyond)
    assert not count.fits
    assert abs(TokenCounter(None).count(read).tokens - REAL_LIMIT) <= 1
    assert TokenCounter(None).count("a hill " * 300).beyond == ""
