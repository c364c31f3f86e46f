from backend.prompts.tokens import TokenCount
from ui.form.token_line import line_html


def test_a_count_stands_against_its_limit_and_an_estimate_says_so() -> None:
    assert "12 of 992 tokens" in line_html(TokenCount(12, 992, exact=True))
    assert "≈ 700 of 1504 tokens" in line_html(TokenCount(700, 1504, exact=False))


def test_a_prompt_that_is_too_long_shows_what_is_not_read_and_escapes_it() -> None:
    line = line_html(TokenCount(1000, 992, exact=True, beyond="<b>" + "x" * 500))
    assert "1000 tokens; the model reads 992" in line
    assert "&lt;b&gt;" in line
    assert "x" * 200 not in line
