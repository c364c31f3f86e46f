"""Notes of dropped files: one a file, under its name where there are several."""

import re

import pytest

from backend.domain.errors import BadImage
from backend.images.metadata.origin import Origin
from backend.restore import reasons
from backend.restore.found import Dropped, Restored
from tests.ui.head.test_languages import LANGUAGES, Texts, known
from ui.head.languages import words
from ui.library.file_report import Reading
from ui.library.from_file import MOST_FILES, Told, notes_of

FOX = Reading(Restored("ComfyUI", {"prompt": "a fox"}, (Dropped("steps", "30", reasons.NO_SETTING),)), None)
HEN = Reading(Restored("InvokeAI", {"prompt": "a hen"}), None)
BARE = Reading(None, Origin("urn:x", None))
REFUSED = BadImage("The file has more than 30 MB: settings are read from smaller ones.")


def texts(told: list[tuple[str, Told]], dropped: int | None = None) -> list[str]:
    note = str(notes_of(told, len(told) if dropped is None else dropped))
    return [" ".join(part.split()) for part in Texts(note).parts if part.strip()]


def test_three_files_of_other_tools_have_a_note_each_and_the_first_fills_the_form() -> None:
    said = texts([("none.png", BARE), ("fox.png", FOX), ("hen.png", HEN)])
    assert "Settings of ComfyUI are back in the form." in said
    assert "Settings of InvokeAI were read; drop this file alone to have them in the form." in said
    assert "1 left out" in said
    note = str(notes_of([("fox.png", FOX), ("hen.png", HEN), ("none.png", REFUSED)], 3))
    assert re.findall(r"<h4[^>]*>([^<]*)</h4>", note) == ["fox.png", "hen.png", "none.png"]
    assert note.count("are back in the form") == 1
    assert "more than 30 MB" in note


def test_of_an_enlargement_it_is_said_that_words_and_seed_alone_come_back() -> None:
    barn = Reading(Restored("Z-Image Playground", {"mode": "upscale", "prompt": "a barn", "seed": 5}), None)
    untabbed = "Upscale has no tab: its picture's words and seed are in the form."
    assert untabbed in texts([("barn.png", barn)])
    assert untabbed not in texts([("fox.png", FOX), ("barn.png", barn)])
    assert untabbed not in texts([("fox.png", FOX)])


def test_one_file_has_a_note_without_its_name() -> None:
    assert "fox.png" not in str(notes_of([("fox.png", FOX)], 1))


def test_files_without_settings_claim_nothing_of_the_form() -> None:
    assert not [line for line in texts([("a.png", BARE), ("b.png", REFUSED)]) if "form" in line]


def test_more_files_than_are_read_are_said() -> None:
    many: list[tuple[str, Told]] = [(f"{number}.png", HEN) for number in range(MOST_FILES)]
    assert any(f"first {MOST_FILES} files" in line for line in texts(many, MOST_FILES + 1))
    assert not any("files are read" in line for line in texts(many))


def test_a_files_name_is_never_markup() -> None:
    assert "<script>" not in str(notes_of([("<script>.png", FOX), ("b.png", HEN)], 2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_note_is_said_in_every_language(language: str) -> None:
    table = dict(words(language))
    given = [value for name, value in vars(reasons).items() if name.isupper()]
    assert len(given) > 20
    notes = texts([("1", FOX), ("2", HEN), ("3", BARE), *[("4", HEN)] * 7], 11)
    said = [*(reason.replace("{}", "7") for reason in given), *notes, "Further pass", "Upscale"]
    names = {"ComfyUI", "InvokeAI", "steps", "30"}
    assert [line for line in said if line not in names and not known(line, table)] == []
