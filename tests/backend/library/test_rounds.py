"""Rounds: who begins them, what is in them, who votes for what, and how they end."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from backend.domain.errors import InvalidRequest, NotAllowed, NotFound
from backend.library.board_marks import BoardMarks
from backend.library.games import MOST_KEPT
from backend.library.rooms import HERE_SECONDS, Room
from backend.library.rounds import MOST_WORDS, Picture, Round, Rounds
from backend.playground import Playground
from backend.record.database.room_tables import games
from backend.record.database.tables import members
from tests.backend.library.test_rooms import made

WORDS = "a house on the moon"


@pytest.fixture
def rounds(playground: Playground) -> Rounds:
    return Rounds(playground.rooms)


def now(rounds: Rounds, room: Room) -> Round:
    """Return the round as it stands."""
    game = rounds.games.newest(room.id)
    assert game is not None
    return Round.of(game)


def drawn(playground: Playground, room: Room, visitor: str) -> Picture:
    """Return a new picture of a member in the room."""
    return made(playground, visitor, room.id).id, 0


def away(playground: Playground, visitor: str) -> None:
    """Let a member have given no sign of life for long."""
    long_ago = datetime.now(UTC) - timedelta(seconds=HERE_SECONDS + 1)
    with playground.store.engine.begin() as connection:
        connection.execute(update(members).where(members.c.visitor == visitor).values(seen=long_ago))


def test_a_round_ends_once_all_who_are_here_have_voted_and_the_best_has_most(
    playground: Playground, rounds: Rounds, attic: Room
) -> None:
    rounds.begin(attic.id, "ann", f"  {WORDS} ")
    assert (now(rounds, attic).phase, now(rounds, attic).words) == ("drawing", WORDS)
    pictures = {name: drawn(playground, attic, name) for name in ("ann", "bob", "cem")}
    rounds.to_vote(attic.id, "ann")
    rounds.vote(attic.id, "ann", pictures["bob"])
    rounds.vote(attic.id, "cem", pictures["bob"])
    assert now(rounds, attic).phase == "voting"
    assert now(rounds, attic).counts(pictures.values()) == [], "nothing is told before it is over"
    rounds.vote(attic.id, "bob", pictures["cem"])
    over = now(rounds, attic)
    assert over.phase == "over"
    assert over.counts(pictures.values()) == [(pictures["bob"], 2), (pictures["cem"], 1)]
    assert over.best(pictures.values()) == [pictures["bob"]]
    assert over.best([pictures["cem"]]) == [pictures["cem"]], "of what is still on the board"


def test_a_vote_is_changed_and_taken_back_and_there_is_one_each(
    playground: Playground, rounds: Rounds, attic: Room
) -> None:
    rounds.begin(attic.id, "ann", WORDS)
    first, second = drawn(playground, attic, "ann"), drawn(playground, attic, "bob")
    rounds.to_vote(attic.id, "ann")
    rounds.vote(attic.id, "cem", first)
    rounds.vote(attic.id, "cem", second)
    assert now(rounds, attic).votes == {"cem": second}
    rounds.vote(attic.id, "cem", second)
    assert now(rounds, attic).votes == {}


def test_nobody_votes_for_themselves_nor_for_what_is_not_in_the_round(
    playground: Playground, rounds: Rounds, attic: Room
) -> None:
    before = drawn(playground, attic, "bob")
    rounds.begin(attic.id, "ann", WORDS)
    own, hidden = drawn(playground, attic, "ann"), drawn(playground, attic, "bob")
    BoardMarks(playground.rooms).hide(attic.id, "bob", hidden, on=True)
    rounds.to_vote(attic.id, "ann")
    late, elsewhere = drawn(playground, attic, "bob"), (made(playground, "bob", None).id, 0)
    with pytest.raises(NotAllowed, match="somebody else's"):
        rounds.vote(attic.id, "ann", own)
    for picture in (before, late, elsewhere, hidden, ("f" * 32, 0), (own[0], 7)):
        with pytest.raises(NotFound, match="isn't in this round"):
            rounds.vote(attic.id, "ann", picture)
    assert now(rounds, attic).votes == {}


def test_only_the_leader_leads_and_anybody_does_while_the_host_is_away(
    playground: Playground, rounds: Rounds, attic: Room
) -> None:
    with pytest.raises(NotAllowed, match="leads its games"):
        rounds.begin(attic.id, "bob", WORDS)
    rounds.begin(attic.id, "ann", WORDS)
    drawn(playground, attic, "ann")
    for attempt in (rounds.to_vote, rounds.end):
        with pytest.raises(NotAllowed):
            attempt(attic.id, "bob")
    playground.rooms.leave(attic.id, "ann")
    rounds.to_vote(attic.id, "bob")
    rounds.end(attic.id, "cem")
    assert now(rounds, attic).phase == "over"


def test_no_vote_begins_before_there_is_a_picture_and_none_counts_before_the_vote(
    playground: Playground, rounds: Rounds, attic: Room
) -> None:
    rounds.begin(attic.id, "ann", WORDS)
    with pytest.raises(NotAllowed, match="Nobody has drawn"):
        rounds.to_vote(attic.id, "ann")
    picture = drawn(playground, attic, "ann")
    with pytest.raises(NotAllowed, match="no vote now"):
        rounds.vote(attic.id, "bob", picture)
    rounds.end(attic.id, "ann")
    with pytest.raises(NotFound, match="over"):
        rounds.vote(attic.id, "bob", picture)


def test_who_leaves_or_is_taken_out_is_not_waited_for(playground: Playground, rounds: Rounds, attic: Room) -> None:
    playground.rooms.join(attic.id, "dan", name="Dan")
    rounds.begin(attic.id, "ann", WORDS)
    first, second = drawn(playground, attic, "ann"), drawn(playground, attic, "bob")
    rounds.to_vote(attic.id, "ann")
    rounds.vote(attic.id, "ann", second)
    rounds.vote(attic.id, "dan", first)
    away(playground, "bob")
    rounds.settle(attic.id, "ann")
    assert now(rounds, attic).phase == "voting", "Cem is still waited for"
    number = {each.visitor: each.number for each in playground.rooms.members(attic.id, "ann")}
    playground.rooms.take_out(attic.id, "ann", number["dan"], out=True)
    playground.rooms.leave(attic.id, "cem")
    rounds.settle(attic.id, "cem")
    assert now(rounds, attic).phase == "over"
    assert now(rounds, attic).votes == {"ann": second}, "and the vote of who was taken out is none"


def test_who_has_nothing_to_vote_for_is_not_waited_for(playground: Playground, rounds: Rounds, attic: Room) -> None:
    rounds.begin(attic.id, "ann", WORDS)
    picture = drawn(playground, attic, "ann")
    rounds.to_vote(attic.id, "ann")
    rounds.vote(attic.id, "bob", picture)
    rounds.vote(attic.id, "cem", picture)
    assert now(rounds, attic).phase == "over"


def test_pictures_with_as_many_votes_are_both_the_best(playground: Playground, rounds: Rounds, attic: Room) -> None:
    rounds.begin(attic.id, "ann", WORDS)
    first, second = drawn(playground, attic, "ann"), drawn(playground, attic, "bob")
    rounds.to_vote(attic.id, "ann")
    rounds.vote(attic.id, "ann", second)
    rounds.vote(attic.id, "bob", first)
    rounds.end(attic.id, "ann")
    assert sorted(now(rounds, attic).best([first, second])) == sorted([first, second])


def test_one_game_at_a_time_and_the_old_ones_are_forgotten(playground: Playground, rounds: Rounds, attic: Room) -> None:
    for _ in range(MOST_KEPT + 2):
        rounds.begin(attic.id, "ann", WORDS)
        with pytest.raises(NotAllowed, match="A round is going on"):
            rounds.begin(attic.id, "ann", WORDS)
        rounds.end(attic.id, "ann")
    with playground.store.engine.connect() as connection:
        assert len(connection.execute(games.select()).all()) == MOST_KEPT
    assert now(rounds, attic).number == MOST_KEPT + 2


@pytest.mark.parametrize("words", ["", "  \n", "x" * (MOST_WORDS + 1)])
def test_a_round_is_about_something_that_fits(rounds: Rounds, attic: Room, words: str) -> None:
    with pytest.raises(InvalidRequest, match="characters"):
        rounds.begin(attic.id, "ann", words)


def test_who_is_not_in_the_room_changes_nothing(playground: Playground, rounds: Rounds, attic: Room) -> None:
    rounds.begin(attic.id, "ann", WORDS)
    picture = drawn(playground, attic, "ann")
    rounds.to_vote(attic.id, "ann")
    for attempt in (rounds.begin, rounds.vote):
        with pytest.raises(NotFound):
            attempt(attic.id, "eve", WORDS if attempt == rounds.begin else picture)  # type: ignore[arg-type]
    for end in (rounds.to_vote, rounds.end):
        with pytest.raises(NotFound):
            end(attic.id, "eve")
    playground.rooms.close(attic.id, "ann")
    with pytest.raises(NotFound):
        rounds.vote(attic.id, "bob", picture)


def test_votes_of_many_at_once_are_all_counted(playground: Playground, rounds: Rounds, attic: Room) -> None:
    voters = [f"v{number}" for number in range(12)]
    for voter in voters:
        playground.rooms.join(attic.id, voter, name=voter)
    rounds.begin(attic.id, "ann", WORDS)
    picture = drawn(playground, attic, "ann")
    rounds.to_vote(attic.id, "ann")
    start = threading.Barrier(len(voters))

    def vote(voter: str) -> None:
        start.wait()
        rounds.vote(attic.id, voter, picture)

    threads = [threading.Thread(target=vote, args=(voter,)) for voter in voters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(now(rounds, attic).votes) == sorted(voters)


def test_a_board_that_is_looked_at_has_the_round(playground: Playground, rounds: Rounds, attic: Room) -> None:
    rounds.begin(attic.id, "ann", WORDS)
    board = playground.room_boards.look(playground.rooms, attic.id, "bob")
    assert board.game is not None
    assert Round.of(board.game).words == WORDS
