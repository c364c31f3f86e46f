"""What is done with several pictures at once, and with boards: what the page's buttons change, say and undo."""

import html
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr
import pytest

from backend.domain.caller import Caller
from backend.domain.records import Run
from backend.playground import Playground
from backend.record.search import Search
from backend.visitors.identity import API, visitor_id
from tests.serving import Site
from tests.ui.test_lost_files import a_run, answer
from ui.history import chosen

TOKEN, OTHER = "2" * 32, "3" * 32
ME = visitor_id(TOKEN)


@pytest.fixture
def playground(own_site: Site) -> Playground:
    return own_site.playground


@pytest.fixture
def runs(own_site: Site) -> list[Run]:
    """Return two runs of the visitor's with two images each, and one of a program on this machine."""
    return [*(a_run(own_site, Caller(visitor=ME)) for _ in range(2)), a_run(own_site, Caller(visitor=API))]


def press(page: gr.Blocks, act: str, pictures: str = "", token: str = TOKEN, **more: str) -> dict[str, Any]:
    return answer(page, "act", token, data={"act": act, "pictures": pictures, **more})


def said(told: dict[str, Any], place: str = "undo") -> str:
    change = told[place]
    return html.unescape(change["value"] if isinstance(change, dict) else change)


def undo(page: gr.Blocks, told: dict[str, Any]) -> dict[str, Any]:
    """Press what a note offers."""
    (button,) = re.findall(r"<button[^>]*>", said(told))
    given = dict(re.findall(r'data-(\w+)="([^"]*)"', button))
    return press(page, given.pop("act"), given.pop("pictures", ""), **given)


def kept(playground: Playground, **search: Any) -> set[str]:
    return {run.id for each in (ME, API) for run in playground.history.page(each, Search(**search), limit=500).runs}


def test_several_are_deleted_at_once_with_all_of_their_runs_and_come_back(
    page: gr.Blocks, playground: Playground, runs: list[Run]
) -> None:
    one, two, theirs = runs
    told = press(page, "delete-chosen", f"{one.id}/0 {one.id}/1 {theirs.id}/1")
    assert "Moved to the trash, for a week: 2 runs with 4 pictures." in said(told)
    assert kept(playground) & {run.id for run in runs} == {two.id}
    with pytest.raises(gr.Error, match="None of these pictures is here"):  # as another tab asks that doesn't know yet
        press(page, "delete-chosen", f"{one.id}/0")
    assert "Back from the trash: 2 runs." in said(undo(page, told))
    assert kept(playground) >= {run.id for run in runs}
    with pytest.raises(gr.Error, match="None of these is in the trash"):
        undo(page, told)


def test_several_are_starred_at_once_and_where_all_are_none_is_any_more(
    page: gr.Blocks, playground: Playground, runs: list[Run]
) -> None:
    both = f"{runs[0].id}/1 {runs[2].id}/0"
    playground.history.mark(ME, runs[0].id, 1, favourite=True)
    assert "Starred: 2 pictures." in said(press(page, "star-chosen", both))
    assert playground.history.favourites(API, [runs[2]]) == {(runs[2].id, 0)}
    assert "No longer starred: 2 pictures." in said(press(page, "star-chosen", both))
    assert kept(playground, favourites=True) == set()


def test_the_chosen_pictures_alone_come_as_a_zip(page: gr.Blocks, runs: list[Run]) -> None:
    told = said(press(page, "zip-chosen", f"{runs[0].id}/1 {runs[1].id}/0"))
    assert "(2 images)" in told
    (path,) = re.findall(r'href="[^"]*file=([^"]*)"', told)
    with zipfile.ZipFile(Path(unquote(path))) as archive:
        names = [name for name in archive.namelist() if name != "runs.json"]
    assert sorted(name.split("_")[-2:] for name in names) == sorted(
        [[runs[0].id[:8], "1.png"], [runs[1].id[:8], "0.png"]]
    )


def test_pictures_are_put_on_a_new_board_shown_on_it_and_taken_off(
    page: gr.Blocks, playground: Playground, runs: list[Run]
) -> None:
    both = f"{runs[0].id}/0 {runs[2].id}/1"
    told = press(page, "board-make", both, name="To print")
    assert "Put on “To print”: 2 pictures." in said(told)
    board = next(each for each in playground.boards.all(ME) if each.name == "To print")
    assert kept(playground, board=board.id) == {runs[0].id, runs[2].id}
    assert "All of these lie on “To print” already." in said(press(page, "board-add", both, board=board.id))
    off = press(page, "board-take", both, board=board.id)
    assert "Taken off “To print”, and still in the history: 2 pictures." in said(off)
    assert playground.boards.pictures(ME, board.id) == frozenset()
    undo(page, off)
    assert len(playground.boards.pictures(ME, board.id)) == 2
    undo(page, told)
    assert playground.boards.pictures(ME, board.id) == frozenset()


def test_undo_takes_off_only_what_was_put_there(page: gr.Blocks, playground: Playground, runs: list[Run]) -> None:
    board = playground.boards.make(ME, "Half full")
    playground.boards.add(ME, board.id, [(runs[0].id, 0)])
    undo(page, press(page, "board-add", f"{runs[0].id}/0 {runs[0].id}/1", board=board.id))
    assert playground.boards.pictures(ME, board.id) == {(runs[0].id, 0)}


def test_boards_are_listed_renamed_deleted_and_brought_back(page: gr.Blocks, playground: Playground) -> None:
    press(page, "board-make", name="<b>Old & bold</b>")
    board = next(each for each in playground.boards.all(ME) if "Old" in each.name)
    sheet = press(page, "boards")["sheets"]
    assert "&lt;b&gt;Old &amp; bold&lt;/b&gt;" in sheet
    assert "<b>Old" not in sheet
    assert 'value="New"' in press(page, "board-rename", board=board.id, name="New")["sheets"]
    told = press(page, "board-delete", board=board.id)
    assert "The board “New” is deleted; its pictures stay." in said(told)
    assert board.id not in {each.id for each in playground.boards.all(ME)}
    undo(page, told)
    assert board.id in {each.id for each in playground.boards.all(ME)}


@pytest.mark.parametrize("act", ["delete-chosen", "zip-chosen", "star-chosen", "board-choose", "board-add"])
def test_nothing_chosen_and_too_much_is_said_in_words(
    page: gr.Blocks, playground: Playground, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chosen, "MOST_CHOSEN", 2)
    board = playground.boards.all(ME)[0].id if playground.boards.all(ME) else playground.boards.make(ME, "Any").id
    with pytest.raises(gr.Error, match="select at least one"):
        press(page, act, "nothing at all", board=board)
    with pytest.raises(gr.Error, match="are 3; select at most 2 at once"):
        press(page, act, "a/0 b/0 c/0", board=board)


def test_nobody_does_anything_with_anothers_pictures_or_boards(
    page: gr.Blocks, playground: Playground, runs: list[Run]
) -> None:
    board = playground.boards.make(ME, "Mine alone")
    mine = f"{runs[0].id}/0"
    with pytest.raises(gr.Error):
        press(page, "delete-chosen", mine, OTHER)
    with pytest.raises(gr.Error, match="no image to put into a zip"):
        press(page, "zip-chosen", mine, OTHER)
    with pytest.raises(gr.Error, match="None of these pictures is here"):
        press(page, "star-chosen", mine, OTHER)
    assert playground.history.favourites(ME, [runs[0]]) == frozenset()
    for act in ("board-add", "board-take", "board-rename", "board-delete", "board-restore"):
        with pytest.raises(gr.Error, match="no such board of yours"):
            press(page, act, mine, OTHER, board=board.id, name="Theirs")
    press(page, "board-make", mine, OTHER, name="Theirs")
    (theirs,) = playground.boards.all(visitor_id(OTHER))
    assert playground.boards.pictures(visitor_id(OTHER), theirs.id) == frozenset()
    assert "Mine alone" not in press(page, "boards", "", OTHER)["sheets"]
