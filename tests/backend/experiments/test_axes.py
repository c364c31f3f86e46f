import pytest

from backend.domain.errors import InvalidRequest
from backend.experiments.axes import MOST_VALUES, axis_fields, read_axis, sides


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("4, 8,12", ("4", "8", "12")),
        ("1-4", ("1", "2", "3", "4")),
        ("4-1", ("4", "3", "2", "1")),
        ("2-10 (+4)", ("2", "6", "10")),
        ("1-9 [3]", ("1", "5", "9")),
        ("1-3, 7", ("1", "2", "3", "7")),
    ],
)
def test_numbers_are_read_as_hands_write_them(text: str, values: tuple[str, ...]) -> None:
    assert read_axis("steps", text, mode="text_to_image").values == values


def test_fractions_spread_evenly() -> None:
    assert read_axis("strength", "0.5-0.8 (+0.1)", mode="image_to_image").values == ("0.5", "0.6", "0.7", "0.8")
    assert read_axis("strength", "0.1-0.9 [3]", mode="image_to_image").values == ("0.1", "0.5", "0.9")


def test_a_value_with_a_comma_stands_in_quotes() -> None:
    assert read_axis("words", 'fox, "cat, black"', mode="text_to_image").values == ("fox", "cat, black")


def test_each_line_of_a_prompt_axis_is_a_value_with_all_its_choices() -> None:
    axis = read_axis("prompt", "a {red|blue} fox, sitting\n\na cat", mode="text_to_image")
    assert axis.values == ("a red fox, sitting", "a blue fox, sitting", "a cat")


@pytest.mark.parametrize("text", ["", " ,, ", "1-1000", "1-9999999999999999999", "1-3 [999]", ",".join("1" * 51)])
def test_none_or_too_many_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=f"give 1 to {MOST_VALUES}"):
        read_axis("steps", text, mode="text_to_image")


def test_only_what_can_vary_is_offered() -> None:
    assert "strength" not in axis_fields("text_to_image")
    assert "size" not in axis_fields("outpaint")
    with pytest.raises(InvalidRequest, match="choose one of"):
        read_axis("image", "x", mode="image_to_image")


def test_a_size_is_two_numbers() -> None:
    assert sides("1024x768") == (1024, 768)
    with pytest.raises(InvalidRequest, match="such as 1024x768"):
        sides("large")
