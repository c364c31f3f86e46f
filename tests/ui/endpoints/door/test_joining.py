"""Retries that wait for an earlier order: how many of one caller's, and until when."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select, update

from backend.domain.caller import Caller
from backend.domain.errors import TooManyRequests
from backend.record.database.processes import number_of
from backend.record.database.tables import orders
from backend.record.orders import Claim
from tests.serving import Site, served_site
from tests.ui.endpoints.openai.asked import ask, made, until
from ui.endpoints.door import joining
from ui.endpoints.door.joining import MOST_JOINED, Joining
from ui.endpoints.door.order import Order
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.door.refusals import refused
from ui.endpoints.door.route import MOST_AT_ONCE
from ui.endpoints.script_runs import Scripts
from ui.form.library import Library


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with served_site(tmp_path_factory.mktemp("joining")) as site:
        yield site


def order(site: Site, caller: str, **values: Any) -> Order:
    return Order(Claim(order_id="a", caller=caller, what="w", **values), Caller(caller))


def test_retries_beyond_a_callers_places_are_told_to_come_back(site: Site) -> None:
    several = Joining(site.playground)
    assert MOST_JOINED < MOST_AT_ONCE
    with ExitStack() as waiting:
        for _ in range(MOST_JOINED):
            waiting.enter_context(several.place(order(site, "ann", retry=True).claim))
        with pytest.raises(TooManyRequests) as full:
            next(several.steps(order(site, "ann", mark="m"), "b"))
        for other in (order(site, "bob", retry=True), order(site, "ann")):
            waiting.enter_context(several.place(other.claim))
    told = refused(full.value)
    assert (told.status, told.again, told.wait) == (429, True, 6)
    with several.place(order(site, "ann", retry=True).claim):
        pass


def test_a_run_that_another_playground_still_begins_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"headers": {"idempotency-key": "of two playgrounds"}, "prompt": "a {red|blue} ibis"}
    asked |= {"n": 2, "options": {"provider": True}}
    with served_site(tmp_path) as one, served_site(tmp_path) as other:
        engine = one.playground.store.engine
        first = made(ask(one, **asked))["playground"]["runs"]
        second = orders.c.run_id == first[1]["run_id"]
        at_work = orders.c.process.is_not(None)
        until(lambda: not rows_where(engine, at_work))
        (later,) = rows_where(engine, second)
        with engine.begin() as connection:  # as while the first of them goes on between the two runs
            connection.execute(delete(orders).where(second))
            connection.execute(update(orders).values(process=number_of(engine)))

        def begins(_: float) -> None:
            with engine.begin() as connection:
                connection.execute(insert(orders), dict(later._mapping))

        monkeypatch.setattr(joining, "time", SimpleNamespace(sleep=begins, monotonic=time.monotonic))
        again = made(ask(other, **asked))
    assert [run["run_id"] for run in again["playground"]["runs"]] == [run["run_id"] for run in first]
    assert again["playground"]["status"] == "finished"


class _BreaksMeanwhile(threading.Event):
    """The line of a retry, during whose wait it comes on record that the line of an earlier try broke."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def wait(self, timeout: float | None = None) -> bool:
        self.meanwhile()
        return super().wait(0)


def test_a_retry_that_may_be_anybodys_gets_what_a_line_held_that_broke_just_now_and_nothing_else(site: Site) -> None:
    said = made(ask(site, prompt="a guest's swan", options={"provider": True}))["playground"]
    engine, is_its = site.playground.store.engine, orders.c.run_id == said["run_id"]
    until(lambda: not rows_where(engine, is_its & orders.c.process.is_not(None)))
    (row,) = rows_where(engine, is_its)

    def found(meanwhile: Callable[[], None], what: str = row.what) -> str:
        claim, left = Claim(order_id="anew", caller=row.caller, what=what), _BreaksMeanwhile(meanwhile)
        again = Order(claim, Caller(row.caller), left, unsure=True)
        list(Ordering(Scripts(site.playground, Library(site.playground, ()))).steps(again, list))
        return again.order_id

    assert found(lambda: None) == "anew"
    assert found(lambda: site.playground.orders.lost(row.order_id)) == row.order_id
    assert found(lambda: None) == "anew"
    assert found(lambda: pytest.fail("there is nothing to wait for"), "other words") == "anew"


def test_an_answer_that_was_noted_as_lost_and_fetched_is_not_lost_once_more_as_its_broken_line_ends(site: Site) -> None:
    said = made(ask(site, prompt="a stork", options={"provider": True}))["playground"]
    engine, is_its = site.playground.store.engine, orders.c.run_id == said["run_id"]
    until(lambda: not rows_where(engine, is_its & orders.c.process.is_not(None)))
    (row,) = rows_where(engine, is_its)
    broken = Order(Claim(order_id=row.order_id, caller=row.caller, what=row.what), Caller(row.caller))
    ordering = Ordering(Scripts(site.playground, Library(site.playground, ())))
    equal = Claim(order_id="anew", caller=row.caller, what=row.what)
    ordering.lose(broken)
    assert site.playground.orders.find(equal) == row.order_id
    ordering.lose(broken)
    assert site.playground.orders.find(equal) is None


def rows_where(engine: Engine, wanted: ColumnElement[bool]) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(orders).where(wanted)))
