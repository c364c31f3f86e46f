"""The same record and ledger on a real PostgreSQL."""

import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.domain.errors import NotFound, OverBudget
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.library.result_links import ResultLinks
from backend.library.rooms import Rooms
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.record.holders import Holders
from backend.record.store import Store

pytestmark = pytest.mark.system

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat 船", "seed": 2**63 - 1})
CENT = Decimal("0.01")


@pytest.fixture
def engine(postgresql_engine: Engine) -> Engine:
    return postgresql_engine


def a_run(visitor: str = "ann", age: int = 0) -> Run:
    created = datetime.now(UTC) - timedelta(seconds=age)
    return Run(uuid.uuid4().hex, visitor, "fake", REQUEST, "running", created.replace(microsecond=1))


def test_what_was_written_is_read_again_to_the_last_digit(engine: Engine) -> None:
    store, run = Store(engine), a_run()
    image = RunImage(0, "a" * 64, "png", 64, 48, 2**63 - 1, Decimal("0.001300001"), details={"uuid": "x"})
    store.add(run)
    store.submitted(run.id, {"task": "t"})
    store.add_image(run.id, image)
    found = store.run(run.id)
    assert found.images == (image,)
    assert (found.request, found.created, found.provider_ids) == (REQUEST, run.created, {"task": "t"})
    assert [left.id for left in store.unfinished()] == [run.id]


def test_pages_of_the_history_follow_one_another(engine: Engine) -> None:
    store, many = Store(engine), [a_run(age=age) for age in range(5)]
    for run in many:
        store.add(run)
    first = store.runs("ann", limit=2)
    rest = store.runs("ann", limit=9, before=first[-1])
    assert [run.id for run in (*first, *rest)] == [run.id for run in many]


def test_a_cap_holds_across_two_processes(engine: Engine, postgresql: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.backend.record.spender", postgresql, str(tmp_path), "40"]
    spenders = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    granted = [int(spender.communicate(timeout=120)[0]) for spender in spenders]
    assert sum(granted) == 25
    assert all(spender.returncode == 0 for spender in spenders)
    with pytest.raises(OverBudget):
        Budget(engine, Caps(house=Decimal("0.25"))).reserve(a_run("late"), CENT)


def test_every_standing_is_summed_exactly_and_a_bill_replaces_its_reservation(engine: Engine) -> None:
    budget = Budget(engine, Caps(visitor=CENT, house=Decimal(1), room=Decimal(1)))
    settled, held, released = a_run(), a_run(), a_run()
    for run in (settled, held, released):
        budget.reserve(run, Decimal("0.003000001"), address="home")
    budget.settle(settled.id, Decimal("0.001300001"))
    budget.hold(held.id)
    budget.release(released.id)
    spent = {each.scope: each.spent for each in budget.standings("ann", address="home", room="attic")}
    assert spent == dict.fromkeys(("visitor", "address", "house"), Decimal("0.004300002")) | {"room": 0}


def test_pictures_rooms_and_links_are_kept_apart(engine: Engine) -> None:
    store = Store(engine)
    holders, rooms, links = Holders(engine), Rooms(store), ResultLinks(store)
    room = rooms.open("ann", room_name="The attic", name="Ann")
    run, image = replace(a_run(), room=room.id), RunImage(0, "a" * 64, "png", 64, 48, 7, CENT)
    store.add(run)
    store.add_image(run.id, image)
    holders.add_picture("b" * 64, "ann")
    assert (holders.picture("a" * 64, "ann"), holders.picture("a" * 64, "bob")) == ("yours", "another's")
    assert holders.picture("b" * 64, "bob") == "another's"
    rooms.join(room.id, "bob", name="Bob")
    assert holders.picture("a" * 64, "bob") == "yours"
    assert [landed.run.id for landed in rooms.board(room.id, "bob")] == [run.id]
    assert [member.name for member in rooms.here(room.id, "bob")] == ["Ann", "Bob"]
    token = links.share(run.id, "ann")
    assert links.opened(token).images[0].sha256 == "a" * 64
    links.revoke(run.id, "ann")
    with pytest.raises(NotFound):
        links.opened(token)
