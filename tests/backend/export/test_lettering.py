"""Letters on pictures: lines that fit, of which nothing is lost."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from backend.export.lettering import font_for, has_all, lines_of, written

WIDTH = 200


@pytest.mark.parametrize(
    "text",
    ["", "short", "a red fox asleep in fresh snow " * 9, "w" * 300, "一只狐狸睡在新雪里" * 20, "one\n\ntwo words"],
)
def test_lines_are_no_wider_than_they_may_be_and_lose_nothing(text: str) -> None:
    pen = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    font = font_for(text, 20)
    lines = lines_of(pen, text, font, WIDTH)
    assert all(pen.textlength(line, font) <= WIDTH for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_line_breaks_between_words_where_it_can() -> None:
    pen = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    lines = lines_of(pen, "a red fox asleep in fresh snow", font_for("a", 20), WIDTH)
    assert len(lines) > 1
    assert " ".join(lines) == "a red fox asleep in fresh snow"


def test_signs_that_no_font_here_has_are_told_by_others() -> None:
    font = ImageFont.load_default(20)
    text, plain = "256 × 256, ≈ $0.0013, café", "256 x 256, ~ $0.0013, cafe"
    assert written(text, font) == (text if has_all(font, text) else plain)
    assert has_all(font, written(text, font))
    assert written("plain words", font) == "plain words"


def test_a_font_is_taken_that_has_the_signs_where_there_is_one() -> None:
    font = font_for("256 × 256", 20)
    assert has_all(font, "256 × 256") or font.getname() == ImageFont.load_default(20).getname()  # type: ignore[union-attr]
