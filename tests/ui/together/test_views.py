"""A board's pictures are made into HTML once for each member, and anew as soon as anything of it changes."""

from backend.library.board_marks import BoardMarks
from backend.visitors.identity import visitor_id
from tests.serving import Site
from tests.ui.together.test_door import ANN, BOB, drawn, room
from ui.together.items import Item
from ui.together.views import Views

__all__ = ["room"]  # a fixture


def pictures(items: list[Item]) -> list[Item]:
    return [each for each in items if each.key.startswith("picture")]


def test_a_board_that_stays_the_same_is_not_made_anew(site: Site, room: str) -> None:
    views = Views(site.playground)
    drawn(site, ANN, room)
    before = pictures(views.items(room, visitor_id(BOB)))
    site.playground.room_boards.forget(room)  # Read again, it is found to be the same.
    after = pictures(views.items(room, visitor_id(BOB)))
    assert [one is other for one, other in zip(before, after, strict=True)] == [True]


def test_each_change_is_seen_and_each_member_has_their_own_view(site: Site, room: str) -> None:
    views, marks = Views(site.playground), BoardMarks(site.playground.rooms)
    run = drawn(site, ANN, room)
    views.items(room, visitor_id(BOB))
    marks.react(room, visitor_id(BOB), (run.id, 0), "love")
    site.playground.room_boards.forget(room)
    (mine,), (theirs,) = (pictures(views.items(room, visitor_id(token))) for token in (BOB, ANN))
    assert 'data-reaction="love" aria-pressed="true"' in mine.html
    assert 'data-reaction="love" aria-pressed="false"' in theirs.html
    assert 'data-do="pin"' in theirs.html
    assert 'data-do="pin"' not in mine.html
    marks.hide(room, visitor_id(ANN), (run.id, 0), on=True)
    site.playground.room_boards.forget(room)
    assert [len(pictures(views.items(room, visitor_id(token)))) for token in (BOB, ANN)] == [0, 1]
