"""Other tools' marks in a prompt."""

import pytest

from backend.prompts.marks import Tag, read_marks

LORA = Tag("lora", "foo", 0.8)


@pytest.mark.parametrize(
    ("text", "words", "tags", "weights"),
    [
        ("a fox <lora:foo:0.8>", "a fox", (LORA,), 0),
        ("a fox, <lora:foo:0.8>, snow", "a fox, snow", (LORA,), 0),
        ("<lora:foo>a fox", "a fox", (Tag("lora", "foo"),), 0),
        ("<lyco:civitai:58390@62833:-.5:lbw=x>a fox", "a fox", (Tag("lyco", "civitai:58390@62833", -0.5),), 0),
        ("<lora:foo:te=0.4:unet=0.8>a fox", "a fox", (Tag("lora", "foo", 0.4),), 0),
        ("a <hypernet:bar:1> fox", "a  fox", (Tag("hypernet", "bar"),), 0),
        ("a (red:1.3) fox", "a red fox", (), 1),
        ("a ((red:1.2) fox: 1.1)", "a red fox", (), 2),
        ("(a fox:.9), (snow:1)", "a fox, snow", (), 2),
    ],
)
def test_tags_and_weights_leave_the_words(text: str, words: str, tags: tuple[Tag, ...], weights: int) -> None:
    read = read_marks(text)
    assert (read.words, read.tags, read.weights) == (words, tags, weights)


@pytest.mark.parametrize(
    "text",
    [
        r"a \(red:1.3\) fox",
        "a (red) fox [in snow], ",
        "a {red|(blue)} fox, __animal__",
        "a film in (16:9), (at 10:30), (see: below)",
        "a <b> c < d",
        "(" * 3000,
    ],
)
def test_what_is_no_mark_stays_letter_by_letter(text: str) -> None:
    read = read_marks(text)
    assert (read.words, read.tags, read.weights) == (text, (), 0)
