"""What the page says of a file that was dropped."""

import json
from typing import get_args

import pytest

from backend.images.credentials import sources
from backend.images.metadata.credentials import NOT_CHECKED, Credentials, Ingredient, Standing
from backend.images.metadata.origin import Origin
from backend.images.metadata.source_type import VOCABULARY
from backend.restore.found import Restored
from backend.restore.own import OURS
from tests.ui.head.test_languages import LANGUAGES, known
from ui.head.languages import words
from ui.library.credentials_report import TYPES
from ui.library.file_report import _UNMARKED, _WATERMARK, Reading, origin_lines, reading_json
from ui.library.from_file import read_note

CAPTURE = VOCABULARY.replace("http:", "https:") + "digitalCapture"

SETTINGS = Restored(OURS, {"prompt": "a boat"})
THEIRS = Restored("A1111", {"prompt": "a boat"})


@pytest.mark.parametrize(
    ("reading", "lines"),
    [
        (Reading(THEIRS, None), []),
        (Reading(SETTINGS, Origin(VOCABULARY + "trainedAlgorithmicMedia", None)), ["made by generative AI"]),
        (Reading(SETTINGS, None), ["doesn't say that a model made it"]),
        (
            Reading(None, Origin(CAPTURE, NOT_CHECKED)),
            ["camera", "can't be checked"],
        ),
        (Reading(None, Origin("urn:unheard-of", None)), ["urn:unheard-of"]),
        (Reading(SETTINGS, None, watermark=True), ["pixels carry the watermark"]),
        (Reading(None, Origin(CAPTURE, NOT_CHECKED), watermark=True), ["camera", "watermark", "can't be checked"]),
        (Reading(None, Origin(None, NOT_CHECKED)), ["Content Credentials (C2PA), which can't be checked here"]),
    ],
)
def test_it_is_said_what_the_file_says_of_its_origin(reading: Reading, lines: list[str]) -> None:
    said = origin_lines(reading)
    assert len(said) == len(lines)
    assert all(words in line for words, line in zip(lines, said, strict=True))


def test_what_a_file_says_is_never_markup_of_the_page() -> None:
    note = read_note(Reading(None, Origin("<script>alert(1)</script>", None)))
    assert "<script>" not in note
    assert "carries no settings" in note


TITLES = (sources.INPUT, sources.CONTROL, sources.THEIRS)
MADE = (
    Ingredient("a boat", "parentOf", signed=True, holds=True, issuer="Ann"),
    Ingredient("a sea", "inputTo", signed=True, holds=False, issuer="Ben"),
    Ingredient("a sky", "inputTo", signed=False, holds=False),
)
CLAIMS = (VOCABULARY + "digitalCapture", VOCABULARY + "humanEdits", "urn:unheard-of")


def read(standing: Standing) -> Reading:
    """Return what is read of a file whose credentials stand so."""
    told = Credentials(standing, "Ann", "", "A program 1.0", CLAIMS, MADE, more=2)
    return Reading(None, Origin(VOCABULARY + "humanEdits", told))


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("trusted", "“Ann” signed it, and nothing was changed"),
        ("unknown issuer", "they name “Ann”, as anybody could"),
        ("broken", "it was changed after it was signed"),
        ("invalid", "has ended"),
        ("unreadable", "can't be read"),
        ("not checked", "no library for it"),
    ],
)
def test_it_is_said_whether_credentials_hold_and_only_then_what_they_claim(standing: Standing, words: str) -> None:
    said = origin_lines(read(standing))
    assert words in said[1]
    assert any("“a boat”" in line for line in said) == (standing in ("trusted", "unknown issuer"))


def test_what_held_credentials_claim_is_said_once() -> None:
    said = origin_lines(read("trusted"))
    assert [line for line in said if "humanEdits" in line] == said[:1]
    assert said[2:] == [
        "They say that it was taken with a camera (IPTC: digitalCapture).",
        "They say of its origin (IPTC): urn:unheard-of.",
        "They name the program “A program 1.0”.",
        "It was made of “a boat”, whose own Content Credentials held; they name “Ann”.",
        "It was made of “a sea”, whose own Content Credentials did not hold (they name “Ben”).",
        "It was made of “a sky”, which had no Content Credentials.",
        "And of 2 more.",
    ]


def test_a_script_gets_the_same_as_names_and_values() -> None:
    told = reading_json(read("broken"))["origin"]
    assert told["content_credentials"] == "broken"
    assert told["credentials"]["issuer"] == "Ann"
    assert [each["holds"] for each in told["credentials"]["ingredients"]] == [True, False, False]
    assert json.loads(json.dumps(told))
    assert reading_json(Reading(None, Origin(CAPTURE, None)))["origin"]["credentials"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_file_says_of_its_origin_is_said_in_every_language(language: str) -> None:
    table = dict(words(language))
    said = [
        line
        for term in (*TYPES, "somethingElse")
        for line in origin_lines(Reading(None, Origin(f"{VOCABULARY}{term}", credentials=None)))
    ]
    standings: tuple[Standing, ...] = get_args(Standing)
    said += [line for standing in standings for line in origin_lines(read(standing))]
    sentences = (*said, *TYPES.values(), _UNMARKED, _WATERMARK, *TITLES)
    assert [line for line in sentences if not known(line, table)] == []
