"""An order is on disk before it is sent, asked about in a rhythm, and looked for where its answer was lost."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import pytest

from backend.adapters.job import Heard, Noted, Waiter
from backend.adapters.provider.ordering import SEARCH_WAITS, Rhythm, place, search
from backend.domain.errors import Cancelled, ProviderTimeout, ProviderUnreachable, StorageFull


class Left(Heard):
    """A job that nobody wants any more."""

    def may_order(self) -> None:
        raise Cancelled


class Full(Heard):
    """A job that finds no room for what is to be kept."""

    def note(self, provider_ids: Mapping[str, Any]) -> None:
        raise StorageFull("There is no room.")


def never(_: Waiter) -> None:
    raise AssertionError("it was sent")


def test_what_it_is_found_by_is_kept_before_it_is_sent() -> None:
    job = Heard()
    assert place(job, {"task": "1"}, lambda _: list(job.told)) == [Noted({"task": "1"})]


def test_nothing_is_sent_that_nobody_wants_and_nothing_is_kept_of_it() -> None:
    job = Left()
    with pytest.raises(Cancelled):
        place(job, {"task": "1"}, never)
    assert job.told == []


def test_nothing_is_sent_that_could_not_be_found_again_and_nothing_was_billed() -> None:
    with pytest.raises(StorageFull) as caught:
        place(Full(), {"task": "1"}, never)
    assert caught.value.billed == "no"


def test_who_waits_is_asked_before_it_is_sent_again() -> None:
    assert place(Heard(), {}, lambda waiter: waiter.wants())


def test_pauses_grow_up_to_the_longest_and_are_counted() -> None:
    slept: list[float] = []
    beats = list(islice(Rhythm(first=1.0, growth=2.0, longest=3.0).beats(slept.append), 4))
    assert slept == [1.0, 2.0, 3.0, 3.0]
    assert beats == [(1.0, 1.0), (2.0, 3.0), (3.0, 6.0), (3.0, 9.0)]


def test_a_lost_order_is_looked_for_until_it_is_found_whatever_a_look_meets() -> None:
    answers = iter([None, ProviderUnreachable("No way there."), "the order", AssertionError("it was found before")])
    slept: list[float] = []

    def find() -> str | None:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert search(find, slept.append) == "the order"
    assert slept == list(SEARCH_WAITS[:3])


def test_a_lost_order_that_is_never_found_is_looked_for_so_often_and_no_more() -> None:
    def find() -> None:
        raise ProviderTimeout("Nothing came.")

    slept: list[float] = []
    assert search(find, slept.append) is None
    assert slept == list(SEARCH_WAITS)
