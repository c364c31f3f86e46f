"""The note that makes the next start quick."""

from pathlib import Path

import pytest

from tools.setup import stamp


def test_a_note_holds_for_its_purpose_and_its_lists_alone(tmp_path: Path) -> None:
    stamp.write(tmp_path, "run", "abc")
    assert stamp.is_current(tmp_path, "run", "abc")
    assert not stamp.is_current(tmp_path, "run", "other")
    assert not stamp.is_current(tmp_path, "dev", "abc")


def test_a_second_purpose_keeps_the_first(tmp_path: Path) -> None:
    stamp.write(tmp_path, "run", "abc")
    stamp.write(tmp_path, "dev", "def")
    assert stamp.read(tmp_path) == {"run": "abc", "dev": "def"}


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "7", "null"])
def test_a_broken_note_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / stamp.NAME).write_text(text)
    assert stamp.read(tmp_path) == {}


def test_a_removed_note_is_gone_and_removing_none_is_fine(tmp_path: Path) -> None:
    stamp.write(tmp_path, "run", "abc")
    stamp.remove(tmp_path)
    stamp.remove(tmp_path)
    assert stamp.read(tmp_path) == {}


def test_the_key_changes_with_any_list_and_any_fact(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("b")
    keys = {stamp.key([one, two], "x"), stamp.key([two, one], "x"), stamp.key([one, two], "y"), stamp.key([one], "x")}
    assert len(keys) == 4
