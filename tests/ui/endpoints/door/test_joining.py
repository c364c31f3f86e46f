"""The places of retries that wait: none of one caller's takes all threads."""

from contextlib import ExitStack
from typing import Any

import pytest

from backend.domain.errors import TooManyRequests
from backend.record.orders import Claim
from tests.serving import Site, served_site
from ui.endpoints.door.joining import MOST_JOINED, Joining
from ui.endpoints.door.order import Order
from ui.endpoints.door.refusals import refused
from ui.endpoints.door.route import MOST_AT_ONCE


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with served_site(tmp_path_factory.mktemp("joining")) as site:
        yield site


def order(site: Site, caller: str, **values: Any) -> Order:
    from backend.domain.caller import Caller

    return Order(Claim(order_id="a", caller=caller, what="w", **values), Caller(caller))


def test_retries_beyond_a_callers_places_are_told_to_come_back(site: Site) -> None:
    joining = Joining(site.playground)
    assert MOST_JOINED < MOST_AT_ONCE
    with ExitStack() as waiting:
        for _ in range(MOST_JOINED):
            waiting.enter_context(joining.place(order(site, "ann", retry=True).claim))
        with pytest.raises(TooManyRequests) as full:
            next(joining.steps(order(site, "ann", mark="m"), "b"))
        for other in (order(site, "bob", retry=True), order(site, "ann")):
            waiting.enter_context(joining.place(other.claim))
    told = refused(full.value)
    assert (told.status, told.again, told.wait) == (429, True, 6)
    with joining.place(order(site, "ann", retry=True).claim):
        pass
