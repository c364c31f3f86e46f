import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotAllowed, NotFound
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.generation.generate import generate
from backend.library.rooms import HERE_SECONDS, MOST_MEMBERS, MOST_ROOMS_A_HOST, Room, Rooms
from backend.playground import Playground
from backend.record.database.tables import members
from tests.backend.strangers import paid


@pytest.fixture
def rooms(playground: Playground) -> Rooms:
    return playground.rooms


@pytest.fixture
def attic(rooms: Rooms) -> Room:
    """A room that Ann has opened and Bob has joined."""
    room = rooms.open("ann", room_name="The attic", name="Ann")
    rooms.join(room.id, "bob", name="Bob")
    return room


def made(playground: Playground, visitor: str, room: str | None, **values: Any) -> Run:
    *_, last = generate(playground, Caller(visitor=visitor, room=room), "fake", paid(**values))
    assert isinstance(last, Finished)
    return last.run


def test_everybody_in_the_room_sees_everybodys_runs_as_they_land(
    playground: Playground, rooms: Rooms, attic: Room
) -> None:
    first, second = made(playground, "ann", attic.id), made(playground, "bob", attic.id)
    made(playground, "ann", None)
    board = rooms.board(attic.id, "bob")
    assert [(landed.run.id, landed.name, landed.yours) for landed in board] == [
        (second.id, "Bob", True),
        (first.id, "Ann", False),
    ]
    assert rooms.board(attic.id, "ann", before=second)[0].run.id == first.id
    assert all(landed.run.provider_ids == {} for landed in board)


@pytest.mark.parametrize("stranger", ["cem", ""])
def test_who_has_not_joined_sees_nothing_and_changes_nothing(rooms: Rooms, attic: Room, stranger: str) -> None:
    for attempt in (rooms.board, rooms.here, rooms.visit, rooms.check_may_run, rooms.close):
        with pytest.raises(NotFound, match="no such room"):
            attempt(attic.id, stranger)  # type: ignore[operator]


def test_a_guessed_room_is_no_room(rooms: Rooms) -> None:
    for guess in ("", "attic", "' OR 1=1 --", "x" * 10_000, "\0"):
        with pytest.raises(NotFound):
            rooms.join(guess, "cem", name="Cem")


def test_nobody_runs_in_a_room_without_having_joined_it(playground: Playground, attic: Room) -> None:
    with pytest.raises(NotFound):
        made(playground, "cem", attic.id)
    assert playground.store.runs("cem") == []


def test_only_who_is_here_now_is_shown_as_here(playground: Playground, rooms: Rooms, attic: Room) -> None:
    assert [(member.name, member.host) for member in rooms.here(attic.id, "bob")] == [("Ann", True), ("Bob", False)]
    long_ago = datetime.now(UTC) - timedelta(seconds=HERE_SECONDS + 1)
    with playground.store.engine.begin() as connection:
        connection.execute(update(members).where(members.c.visitor == "ann").values(seen=long_ago))
    assert [member.name for member in rooms.here(attic.id, "bob")] == ["Bob"]
    rooms.visit(attic.id, "ann")
    assert len(rooms.here(attic.id, "bob")) == 2


def test_a_locked_room_lets_members_back_in_and_nobody_new(rooms: Rooms, attic: Room) -> None:
    assert rooms.lock(attic.id, "ann", locked=True).locked
    with pytest.raises(NotAllowed, match="ask its host"):
        rooms.join(attic.id, "cem", name="Cem")
    rooms.join(attic.id, "bob", name="Bobby")
    assert "Bobby" in [member.name for member in rooms.here(attic.id, "ann")]
    rooms.lock(attic.id, "ann", locked=False)
    rooms.join(attic.id, "cem", name="Cem")


def test_only_the_host_locks_and_closes(rooms: Rooms, attic: Room) -> None:
    with pytest.raises(NotAllowed):
        rooms.lock(attic.id, "bob", locked=True)
    with pytest.raises(NotAllowed):
        rooms.close(attic.id, "bob")


def test_nothing_of_a_closed_room_is_reachable(playground: Playground, rooms: Rooms, attic: Room) -> None:
    run = made(playground, "ann", attic.id)
    sha256 = run.images[0].sha256
    assert playground.holders.picture(sha256, "bob") == "yours"
    rooms.close(attic.id, "ann")
    for attempt in (rooms.board, rooms.members, rooms.visit, rooms.close):
        with pytest.raises(NotFound, match="closed by its host"):
            attempt(attic.id, "bob")  # type: ignore[operator]
    for who in ("bob", "cem"):
        with pytest.raises(NotFound, match="closed by its host"):
            rooms.join(attic.id, who, name="C")
        with pytest.raises(NotFound, match="closed by its host"):
            rooms.run(attic.id, who, run.id) if who == "bob" else rooms.invitation(attic.id, who)
        assert playground.holders.picture(sha256, who) == "another's"
    assert playground.holders.picture(sha256, "ann") == "yours"
    with pytest.raises(NotFound):
        made(playground, "bob", attic.id)


def test_who_was_taken_out_sees_and_makes_nothing_until_let_in_again(
    playground: Playground, rooms: Rooms, attic: Room
) -> None:
    run = made(playground, "ann", attic.id)
    with pytest.raises(NotAllowed, match="Only the one who opened"):
        rooms.take_out(attic.id, "bob", 1, out=True)
    with pytest.raises(NotFound, match="no such member"):
        rooms.take_out(attic.id, "ann", 1, out=True)  # The host.
    rooms.take_out(attic.id, "ann", 2, out=True)
    for attempt in (rooms.board, rooms.visit, rooms.check_may_run, rooms.invitation):
        with pytest.raises(NotAllowed, match="taken you out"):
            attempt(attic.id, "bob")  # type: ignore[operator]
    with pytest.raises(NotAllowed, match="taken you out"):
        rooms.join(attic.id, "bob", name="Bob again")
    with pytest.raises(NotAllowed, match="taken you out"):
        made(playground, "bob", attic.id)
    assert playground.holders.picture(run.images[0].sha256, "bob") == "another's"
    assert [each.name for each in rooms.here(attic.id, "ann")] == ["Ann"]
    rooms.take_out(attic.id, "ann", 2, out=False)
    assert rooms.join(attic.id, "bob", name="Bob").id == attic.id


def test_an_invitation_says_who_invites_and_whether_one_may_come_in(rooms: Rooms, attic: Room) -> None:
    found = rooms.invitation(attic.id, "cem")
    assert (found.host, found.here, found.joined, found.room.name) == ("Ann", 2, 2, "The attic")
    rooms.leave(attic.id, "bob")
    assert rooms.invitation(attic.id, "cem").here == 1
    rooms.lock(attic.id, "ann", locked=True)
    with pytest.raises(NotAllowed, match="ask its host"):
        rooms.invitation(attic.id, "cem")
    assert rooms.invitation(attic.id, "bob").room.locked
    with pytest.raises(NotFound, match="no such room"):
        rooms.invitation("x" * 22, "cem")


def test_a_run_that_its_maker_deleted_is_gone_from_the_board(playground: Playground, rooms: Rooms, attic: Room) -> None:
    run = made(playground, "ann", attic.id)
    playground.history.delete("ann", [run.id])
    assert rooms.board(attic.id, "bob") == ()


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "tab\x00null", "\u202edlrow"])
def test_a_name_is_short_and_plain(rooms: Rooms, attic: Room, name: str) -> None:
    with pytest.raises(InvalidRequest, match="characters"):
        rooms.join(attic.id, "cem", name=name)


def test_rooms_have_room_for_so_many_even_when_all_come_at_once(rooms: Rooms, attic: Room) -> None:
    start, refused = threading.Barrier(20), []
    for number in range(MOST_MEMBERS - 12):
        rooms.join(attic.id, f"visitor {number}", name="V")

    def come(number: int) -> None:
        start.wait()
        try:
            rooms.join(attic.id, f"late {number}", name="L")
        except NotAllowed:
            refused.append(number)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 10


def test_a_host_has_only_so_many_rooms_open(rooms: Rooms) -> None:
    opened = [rooms.open("dan", room_name="room", name="Dan") for _ in range(MOST_ROOMS_A_HOST)]
    with pytest.raises(NotAllowed, match="close one first"):
        rooms.open("dan", room_name="room", name="Dan")
    rooms.close(opened[0].id, "dan")
    rooms.open("dan", room_name="room", name="Dan")


def test_every_rooms_id_is_a_secret_of_its_own(rooms: Rooms) -> None:
    ids = {rooms.open(f"host {number}", room_name="room", name="H").id for number in range(50)}
    assert len(ids) == 50
    assert all(len(each) >= 22 for each in ids)
