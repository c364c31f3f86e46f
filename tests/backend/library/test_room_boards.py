"""A room's board as many look at it at once, and what its members do to the pictures there."""

import threading

import pytest
from sqlalchemy import event

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound
from backend.domain.records import Run
from backend.library.board_marks import BoardMarks
from backend.library.room_boards import Board
from backend.library.rooms import Room
from backend.playground import Playground
from tests.backend.library.test_rooms import made


@pytest.fixture
def marks(playground: Playground) -> BoardMarks:
    return BoardMarks(playground.rooms)


def look(playground: Playground, room: Room, visitor: str, *, anew: bool = True) -> Board:
    if anew:
        playground.room_boards.forget(room.id)
    return playground.room_boards.look(playground.rooms, room.id, visitor)


def picture(run: Run) -> tuple[str, int]:
    return run.id, 0


def test_what_many_look_at_in_a_moment_is_read_once(playground: Playground, attic: Room) -> None:
    made(playground, "ann", attic.id)
    for visitor in ("ann", "bob", "cem"):
        look(playground, attic, visitor)
    asked: list[str] = []
    heard = threading.local()
    heard.on = True

    def hear(_connection: object, _cursor: object, words: str, *_: object) -> None:
        if getattr(heard, "on", False):
            asked.append(words)

    event.listen(playground.store.engine, "before_cursor_execute", hear)
    playground.room_boards.forget(attic.id)
    boards = [look(playground, attic, visitor, anew=False) for visitor in ("ann", "bob", "cem", "ann", "bob")]
    event.remove(playground.store.engine, "before_cursor_execute", hear)
    assert sum("FROM runs" in words for words in asked) <= 2  # the runs, and once more should the moment have passed
    assert {len(board.runs) for board in boards} == {1}


def test_nobody_looks_at_a_board_that_is_kept_for_others(playground: Playground, attic: Room) -> None:
    look(playground, attic, "ann")
    with pytest.raises(NotFound, match="no such room"):
        look(playground, attic, "dan", anew=False)
    playground.rooms.take_out(attic.id, "ann", 2, out=True)
    playground.room_boards.forget(attic.id)
    look(playground, attic, "ann")
    with pytest.raises(NotAllowed, match="taken you out"):
        look(playground, attic, "bob", anew=False)
    playground.rooms.close(attic.id, "ann")
    with pytest.raises(NotFound, match="closed"):
        look(playground, attic, "cem")


def test_who_has_just_come_sees_the_board_that_was_read_before(playground: Playground, attic: Room) -> None:
    look(playground, attic, "ann")
    playground.rooms.join(attic.id, "dan", name="Dan")
    assert look(playground, attic, "dan", anew=False).member("dan").number == 4


def test_a_look_that_comes_behind_who_has_left_does_not_bring_them_back(playground: Playground, attic: Room) -> None:
    playground.room_boards.leave(playground.rooms, attic.id, "bob")
    look(playground, attic, "bob")
    assert [each.visitor for each in playground.rooms.here(attic.id, "ann")] == ["ann", "cem"]
    playground.rooms.visit(attic.id, "bob")
    assert [each.visitor for each in playground.rooms.here(attic.id, "ann")] == ["ann", "bob", "cem"]


def test_the_host_alone_pins(playground: Playground, marks: BoardMarks, attic: Room) -> None:
    run = made(playground, "bob", attic.id)
    with pytest.raises(NotAllowed):
        marks.pin(attic.id, "bob", picture(run), on=True)
    marks.pin(attic.id, "ann", picture(run), on=True)
    assert look(playground, attic, "cem").pinned(*picture(run))
    marks.pin(attic.id, "ann", picture(run), on=False)
    assert not look(playground, attic, "cem").pinned(*picture(run))


def test_a_hidden_picture_is_seen_by_its_maker_and_the_host_alone(
    playground: Playground, marks: BoardMarks, attic: Room
) -> None:
    run = made(playground, "bob", attic.id)
    with pytest.raises(NotAllowed, match="Only its maker"):
        marks.hide(attic.id, "cem", picture(run), on=True)
    marks.hide(attic.id, "ann", picture(run), on=True)
    board = look(playground, attic, "bob")
    assert [board.shows(run, 0, visitor) for visitor in ("ann", "bob", "cem")] == [True, True, False]
    marks.hide(attic.id, "bob", picture(run), on=False)  # What the host hid, the host alone puts back.
    assert not look(playground, attic, "cem").shows(run, 0, "cem")
    marks.hide(attic.id, "ann", picture(run), on=False)
    assert look(playground, attic, "cem").shows(run, 0, "cem")


def test_a_sign_is_given_once_by_each_and_taken_back(playground: Playground, marks: BoardMarks, attic: Room) -> None:
    run = made(playground, "bob", attic.id)
    for visitor in ("ann", "cem", "cem", "cem"):
        marks.react(attic.id, visitor, picture(run), "love")
    assert sorted(look(playground, attic, "bob").marked(*picture(run), "love")) == ["ann", "cem"]
    marks.react(attic.id, "ann", picture(run), "love")
    assert look(playground, attic, "bob").marked(*picture(run), "love") == ["cem"]
    with pytest.raises(InvalidRequest, match="reaction"):
        marks.react(attic.id, "ann", picture(run), "pin")


@pytest.mark.parametrize("visitor", ["dan", ""])
def test_who_is_not_in_the_room_marks_nothing(
    playground: Playground, marks: BoardMarks, attic: Room, visitor: str
) -> None:
    run = made(playground, "bob", attic.id)
    for attempt in (marks.pin, marks.hide):
        with pytest.raises(NotFound):
            attempt(attic.id, visitor, picture(run), on=True)
    with pytest.raises(NotFound):
        marks.react(attic.id, visitor, picture(run), "love")
    assert marks.of(attic.id) == ()


def test_a_picture_of_elsewhere_is_not_marked(playground: Playground, marks: BoardMarks, attic: Room) -> None:
    alone = made(playground, "ann", None)
    with pytest.raises(NotFound):
        marks.react(attic.id, "ann", picture(alone), "love")
    with pytest.raises(NotFound, match="on the board"):
        marks.react(attic.id, "ann", (made(playground, "ann", attic.id).id, 7), "love")
