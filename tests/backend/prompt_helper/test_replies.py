"""What isn't meant of an answer is taken away; what is meant stays."""

import pytest

from backend.prompt_helper.replies import clean


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("<think>A fox, they want.</think>\n\nA red fox.", "A red fox."),
        ("They want a fox.</think>A red fox.", "A red fox."),
        ("<think>They want a fox, and", ""),
        ("```text\nA red fox.\n```", "A red fox."),
        ('"A red fox."', "A red fox."),
        ("Here is the enhanced prompt:\n\nA red fox.", "A red fox."),
        ("**Prompt:** A red fox.", "A red fox."),
        ("提示词：一只红狐狸。", "一只红狐狸。"),
        ("Here is a fox: red, and asleep.", "Here is a fox: red, and asleep."),
        ('"OPEN" on a sign beside "SHUT"', '"OPEN" on a sign beside "SHUT"'),
        ("A fox \ud800\0and a hen.", "A fox and a hen."),
        ("A fox.\n\nA second paragraph.", "A fox.\n\nA second paragraph."),
    ],
)
def test_thoughts_fences_headings_and_quotes_around_are_taken_away(said: str, meant: str) -> None:
    assert clean(said) == meant
