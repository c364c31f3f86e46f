import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.gpu_quota import ANONYMOUS_SECONDS, FREE_SECONDS, gpu_hint, gpu_time
from backend.playground import Playground

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat"})


@pytest.mark.parametrize(("signed_in", "total"), [(False, ANONYMOUS_SECONDS), (True, FREE_SECONDS)])
def test_the_free_gpu_time_sinks_with_what_was_drawn_here_today(
    playground: Playground, signed_in: bool, total: float
) -> None:
    now = datetime.now(UTC)
    for number, (visitor, backend, age, seconds) in enumerate(
        [("ann", "local", 1, 30.0), ("ann", "local", 25, 30.0), ("ann", "fake", 1, 30.0), ("bob", "local", 1, 30.0)]
    ):
        created = now - timedelta(hours=age)
        run = Run(f"{number:032x}", visitor, backend, REQUEST, "finished", created, seconds=seconds)
        playground.store.add(run)
        playground.store.finish(run)
    time = gpu_time(playground, Caller(visitor="ann", signed_in=signed_in))
    assert (time.total, time.left) == (total, total - 30)
    assert time.runs(10) == (total - 30) // 10


def test_used_up_is_nothing_left_and_never_less(playground: Playground) -> None:
    run = Run("a" * 32, "ann", "local", REQUEST, "finished", datetime.now(UTC), seconds=1e6)
    playground.store.add(run)
    playground.store.finish(run)
    time = gpu_time(playground, Caller(visitor="ann"))
    assert (time.left, time.runs(10)) == (0, 0)


class Local(FakeBackend):
    """Stands where the local engine does."""

    name = "local"


def test_on_zerogpu_the_page_says_how_many_such_runs_are_left(playground: Playground) -> None:
    zero = dataclasses.replace(playground, settings=playground.settings.model_copy(update={"zero_gpu": True}))
    hint = gpu_hint(zero, Caller(visitor="ann"), Local(playground.files), REQUEST)
    assert hint.startswith(
        "About 12 more such runs fit into your free GPU time of today: each asks for 10 s, 120 of 120"
    )
    run = Run("a" * 32, "ann", "local", REQUEST, "finished", datetime.now(UTC), seconds=115)
    playground.store.add(run)
    playground.store.finish(run)
    assert "Sign in for more" in gpu_hint(zero, Caller(visitor="ann"), Local(playground.files), REQUEST)


def test_elsewhere_there_is_nothing_to_say_of_it(playground: Playground) -> None:
    zero = dataclasses.replace(playground, settings=playground.settings.model_copy(update={"zero_gpu": True}))
    assert gpu_hint(playground, Caller(visitor="ann"), Local(playground.files), REQUEST) == ""
    assert gpu_hint(zero, Caller(visitor="ann"), playground.backends["fake"], REQUEST) == ""
