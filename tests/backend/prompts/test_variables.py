"""Variables in a prompt."""

import pytest

from backend.domain.errors import InvalidRequest
from backend.domain.requests import parse_request
from backend.prompts.expansion import all_of, expand
from backend.prompts.variables import fill, fill_request, names_in, read_variables, refuse_unknown


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a {{animal}} in {{ time of day }}", ("animal", "time of day")),
        ("{{a}} and {{b}} and {{a}}", ("a", "b")),
        ("一只{{动物}}", ("动物",)),
        ("{red {{animal}}|blue}", ("animal",)),
        ("{{{x}}}", ("x",)),
        (r"\{{animal}}", ()),
        (r"\\{{animal}}", ("animal",)),
        ("{{red|blue}}", ()),
        ('{"scene": {"fox": {"colour": "red"}}}', ()),
        ("{{}} {{ }} {{a, b}} {{_x}} {{a  b}}", ()),
    ],
)
def test_places_are_told_from_braces_of_json_choices_and_escapes(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize("value", ["fox", "{a|b}", "a|b", "__list__", "{{other}}", "back\\slash", "\\{", "1.5"])
def test_a_value_stands_in_the_prompt_letter_by_letter(value: str) -> None:
    assert expand(fill("a {{animal}} in snow", {"animal": value}), 0, {}) == f"a {value} in snow"


def test_a_value_inside_a_choice_doesnt_change_the_choice() -> None:
    assert all_of(fill("{big {{x}}|small}", {"x": "a|b"}), {}) == ["big a|b", "small"]


def test_a_place_without_a_value_is_refused_by_name_and_left_for_a_price() -> None:
    request = parse_request({"mode": "text_to_image", "prompt": "a {{animal}}", "negative_prompt": "{{what}}"})
    with pytest.raises(InvalidRequest, match=r"\{\{what\}\}"):
        fill_request(request, {"animal": "fox", "what": "  "})
    assert fill_request(request, {"animal": "fox"}, partly=True).prompt == "a fox"
    filled = fill_request(request, {"animal": "fox", "what": "fog"})
    assert (filled.prompt, filled.negative_prompt) == ("a fox", "fog")


def test_a_prompt_that_grows_too_long_is_refused_and_too_many_places_too() -> None:
    many = parse_request({"mode": "text_to_image", "prompt": "{{x}} " * 40})
    with pytest.raises(InvalidRequest, match="3000"):
        fill_request(many, {"x": "y" * 100})
    several = parse_request({"mode": "text_to_image", "prompt": " ".join(f"{{{{n{i}}}}}" for i in range(21))})
    with pytest.raises(InvalidRequest, match="21 variables"):
        fill_request(several, {})


@pytest.mark.parametrize("given", ["animal=fox", ["fox"], {"animal": None}, {"animal": True}, {"a": "x" * 1001}])
def test_what_isnt_an_object_of_texts_is_refused(given: object) -> None:
    with pytest.raises(InvalidRequest, match=r"[Vv]ariables"):
        read_variables(given)


def test_a_name_that_no_prompt_has_is_refused_and_said() -> None:
    request = parse_request({"mode": "text_to_image", "prompt": "a {{animal}}"})
    with pytest.raises(InvalidRequest, match=r"'colour'.*\{\{animal\}\}"):
        refuse_unknown({"animal": "fox", "colour": "red"}, request)
