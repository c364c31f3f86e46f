import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.domain.errors import NotFound
from backend.domain.records import READY, Run, RunImage
from backend.domain.requests import parse_request
from backend.playground import Playground
from backend.record.history import MOST_RECOVERABLE, Storage
from backend.record.holders import Holders
from backend.record.search import Search

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
ME = "visitor-1"
Add = Callable[..., Run]


@pytest.fixture
def add(playground: Playground) -> Add:
    """Return a function that records a finished run with one image file of its own."""

    def _add(number: int, prompt: str = "a boat", visitor: str = ME, **changes: Any) -> Run:
        values = {"mode": "text_to_image", "prompt": prompt} | changes.pop("request", {})
        created = START + timedelta(minutes=number)
        run = Run(f"{number:032x}", visitor, "fake", parse_request(values), "finished", created)
        run = replace(run, **changes)
        playground.store.add(run)
        playground.store.finish(run)
        playground.store.add_image(run.id, picture(playground, f"image {number}".encode()))
        return playground.store.run(run.id)

    return _add


def picture(playground: Playground, content: bytes) -> RunImage:
    return RunImage(0, playground.files.put(content, "png"), "png", 64, 48, 7, Decimal("0.001"), bytes=len(content))


def found(playground: Playground, **search: Any) -> list[int]:
    return [int(run.id, 16) for run in playground.history.page(ME, Search(**search)).runs]


def make_old(playground: Playground) -> None:
    for path in playground.files.folder.rglob("*.png"):
        os.utime(path, (0, 0))


def test_words_are_found_in_any_order_and_half_typed(playground: Playground, add: Add) -> None:
    add(1, "A red boat, at the CAFÉ")
    add(2, "a blue boat")
    assert found(playground, words="boat red") == [1]
    assert found(playground, words="boat bl") == [2]
    assert found(playground, words="cafe") == [1]
    assert found(playground, words="oat") == []


def test_chinese_words_are_found_without_spaces(playground: Playground, add: Add) -> None:
    add(1, "一只戴着红色围巾的猫")
    assert found(playground, words="围巾") == [1]
    assert found(playground, words="猫") == [1]
    assert found(playground, words="狗") == []


@pytest.mark.parametrize("hostile", ['"', "a* OR b", "NEAR(", "visitor:", "';--", ")", "^q", "{words}: boat", "💥"])
def test_signs_of_the_query_language_are_only_words(playground: Playground, add: Add, hostile: str) -> None:
    add(1)
    assert found(playground, words=hostile) == []


def test_every_filter_narrows(playground: Playground, add: Add) -> None:
    add(1, cost_usd=Decimal("0.001"), cost_kind="billed")
    add(2, backend="runware", cost_usd=Decimal("0.02"), cost_kind="billed")
    add(3, request={"mode": "image_to_image", "image": "1" * 64})
    assert found(playground, mode="image_to_image") == [3]
    assert found(playground, backend="runware") == [2]
    assert found(playground, least_usd=Decimal("0.001"), most_usd=Decimal("0.01")) == [1]
    assert found(playground, since=START + timedelta(minutes=2), until=START + timedelta(minutes=3)) == [2]
    assert found(playground, words="boat", backend="runware") == [2]


@pytest.mark.parametrize("words", ["", "boat"])
def test_pages_follow_one_another_to_an_end(playground: Playground, add: Add, words: str) -> None:
    for number in range(7):
        add(number)
    seen, after = [], None
    while True:
        page = playground.history.page(ME, Search(words=words), limit=3, after=after)
        seen += [int(run.id, 16) for run in page.runs]
        after = page.after
        if after is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]


def test_one_visitor_sees_marks_and_deletes_only_their_own(playground: Playground, add: Add) -> None:
    theirs = add(1, visitor="somebody else")
    assert found(playground) == found(playground, words="boat") == []
    assert playground.history.delete(ME, [theirs.id]) == ()
    with pytest.raises(NotFound):
        playground.history.mark(ME, theirs.id, 0, favourite=True)
    with pytest.raises(NotFound):
        playground.history.page(ME, after=theirs.id)


def test_what_a_link_shows_is_found_until_the_link_is_taken_back(playground: Playground, add: Add) -> None:
    runs = [add(number) for number in range(4)]
    stranger = add(9, visitor="somebody else")
    for run in (runs[1], runs[3], stranger):
        playground.result_links.share(run.id, run.visitor)
    assert found(playground, shared=True) == [3, 1]
    playground.result_links.revoke(runs[3].id, ME)
    assert found(playground, shared=True) == [1]
    assert found(playground, shared=True, trash=True) == []


def test_a_favourite_is_found_until_it_is_none_any_more(playground: Playground, add: Add) -> None:
    run, other = add(1), add(2)
    for _ in range(2):
        playground.history.mark(ME, run.id, 0, favourite=True)
    assert found(playground, favourites=True) == [1]
    assert playground.history.favourites(ME, [run, other]) == {(run.id, 0)}
    playground.history.mark(ME, run.id, 0, favourite=False)
    assert found(playground, favourites=True) == []
    with pytest.raises(NotFound, match="no image 5"):
        playground.history.mark(ME, run.id, 5, favourite=True)


def test_favourites_and_trash_are_searched_by_words_mode_and_day(playground: Playground, add: Add) -> None:
    for number, prompt in enumerate(("a red boat", "a blue boat", "a fox")):
        playground.history.mark(ME, add(number, prompt).id, 0, favourite=True)
    assert found(playground, favourites=True) == [2, 1, 0]
    assert found(playground, favourites=True, words="boat") == [1, 0]
    assert found(playground, favourites=True, since=START + timedelta(minutes=2)) == [2]
    assert found(playground, words="boat", until=START + timedelta(minutes=1)) == [0]
    assert found(playground, words="boat", since=datetime(1, 1, 2, tzinfo=UTC)) == [1, 0]
    assert found(playground, words="boat", until=datetime(9999, 1, 1, tzinfo=UTC)) == [1, 0]
    playground.history.delete(ME, [f"{1:032x}", f"{2:032x}"])
    assert found(playground, trash=True) == [2, 1]
    assert found(playground, trash=True, words="boat") == [1]
    assert found(playground, trash=True, favourites=True, mode="text_to_image") == [2, 1]
    assert found(playground, trash=True, mode="inpaint") == found(playground, trash=True, words="red") == []
    assert found(playground, favourites=True) == [0]


def test_a_run_is_a_favourite_as_long_as_one_of_its_images_is(playground: Playground, add: Add) -> None:
    run = add(1)
    playground.store.add_image(run.id, replace(picture(playground, b"another"), index=1))
    for index in (0, 1):
        playground.history.mark(ME, run.id, index, favourite=True)
    playground.history.mark(ME, run.id, 0, favourite=False)
    assert found(playground, favourites=True) == [1]
    playground.history.mark(ME, run.id, 1, favourite=False)
    assert found(playground, favourites=True) == []


def test_the_trash_gives_back_what_it_took(playground: Playground, add: Add) -> None:
    run = add(1)
    assert playground.history.delete(ME, [run.id]) == (run.id,)
    assert found(playground) == found(playground, words="boat") == []
    assert found(playground, trash=True) == [1]
    assert playground.history.restore(ME, [run.id]) == (run.id,)
    assert found(playground) == [1]
    assert playground.files.read(run.images[0].sha256)


def test_a_run_that_still_runs_is_not_deleted(playground: Playground, add: Add) -> None:
    run = add(1, status="running")
    assert playground.history.delete(ME, [run.id]) == ()
    assert found(playground) == [1]


def test_what_is_deleted_for_good_leaves_neither_rows_nor_files(playground: Playground, add: Add) -> None:
    image = playground.files.put(b"an input", "png")
    run = add(1, request={"mode": "image_to_image", "image": image})
    playground.history.mark(ME, run.id, 0, favourite=True)
    playground.history.delete(ME, [run.id])
    make_old(playground)
    assert playground.history.empty_trash(ME) == 1
    assert playground.history.storage(ME).runs == 0
    assert list(playground.files.folder.rglob("*.png")) == []
    assert playground.history.favourites(ME, [run]) == frozenset()


def test_a_file_that_another_run_shows_or_started_from_stays(playground: Playground, add: Add) -> None:
    run = add(1)
    sha256 = run.images[0].sha256
    add(2, visitor="somebody else", request={"mode": "image_to_image", "image": sha256})
    playground.history.delete(ME, [run.id])
    make_old(playground)
    assert playground.history.empty_trash(ME) == 1
    assert playground.files.read(sha256)


def test_a_picture_that_somebody_else_brought_too_stays(playground: Playground, add: Add) -> None:
    image = playground.files.put(b"a famous picture", "png")
    run = add(1, request={"mode": "image_to_image", "image": image})
    holders = Holders(playground.store.engine)
    for visitor in (ME, "somebody else"):
        holders.add_picture(image, visitor)
    playground.history.delete(ME, [run.id])
    make_old(playground)
    assert playground.history.empty_trash(ME) == 1
    assert playground.files.read(image) == b"a famous picture"


def test_a_file_that_was_just_asked_for_again_stays_for_now_though_its_run_left_the_trash(
    playground: Playground, add: Add
) -> None:
    run = add(1)
    playground.history.delete(ME, [run.id])
    make_old(playground)
    content = playground.files.read(run.images[0].sha256)
    playground.files.put(content, "png")
    assert playground.history.empty_trash(ME) == 1
    assert found(playground, trash=True) == []
    assert playground.history.restore(ME, [run.id]) == ()
    assert playground.files.read(run.images[0].sha256) == content
    assert playground.history.empty_trash(ME) == 0
    make_old(playground)
    assert playground.history.clear_out() == 1
    with pytest.raises(NotFound):
        playground.files.read(run.images[0].sha256)


def test_the_trash_is_cleared_out_after_a_week(playground: Playground, add: Add) -> None:
    run = add(1)
    playground.history.delete(ME, [run.id])
    make_old(playground)
    now = datetime.now(UTC)
    assert playground.history.clear_out(now + timedelta(days=6)) == 0
    assert playground.history.clear_out(now + timedelta(days=8)) == 1


def test_deleting_forgets_no_spending(playground: Playground, add: Add) -> None:
    run = add(1)
    playground.budget.reserve(run, Decimal("0.01"))
    playground.budget.settle(run.id, Decimal("0.002"))
    playground.history.delete(ME, [run.id])
    make_old(playground)
    playground.history.empty_trash(ME)
    assert playground.budget.entry(run.id) == ("settled", Decimal("0.01"), Decimal("0.002"))


def test_storage_counts_runs_images_and_bytes(playground: Playground, add: Add) -> None:
    add(1)
    add(2, visitor="somebody else")
    storage = playground.history.storage(ME)
    assert (storage.runs, storage.images, storage.bytes) == (1, 1, len(b"image 1"))
    make_old(playground)
    playground.history.delete(ME, [f"{1:032x}"])
    assert playground.history.storage(ME) == storage, "the trash takes its room"
    playground.history.empty_trash(ME)
    assert playground.history.storage(ME) == Storage(0, 0, 0)
    assert playground.history.storage("nobody") == Storage(0, 0, 0)


def test_only_a_run_of_ones_own_that_may_have_been_billed_can_be_recovered(playground: Playground, add: Add) -> None:
    asked = {"provider_ids": {"task": "x"}, "billed": "unknown", "status": "interrupted"}
    mine = add(1, **asked)
    add(2, **asked, visitor="visitor-2")
    add(3, **asked | {"provider_ids": {}})
    add(4, **asked | {"billed": "no"})
    add(5, **asked | {"status": "running"})
    playground.history.delete(ME, [add(6, **asked).id])
    assert [run.id for run in playground.history.recoverable(ME)] == [mine.id]


def test_the_latest_of_many_recoverable_runs_come_first(playground: Playground, add: Add) -> None:
    asked = {"provider_ids": {"task": "x", READY: True}, "status": "partial"}
    for number in range(MOST_RECOVERABLE + 2):
        add(number, **asked, billed="yes" if number % 2 else "unknown")
    numbers = [int(run.id, 16) for run in playground.history.recoverable(ME)]
    assert numbers == list(range(MOST_RECOVERABLE + 1, 1, -1))
