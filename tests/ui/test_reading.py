"""What the page says of a file that was dropped."""

import pytest

from backend.restore.found import Restored
from backend.restore.origin import Origin
from backend.restore.read import OURS
from backend.runs.origin import VOCABULARY
from tests.ui.test_languages import LANGUAGES, known
from ui.languages import words
from ui.reading import _TYPES, _UNMARKED, Reading, origin_lines
from ui.restore import read_note

CAPTURE = VOCABULARY.replace("http:", "https:") + "digitalCapture"

SETTINGS = Restored(OURS, {"prompt": "a boat"})
THEIRS = Restored("A1111", {"prompt": "a boat"})


@pytest.mark.parametrize(
    ("reading", "lines"),
    [
        (Reading(THEIRS, None), []),
        (Reading(SETTINGS, Origin(VOCABULARY + "trainedAlgorithmicMedia", False)), ["made by generative AI"]),
        (Reading(SETTINGS, None), ["doesn't say that a model made it"]),
        (
            Reading(None, Origin(CAPTURE, True)),
            ["camera", "not checked"],
        ),
        (Reading(None, Origin("urn:unheard-of", False)), ["urn:unheard-of"]),
        (Reading(None, Origin(None, True)), ["Content Credentials (C2PA), which are not checked here"]),
    ],
)
def test_it_is_said_what_the_file_says_of_its_origin(reading: Reading, lines: list[str]) -> None:
    said = origin_lines(reading)
    assert len(said) == len(lines)
    assert all(words in line for words, line in zip(lines, said, strict=True))


def test_what_a_file_says_is_never_markup_of_the_page() -> None:
    note = read_note(Reading(None, Origin("<script>alert(1)</script>", False)))
    assert "<script>" not in note
    assert "carries no settings" in note


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_file_says_of_its_origin_is_said_in_every_language(language: str) -> None:
    table = dict(words(language))
    said = [
        line
        for term in (*_TYPES, "somethingElse")
        for line in origin_lines(Reading(None, Origin(f"{VOCABULARY}{term}", credentials=True)))
    ]
    assert [line for line in (*said, *_TYPES.values(), _UNMARKED) if not known(line, table)] == []
