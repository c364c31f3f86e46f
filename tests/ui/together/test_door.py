"""What a room's members fetch over plain HTTP, and what everybody else is told instead."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio.utils import get_upload_folder

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.generation.generate import generate
from backend.library.board_marks import BoardMarks
from backend.visitors.identity import COOKIE, visitor_id
from tests.backend.strangers import paid
from tests.serving import Site

ANN, BOB, CEM = ("1a" * 16, "2b" * 16, "3c" * 16)


@pytest.fixture
def room(site: Site) -> Iterator[str]:
    """A room that Ann has opened and Bob has joined."""
    made = site.playground.rooms.open(visitor_id(ANN), room_name="The attic", name="Ann").id
    site.playground.rooms.join(made, visitor_id(BOB), name="Bob <i>")
    yield made
    with suppress(NotFound):  # A host has only so many that are open.
        site.playground.rooms.close(made, visitor_id(ANN))


def drawn(site: Site, token: str, room: str | None, **values: Any) -> Run:
    *_, last = generate(site.playground, Caller(visitor=visitor_id(token), room=room), "fake", paid(**values))
    assert isinstance(last, Finished)
    return last.run


def get(site: Site, token: str, path: str, **query: str) -> httpx.Response:
    return httpx.get(f"{site.address}room/{path}", params=query, headers={"cookie": f"{COOKIE}={token}"})


def copies() -> set[Path]:
    return {path for path in Path(get_upload_folder()).rglob("*") if path.is_file()}


def picture(room: str, run: Run, size: str = "whole") -> str:
    return f"{room}/{size}/{run.id}/0/picture.png"


def test_a_look_tells_what_changed_and_only_that(site: Site, room: str) -> None:
    first = get(site, BOB, f"{room}/look").json()
    assert first["order"] == ["head", "person 1", "person 2", "game"]
    assert "Bob &lt;i&gt;" in "".join(first["html"].values())
    assert get(site, BOB, f"{room}/look", seen=first["seen"]).status_code == 204
    run = drawn(site, ANN, room)
    site.playground.room_boards.forget(room)
    second = get(site, BOB, f"{room}/look", seen=first["seen"])
    told = second.json()
    assert told["order"] == [*first["order"], f"picture {run.id} 0"]
    assert len(told["html"]) <= 2  # the picture, and the head where money was spent
    assert f"picture {run.id} 0" in told["html"]
    BoardMarks(site.playground.rooms).react(room, visitor_id(BOB), (run.id, 0), "love")
    site.playground.room_boards.forget(room)
    third = get(site, BOB, f"{room}/look", seen=told["seen"]).json()
    assert list(third["html"]) == [f"picture {run.id} 0"]
    assert "order" not in third, "the pieces stand where they stood"


def test_who_names_a_board_that_is_forgotten_gets_all_of_it(site: Site, room: str) -> None:
    first = get(site, BOB, f"{room}/look").json()
    for guess in ("x", "0" * 12, "x" * 5000):
        assert get(site, BOB, f"{room}/look", seen=guess).json() == first


def test_a_member_gets_a_picture_byte_for_byte_and_a_small_copy(site: Site, room: str) -> None:
    run = drawn(site, ANN, room)
    whole, small = (get(site, BOB, picture(room, run, size)) for size in ("whole", "small"))
    assert whole.content == site.playground.files.path(run.images[0].sha256).read_bytes()
    assert small.headers["content-type"] == "image/jpeg"
    assert small.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("token", [CEM, ""])
def test_who_is_not_in_the_room_gets_nothing_of_it(site: Site, room: str, token: str) -> None:
    run = drawn(site, ANN, room)
    for path in ("look", "zip/room.zip", f"preview/{run.id}/0-1.jpg"):
        assert get(site, token, f"{room}/{path}").status_code == 404
    for size in ("small", "whole"):
        assert get(site, token, picture(room, run, size)).status_code == 404


def test_the_copies_of_a_room_are_reached_by_no_other_way(site: Site, room: str) -> None:
    run, before = drawn(site, ANN, room), copies()
    assert get(site, BOB, picture(room, run, "small")).status_code == 200
    made = copies() - before
    assert len(made) == 2
    for path in made:
        address = f"{site.address}gradio_api/file={path}"
        assert httpx.get(address, headers={"cookie": f"{COOKIE}={BOB}"}).status_code == 404


@pytest.mark.parametrize("end", ["closed", "taken out", "hidden"])
def test_an_address_that_was_good_leads_nowhere_afterwards(site: Site, room: str, end: str) -> None:
    run, rooms = drawn(site, ANN, room), site.playground.rooms
    addresses = [picture(room, run), picture(room, run, "small")]
    assert [get(site, BOB, each).status_code for each in addresses] == [200, 200]
    if end == "closed":
        rooms.close(room, visitor_id(ANN))
    elif end == "taken out":
        rooms.take_out(room, visitor_id(ANN), 2, out=True)
    else:
        BoardMarks(rooms).hide(room, visitor_id(ANN), (run.id, 0), on=True)
    site.playground.room_boards.forget(room)
    assert [get(site, BOB, each).status_code for each in addresses] == [404, 404]
    assert get(site, BOB, f"{room}/look").status_code == (200 if end == "hidden" else 404)
    assert get(site, BOB, f"{room}/zip/room.zip").status_code == 404


def test_a_run_of_elsewhere_is_not_had_through_a_room(site: Site, room: str) -> None:
    alone = drawn(site, ANN, None)
    assert get(site, BOB, picture(room, alone)).status_code == 404
    assert get(site, ANN, picture(room, alone)).status_code == 404


def test_the_zip_has_what_its_reader_sees(site: Site, room: str) -> None:
    for token in (ANN, BOB, ANN):
        hidden = drawn(site, token, room)
    BoardMarks(site.playground.rooms).hide(room, visitor_id(ANN), (hidden.id, 0), on=True)
    site.playground.room_boards.forget(room)
    for token, pictures in ((BOB, 2), (ANN, 3)):
        answer = get(site, token, f"{room}/zip/room.zip")
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert sorted(name == "runs.json" for name in names) == [False] * pictures + [True]


def test_another_sites_page_looks_at_no_room(site: Site, room: str) -> None:
    elsewhere = {"cookie": f"{COOKIE}={BOB}", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    assert httpx.get(f"{site.address}room/{room}/look", headers=elsewhere).status_code == 404
