"""Words that several write in turns: whose turn it is, when somebody passes or leaves, and how it ends."""

import pytest

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound
from backend.library.rooms import Room
from backend.library.shared_words import MOST_PIECE, MOST_WORDS, SharedWords, WritingTogether
from backend.playground import Playground
from tests.backend.library.test_rounds import away


@pytest.fixture
def writing(playground: Playground) -> WritingTogether:
    return WritingTogether(playground.rooms)


def now(writing: WritingTogether, room: Room) -> tuple[str, str | None]:
    """Return the words, and whose turn it is."""
    game = writing.games.newest(room.id)
    assert game is not None
    words = SharedWords.of(game)
    turn = words.turn(writing.rooms.members(room.id, "ann"))
    return words.text, turn and turn.name


def test_the_turn_goes_round_from_who_began(writing: WritingTogether, attic: Room) -> None:
    writing.begin(attic.id, "bob")
    assert now(writing, attic) == ("", "Bob")
    writing.add(attic.id, "bob", " a fox ")
    assert now(writing, attic) == ("a fox", "Cem")
    writing.pass_on(attic.id, "cem")
    writing.add(attic.id, "ann", "in a boat")
    writing.add(attic.id, "bob", ", at night")
    assert now(writing, attic) == ("a fox in a boat, at night", "Cem")
    writing.end(attic.id, "bob")
    assert now(writing, attic) == ("a fox in a boat, at night", None)


def test_only_whose_turn_it_is_writes_or_passes(writing: WritingTogether, attic: Room) -> None:
    writing.begin(attic.id, "ann")
    with pytest.raises(NotAllowed, match="Ann's turn"):
        writing.add(attic.id, "bob", "a fox")
    with pytest.raises(NotAllowed, match="Ann's turn"):
        writing.pass_on(attic.id, "cem")
    assert now(writing, attic) == ("", "Ann")


def test_who_leaves_or_loses_the_line_or_is_taken_out_is_passed_over(
    playground: Playground, writing: WritingTogether, attic: Room
) -> None:
    writing.begin(attic.id, "ann")
    writing.add(attic.id, "ann", "a fox")
    playground.rooms.leave(attic.id, "bob")
    assert now(writing, attic)[1] == "Cem"
    away(playground, "cem")
    assert now(writing, attic)[1] == "Ann"
    playground.rooms.visit(attic.id, "bob")
    assert now(writing, attic)[1] == "Bob", "who is back in time has their turn"
    playground.rooms.take_out(attic.id, "ann", 2, out=True)
    writing.add(attic.id, "ann", "alone")
    assert now(writing, attic) == ("a fox alone", "Ann")


def test_who_comes_later_gets_a_turn_too(playground: Playground, writing: WritingTogether, attic: Room) -> None:
    writing.begin(attic.id, "cem")
    playground.rooms.join(attic.id, "dan", name="Dan")
    writing.add(attic.id, "cem", "a fox")
    assert now(writing, attic)[1] == "Dan"


def test_chinese_has_no_space_between_two_pieces(playground: Playground, writing: WritingTogether, attic: Room) -> None:
    writing.begin(attic.id, "ann")
    for visitor, piece in (
        ("ann", "一只狐狸"),
        ("bob", "在船上"),
        ("cem", "，夜晚"),
        ("ann", "oil painting"),
        ("bob", "!"),
    ):
        writing.add(attic.id, visitor, piece)
    assert now(writing, attic)[0] == "一只狐狸在船上，夜晚 oil painting!"


@pytest.mark.parametrize("piece", ["", " ", "x" * (MOST_PIECE + 1)])
def test_a_piece_says_something_and_is_short(writing: WritingTogether, attic: Room, piece: str) -> None:
    writing.begin(attic.id, "ann")
    with pytest.raises(InvalidRequest, match="characters"):
        writing.add(attic.id, "ann", piece)


def test_the_whole_stays_what_a_prompt_may_be(playground: Playground, writing: WritingTogether, attic: Room) -> None:
    playground.rooms.leave(attic.id, "bob")
    playground.rooms.leave(attic.id, "cem")
    writing.begin(attic.id, "ann")
    for _ in range(MOST_WORDS // (MOST_PIECE + 1)):
        writing.add(attic.id, "ann", "x" * MOST_PIECE)
    with pytest.raises(NotAllowed, match="more than fit"):
        writing.add(attic.id, "ann", "x" * MOST_PIECE)


def test_who_began_ends_it_or_who_leads(playground: Playground, writing: WritingTogether, attic: Room) -> None:
    writing.begin(attic.id, "bob")
    with pytest.raises(NotAllowed, match="Who began it"):
        writing.end(attic.id, "cem")
    writing.end(attic.id, "ann")
    with pytest.raises(NotFound, match="over"):
        writing.add(attic.id, "bob", "a fox")
    with pytest.raises(NotFound):
        writing.begin(attic.id, "eve")
