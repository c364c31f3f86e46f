"""Boards: made, named, filled, looked at, deleted and brought back; on SQLite and on PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.images.storage.files import ImageFiles
from backend.record import boards as room
from backend.record.boards import Boards
from backend.record.database.board_tables import board_pictures
from backend.record.database.engine import open_database
from backend.record.database.search_words import table as prompts
from backend.record.history import KEPT_IN_TRASH, History
from backend.record.search import Page, Place, Search
from backend.record.store import Store

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
ME, YOU, PROGRAMS = "me", "you", "api"
Add = Callable[..., Run]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql_engine")
        return
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def history(engine: Engine, tmp_path: Path) -> History:
    return History(Store(engine), ImageFiles(tmp_path / "images"))


@pytest.fixture
def boards(history: History) -> Boards:
    return Boards(history.store)


@pytest.fixture
def add(history: History) -> Add:
    """Return a function that records a run with so many images."""

    def _add(number: int, prompt: str = "a boat", visitor: str = ME, images: int = 1) -> Run:
        request = parse_request({"mode": "text_to_image", "prompt": prompt})
        run = Run(f"{number:032x}", visitor, "fake", request, "finished", START + timedelta(minutes=number))
        history.store.add(run)
        for index in range(images):
            sha256 = history.files.put(f"image {number} {index}".encode(), "png")
            os.utime(history.files.path(sha256), (0, 0))
            history.store.add_image(run.id, RunImage(index, sha256, "png", 64, 48, 7, None, bytes=9))
        return history.store.run(run.id)

    return _add


def found(history: History, board: str, visitor: str = ME, **search: object) -> list[int]:
    page = history.page(visitor, Search(board=board, **search))  # type: ignore[arg-type]
    return [int(run.id, 16) for run in page.runs]


def test_the_history_is_looked_at_by_a_board_and_by_words_on_it(history: History, boards: Boards, add: Add) -> None:
    runs = [add(1, "a red boat"), add(2, "a blue boat", images=3), add(3, "a red fox")]
    board = boards.make(ME, "  Boats   to keep ")
    assert board.name == "Boats to keep"
    assert boards.add(ME, board.id, [(runs[0].id, 0), (runs[1].id, 1), (runs[1].id, 2)]) == 3
    assert boards.add(ME, board.id, [(runs[0].id, 0), (runs[1].id, 0)]) == 1  # the first lies there already
    assert found(history, board.id) == [2, 1]
    assert found(history, board.id, words="red") == [1]
    assert found(history, board.id, words="fox") == []
    assert boards.pictures(ME, board.id) == {(runs[0].id, 0), *((runs[1].id, at) for at in range(3))}
    assert [(each.name, each.pictures) for each in boards.all(ME)] == [("Boats to keep", 4)]


def test_pictures_are_taken_off_and_a_run_is_found_while_one_of_its_own_is_left(
    history: History, boards: Boards, add: Add
) -> None:
    run, board = add(1, images=2), boards.make(ME, "Boats")
    boards.add(ME, board.id, [(run.id, 0), (run.id, 1)])
    assert boards.take_out(ME, board.id, [(run.id, 0), (run.id, 7)]) == 1
    assert found(history, board.id) == [1]
    assert boards.take_out(ME, board.id, [(run.id, 1)]) == 1
    assert found(history, board.id) == []
    assert found(history, "") == [1]  # the picture itself stays


def test_what_is_on_several_boards_leaves_only_the_one_that_it_is_taken_off(
    history: History, boards: Boards, add: Add
) -> None:
    run, one, other = add(1), boards.make(ME, "One"), boards.make(ME, "Other")
    for each in (one, other):
        boards.add(ME, each.id, [(run.id, 0)])
    boards.take_out(ME, one.id, [(run.id, 0)])
    assert (found(history, one.id), found(history, other.id)) == ([], [1])
    history.mark(ME, run.id, 0, favourite=True)
    assert found(history, other.id, favourites=True) == [1]


def test_a_deleted_run_leaves_its_boards_and_comes_back_with_them(history: History, boards: Boards, add: Add) -> None:
    run, board = add(1), boards.make(ME, "Boats")
    boards.add(ME, board.id, [(run.id, 0)])
    history.delete(ME, [run.id])
    assert (found(history, board.id), boards.all(ME)[0].pictures) == ([], 0)
    assert boards.add(ME, board.id, [(run.id, 0)]) == 0  # nothing of the trash is put anywhere
    history.restore(ME, [run.id])
    assert (found(history, board.id), boards.all(ME)[0].pictures) == ([1], 1)
    history.delete(ME, [run.id])
    assert history.empty_trash(ME) == 1
    assert boards.pictures(ME, board.id) == frozenset()


def test_a_deleted_board_comes_back_as_it_was_for_a_week_and_its_pictures_stay_for_good(
    history: History, boards: Boards, add: Add
) -> None:
    run, board = add(1), boards.make(ME, "Boats")
    boards.add(ME, board.id, [(run.id, 0)])
    boards.delete(ME, board.id)
    assert boards.all(ME) == ()
    history.clear_out()
    boards.restore(ME, board.id)
    assert found(history, board.id) == [1]
    boards.delete(ME, board.id)
    history.clear_out(datetime.now(UTC) + KEPT_IN_TRASH + timedelta(hours=1))
    with pytest.raises(NotFound, match="no such board"):
        boards.restore(ME, board.id)
    with history.store.engine.connect() as connection:
        assert connection.execute(select(board_pictures)).all() == []
        assert "zzboard" not in str(connection.scalar(select(prompts.c.words)))
    assert found(history, "") == [1]


def test_a_board_is_renamed_and_no_two_have_one_name(boards: Boards) -> None:
    boats, foxes = boards.make(ME, "Boats"), boards.make(ME, "foxes")
    assert boards.rename(ME, boats.id, "boats").name == "boats"
    with pytest.raises(InvalidRequest, match="the name of another board of yours"):
        boards.rename(ME, foxes.id, "BOATS")
    with pytest.raises(InvalidRequest, match="the name of another board"):
        boards.make(ME, "Foxes")
    boards.delete(ME, boats.id)
    boards.rename(ME, foxes.id, "boats")
    with pytest.raises(InvalidRequest, match="the name of another board"):
        boards.restore(ME, boats.id)
    boards.rename(ME, foxes.id, "a fox")
    boards.restore(ME, boats.id)
    assert [each.name for each in boards.all(ME)] == ["a fox", "boats"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_name_that_can_be_none_is_refused_in_words(boards: Boards, name: str) -> None:
    with pytest.raises(InvalidRequest, match="it needs 1 to 60 plain ones"):
        boards.make(ME, name)


def test_one_visitor_never_sees_or_changes_anothers_board(history: History, boards: Boards, add: Add) -> None:
    mine, theirs, board = add(1), add(2, visitor=YOU), boards.make(ME, "Boats")
    assert boards.add(ME, board.id, [(theirs.id, 0)]) == 0
    boards.add(ME, board.id, [(mine.id, 0)])
    assert boards.all(YOU) == ()
    assert found(history, board.id, YOU) == []
    for ask in (
        lambda: boards.add(YOU, board.id, [(theirs.id, 0)]),
        lambda: boards.take_out(YOU, board.id, [(mine.id, 0)]),
        lambda: boards.pictures(YOU, board.id),
        lambda: boards.rename(YOU, board.id, "Mine"),
        lambda: boards.delete(YOU, board.id),
        lambda: boards.restore(YOU, board.id),
        lambda: boards.board(YOU, board.id),
    ):
        with pytest.raises(NotFound, match="no such board of yours"):
            ask()
    assert boards.make(YOU, "Boats").name == "Boats"


def test_what_programs_drew_for_a_page_of_this_machine_lies_on_its_boards_too(
    history: History, boards: Boards, add: Add
) -> None:
    run, board = add(1, visitor=PROGRAMS), boards.make(ME, "Boats")
    assert boards.add(ME, board.id, [(run.id, 0)], whose=(ME, PROGRAMS)) == 1
    assert found(history, board.id, PROGRAMS) == [1]


def test_there_are_limits_and_at_them_nothing_changes(
    boards: Boards, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_PICTURES", 3)
    monkeypatch.setattr(room, "MOST_BOARDS", 2)
    run, board = add(1, images=4), boards.make(ME, "Boats")
    boards.add(ME, board.id, [(run.id, 0), (run.id, 1)])
    with pytest.raises(NotAllowed, match="A board holds 3 pictures; “Boats” has 2, and these are 2 more"):
        boards.add(ME, board.id, [(run.id, 2), (run.id, 3)])
    assert len(boards.pictures(ME, board.id)) == 2
    other = boards.make(ME, "Foxes")
    with pytest.raises(NotAllowed, match="2 boards, which is the most"):
        boards.make(ME, "Owls")
    boards.delete(ME, other.id)
    boards.make(ME, "Owls")
    with pytest.raises(NotAllowed, match="2 boards, which is the most"):
        boards.restore(ME, other.id)


def test_boards_survive_a_restart(history: History, boards: Boards, add: Add, engine: Engine, tmp_path: Path) -> None:
    run, board = add(1), boards.make(ME, "Boats")
    boards.add(ME, board.id, [(run.id, 0)])
    again = open_database(tmp_path, engine.url.render_as_string(hide_password=False))
    assert [(each.name, each.pictures) for each in Boards(Store(again)).all(ME)] == [("Boats", 1)]
    assert found(History(Store(again), history.files), board.id) == [1]
    again.dispose()


@pytest.mark.parametrize("search", [Search(), Search("boat"), Search(trash=True)])
def test_leaves_follow_one_another_also_where_the_run_between_them_is_gone(
    history: History, add: Add, search: Search
) -> None:
    for number in range(7):
        add(number)
    if search.trash:
        history.delete(ME, [f"{number:032x}" for number in range(7)])

    def leaf(before: Place | None, through: Place | None = None) -> Page:
        return history.leaf(ME, search, limit=3, before=before, through=through)

    first = leaf(None)
    assert [int(run.id, 16) for run in first.runs] == [6, 5, 4]
    place = Place.read(str(Place(first.runs[-1].created, first.runs[-1].id)))
    assert place == Place(first.runs[-1].created, first.runs[-1].id)
    assert [int(run.id, 16) for run in leaf(place).runs] == [3, 2, 1]
    last = Place(START + timedelta(minutes=2), f"{2:032x}")
    assert [int(run.id, 16) for run in leaf(place, last).runs] == [3, 2]
    if not search.trash:
        history.delete(ME, [f"{number:032x}" for number in (4, 2)])
        history.empty_trash(ME)
        assert [int(run.id, 16) for run in leaf(None, place).runs] == [6, 5]
        assert [int(run.id, 16) for run in leaf(place, last).runs] == [3]
        assert [int(run.id, 16) for run in leaf(place).runs] == [3, 1, 0]


@pytest.mark.parametrize("text", [None, "", "x-1", "-", "9" * 30 + "-a", "²-a", 5])
def test_what_a_browser_calls_a_place_and_is_none_is_the_beginning(text: object) -> None:
    assert Place.read(text) is None
