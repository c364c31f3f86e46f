"""What each member sees of a room's games, and what of a round nobody is told before it is over."""

import re

import pytest

from backend.library.rooms import Room
from backend.library.rounds import Rounds
from backend.library.shared_words import WritingTogether
from backend.playground import Playground
from tests.backend.library.test_rooms import made
from ui.together.changes import SentBoards
from ui.together.games.acts import GameActs, Player
from ui.together.views import Views

WORDS = "a <b>house</b>"


@pytest.fixture
def attic(playground: Playground) -> Room:
    """A room that Ann has opened and Bob has joined."""
    room = playground.rooms.open("ann", room_name="The attic", name="Ann")
    playground.rooms.join(room.id, "bob", name="Bob <i>")
    return room


def board(playground: Playground, room: Room, visitor: str) -> dict[str, str]:
    """Return the HTML of what a member sees, by its key."""
    playground.room_boards.forget(room.id)
    return {item.key.partition(" ")[0]: str(item.html) for item in Views(playground).items(room.id, visitor)}


def tiles(playground: Playground, room: Room, visitor: str) -> dict[str, str]:
    """Return the HTML of the pictures that a member sees, by their runs."""
    playground.room_boards.forget(room.id)
    items = Views(playground).items(room.id, visitor)
    return {item.key.split(" ")[1]: str(item.html) for item in items if item.key.startswith("picture")}


def play(playground: Playground, room: Room, visitor: str, act: str, **given: str) -> None:
    """Do something in a game, as the page asks for it."""
    picture = given.pop("run", ""), 0
    GameActs(playground.rooms).acts()[act](Player(room.id, visitor, given, picture))


def test_each_sees_the_round_and_the_leader_alone_what_leads_it(playground: Playground, attic: Room) -> None:
    assert 'data-submit="round"' in board(playground, attic, "ann")["game"]
    assert 'data-submit="round"' not in board(playground, attic, "bob")["game"]
    play(playground, attic, "ann", "round", words=WORDS)
    for visitor in ("ann", "bob"):
        shown = board(playground, attic, visitor)["game"]
        assert "a &lt;b&gt;house&lt;/b&gt;" in shown
        assert "<b>house" not in shown
        assert ('data-do="to-vote"' in shown) == (visitor == "ann")
    made(playground, "bob", attic.id)
    assert "Bob &lt;i&gt;" in board(playground, attic, "ann")["game"]


def test_votes_are_told_to_nobody_before_the_round_is_over(playground: Playground, attic: Room) -> None:
    play(playground, attic, "ann", "round", words=WORDS)
    one, two = made(playground, "ann", attic.id).id, made(playground, "bob", attic.id).id
    playground.rooms.join(attic.id, "cem", name="Cem")
    play(playground, attic, "ann", "to-vote")
    before = tiles(playground, attic, "bob")
    play(playground, attic, "ann", "vote", run=two)
    play(playground, attic, "cem", "vote", run=two)
    assert tiles(playground, attic, "bob") == before
    assert 'aria-pressed="true" title="One vote' in tiles(playground, attic, "ann")[two]
    assert 'data-do="vote"' not in tiles(playground, attic, "bob")[two]
    play(playground, attic, "ann", "end-round")
    for visitor in ("ann", "bob", "cem"):
        assert "2 votes" in tiles(playground, attic, visitor)[two]
        assert "vote" not in tiles(playground, attic, visitor)[one]
        assert "drew the best, with 2 votes" in board(playground, attic, visitor)["game"]


def test_no_members_id_is_on_anybodys_board(playground: Playground, attic: Room) -> None:
    playground.rooms.join(attic.id, "visitor-of-cem", name="Cem")
    play(playground, attic, "ann", "round", words=WORDS)
    run = made(playground, "visitor-of-cem", attic.id).id
    play(playground, attic, "ann", "to-vote")
    play(playground, attic, "bob", "vote", run=run)
    for step in ("nothing", "end-round", "write"):
        if step != "nothing":
            play(playground, attic, "ann", step)
        told = SentBoards().changes(Views(playground).items(attic.id, "ann"), "")
        assert "visitor-of-cem" not in str(told)
        assert not re.search(r"\bbob\b", str(told))


def test_the_turn_is_seen_and_only_its_owner_can_write(playground: Playground, attic: Room) -> None:
    play(playground, attic, "bob", "write")
    assert 'data-submit="add"' in board(playground, attic, "bob")["game"]
    other = board(playground, attic, "ann")["game"]
    assert "writes now" in other
    assert 'data-submit="add"' not in other
    play(playground, attic, "bob", "add", words=WORDS)
    play(playground, attic, "ann", "pass")
    play(playground, attic, "bob", "end-words")
    shown = board(playground, attic, "ann")["game"]
    assert 'data-words="a &lt;b&gt;house&lt;/b&gt;"' in shown
    assert "Written together" in shown


def test_what_nobody_wrote_is_not_offered(playground: Playground, attic: Room) -> None:
    WritingTogether(playground.rooms).begin(attic.id, "ann")
    WritingTogether(playground.rooms).end(attic.id, "ann")
    assert "data-words" not in board(playground, attic, "ann")["game"]


def test_two_first_places_are_both_told(playground: Playground, attic: Room) -> None:
    rounds = Rounds(playground.rooms)
    rounds.begin(attic.id, "ann", WORDS)
    one, two = made(playground, "ann", attic.id).id, made(playground, "bob", attic.id).id
    rounds.to_vote(attic.id, "ann")
    rounds.vote(attic.id, "ann", (two, 0))
    rounds.vote(attic.id, "bob", (one, 0))
    assert "share the first place, with 1 vote each" in board(playground, attic, "ann")["game"]
