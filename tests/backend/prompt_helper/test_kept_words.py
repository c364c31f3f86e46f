"""What has to stay of a prompt."""

import pytest

from backend.prompt_helper.kept_words import check_kept, kept_of


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ('a sign "OPEN late"', ['"OPEN late"']),
        ("招牌写着“新年快乐”", ["“新年快乐”"]),
        ("the dogs' bowl isn't the cats' bowl", []),
        ("a shop named 'Nord' by the sea", ["'Nord'"]),
        ("{{name}} in __places__, {red|blue}, <lora:ink:0.8>, (bright:1.3)", None),
        ('{"subject": "a fox"}', ['"subject"', '"a fox"']),
    ],
)
def test_quotes_and_marks_are_found(before: str, kept: list[str] | None) -> None:
    every = ["{{name}}", "__places__", "<lora:ink:0.8>", "{red|blue}", "(bright:1.3)"]
    assert list(kept_of(before)) == (every if kept is None else kept)


def test_what_survived_in_other_quotes_is_not_lost() -> None:
    checked = check_kept("a sign “OPEN”", 'A weathered wooden sign that says "OPEN" in the dusk.')
    assert (checked.put_back, checked.added) == ((), ())


def test_lost_words_in_quotes_are_put_back_to_the_letter_and_named() -> None:
    checked = check_kept('a sign "OPEN late"', 'A weathered sign that says "Open Late" in the dusk.')
    assert checked.text.endswith('The picture shows the words "OPEN late".')
    assert checked.put_back == ('"OPEN late"',)
    assert checked.added == ('"Open Late"',)


def test_lost_marks_are_put_back_each_as_often_as_it_stood_there() -> None:
    before = "__animal__ and __animal__, (bright:1.3), <lora:ink:0.8>"
    checked = check_kept(before, "An __animal__ in bright light.")
    assert checked.text == "An __animal__ in bright light. __animal__, <lora:ink:0.8>, (bright:1.3)"
    assert kept_of(checked.text).count("__animal__") == 2


def test_chinese_gets_its_quotes_back_in_chinese() -> None:
    assert check_kept("招牌写着“快乐”", "一块旧木招牌。").text == "一块旧木招牌。画面中写有“快乐”。"


def test_a_mark_within_lost_quotes_comes_back_once() -> None:
    checked = check_kept('a sign "{{name}}"', "A sign.")
    assert checked.text.count("{{name}}") == 1
