"""The prompts of a visitor's runs: each once, searched, starred, forgotten and brought back."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.domain.errors import NotAllowed, NotFound
from backend.domain.records import CONTROL_PICTURE, Run, RunImage
from backend.domain.requests import parse_request
from backend.playground import Playground
from backend.record import book
from backend.record.book import PromptBook, Words
from backend.record.history import KEPT_IN_TRASH
from backend.record.search import GONE, Search
from tests.backend.record.test_growth import Steps
from tests.benchmarks.history import VISITOR, filled

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
ME, YOU = "visitor-1", "visitor-2"
Add = Callable[..., Run]


@pytest.fixture
def prompts(playground: Playground) -> PromptBook:
    return playground.prompt_book


@pytest.fixture
def add(playground: Playground) -> Add:
    """Return a function that records a run, with a picture unless it drew none."""

    def _add(number: int, prompt: str, visitor: str = ME, *, drawn: bool = True, **changes: Any) -> Run:
        values = {"mode": "text_to_image", "prompt": prompt} | changes.pop("request", {})
        created = START + timedelta(minutes=number)
        run = Run(f"{number:032x}", visitor, "fake", parse_request(values), "finished", created)
        run = replace(run, **changes)
        playground.store.add(run)
        playground.store.finish(run)
        if drawn:
            sha256 = playground.files.put(f"image {number}".encode(), "png")
            os.utime(playground.files.path(sha256), (0, 0))
            playground.store.add_image(run.id, RunImage(0, sha256, "png", 64, 48, 7, None, bytes=9))
        return playground.store.run(run.id)

    return _add


def shown(prompts: PromptBook, *whose: str, **search: Any) -> list[str]:
    return [each.words.prompt for each in prompts.page(whose or (ME,), Search(**search)).shown]


def use(playground: Playground, prompt: str) -> Run:
    """Record that a prompt is used now."""
    request = parse_request({"mode": "text_to_image", "prompt": prompt})
    run = Run(os.urandom(16).hex(), ME, "fake", request, "finished", datetime.now(UTC))
    playground.store.add(run)
    playground.store.finish(run)
    return run


def test_each_prompt_stands_once_by_its_newest_use_with_its_newest_picture(prompts: PromptBook, add: Add) -> None:
    add(1, "a fox")
    add(2, "an owl")
    pictured = add(3, "a fox")
    newest = add(4, "a fox", drawn=False, status="failed")
    fox, owl = prompts.page([ME]).shown
    assert (fox.words, fox.uses, fox.last, fox.run_id) == (Words("a fox"), 3, newest.created, newest.id)
    assert fox.image == pictured.images[0]
    assert (owl.words, owl.uses) == (Words("an owl"), 1)


def test_another_negative_prompt_makes_another_entry(prompts: PromptBook, add: Add) -> None:
    add(1, "a fox", request={"negative_prompt": "snow"})
    add(2, "a fox")
    assert [each.words for each in prompts.page([ME]).shown] == [Words("a fox"), Words("a fox", "snow")]
    assert Words("a", "b").digest != Words("ab").digest


def test_the_words_of_a_bought_control_picture_and_those_of_a_wordless_upscale_are_no_prompt(
    prompts: PromptBook, add: Add
) -> None:
    add(1, "a fox")
    add(2, "Control picture: depth", provider_ids={CONTROL_PICTURE: True})
    add(3, "", request={"mode": "upscale", "image": "0" * 64})
    assert shown(prompts) == ["a fox"]


def test_the_book_is_searched_as_the_history_is(prompts: PromptBook, add: Add) -> None:
    add(1, "a red boat at the CAFÉ")
    add(2, "一只戴着红色围巾的猫")
    add(3, "a blue boat", backend="runware")
    assert shown(prompts, words="boat") == ["a blue boat", "a red boat at the CAFÉ"]
    assert shown(prompts, words="cafe re") == ["a red boat at the CAFÉ"]
    assert shown(prompts, words="围巾") == ["一只戴着红色围巾的猫"]
    assert shown(prompts, words="' | & ! (") == []
    assert shown(prompts, backend="runware") == ["a blue boat"]
    assert shown(prompts, until=START + timedelta(minutes=2)) == ["a red boat at the CAFÉ"]


def test_a_search_finds_what_is_older_than_all_that_is_looked_at(prompts: PromptBook, add: Add) -> None:
    for number in range(5):
        add(number, f"a fox, number {number}")
    page = prompts.page([ME], among=3)
    assert [each.words.prompt[-1] for each in page.shown] == ["4", "3", "2"]
    assert page.older
    assert not prompts.page([ME], among=6).older
    assert [each.words.prompt[-1] for each in prompts.page([ME], Search("number 0"), among=3).shown] == ["0"]


def test_there_are_more_until_all_are_shown(prompts: PromptBook, add: Add) -> None:
    for number in range(3):
        add(number, f"a fox, number {number}")
    assert [(len(page.shown), page.more) for limit in (2, 3) if (page := prompts.page([ME], limit=limit))] == [
        (2, True),
        (3, False),
    ]


def test_one_visitor_never_sees_stars_or_forgets_anothers(prompts: PromptBook, add: Add) -> None:
    theirs = add(1, "a secret fox", YOU)
    add(2, "an owl")
    words = Words("a secret fox")
    assert shown(prompts) == ["an owl"]
    prompts.star(YOU, words)
    assert shown(prompts, favourites=True) == []
    for whose in (ME, ""):
        with pytest.raises(NotFound, match="This prompt is gone"):
            prompts.words(ME, words.digest, theirs.id, whose)
    with pytest.raises(NotFound):
        prompts.words(ME, words.digest)
    prompts.forget(ME, words.digest)
    prompts.unstar(ME, words.digest)
    prompts.recall(ME, words.digest)
    (entry,) = prompts.page([YOU]).shown
    assert entry.starred


def test_several_visitors_runs_are_one_book_with_the_firsts_stars(prompts: PromptBook, add: Add) -> None:
    add(1, "a fox")
    add(2, "a fox", YOU)
    add(3, "an owl", YOU)
    prompts.star(ME, Words("an owl"))
    owl, fox = prompts.page([ME, YOU]).shown
    assert (owl.starred, fox.starred, fox.uses) == (True, False, 2)


def test_a_prompt_goes_with_its_runs_and_comes_back_with_them(
    playground: Playground, prompts: PromptBook, add: Add
) -> None:
    run = add(1, "a fox")
    playground.history.delete(ME, [run.id])
    assert shown(prompts) == []
    playground.history.restore(ME, [run.id])
    assert shown(prompts) == ["a fox"]


def test_a_starred_prompt_outlives_its_runs_and_is_found_by_its_words(
    playground: Playground, prompts: PromptBook, add: Add
) -> None:
    run = add(1, "a Fox in the café", request={"negative_prompt": "snow"})
    words = Words("a Fox in the café", "snow")
    prompts.star(ME, words)
    playground.history.delete(ME, [run.id])
    assert playground.history.empty_trash(ME) == 1
    assert prompts.has_stars(ME)
    assert not prompts.has_stars(YOU)
    (entry,) = prompts.page([ME]).shown
    assert (entry.words, entry.starred, entry.uses, entry.last, entry.run_id) == (words, True, None, None, "")
    assert prompts.words(ME, words.digest, run.id, ME) == words
    assert shown(prompts, words="cafe fo", favourites=True) == [words.prompt]
    assert shown(prompts, words="fo cafe") == []  # Only the last word may be half typed.
    assert shown(prompts, backend="fake") == []
    prompts.unstar(ME, words.digest)
    assert shown(prompts) == []
    with pytest.raises(NotFound, match="This prompt is gone"):
        prompts.words(ME, words.digest, run.id, ME)


def test_a_forgotten_prompt_is_gone_until_it_is_used_again(
    playground: Playground, prompts: PromptBook, add: Add
) -> None:
    run = add(1, "a fox")
    add(2, "an owl")
    prompts.forget(ME, Words("a fox").digest)
    assert shown(prompts) == ["an owl"]
    assert shown(prompts, trash=True) == ["a fox"]
    assert playground.history.page(ME, Search("fox")).runs == (run,)
    use(playground, "a fox")
    assert shown(prompts) == ["a fox", "an owl"]
    assert shown(prompts, trash=True) == []
    assert prompts.page([ME]).shown[0].uses == 1


@pytest.mark.parametrize("starred", [False, True])
def test_a_forgotten_prompt_is_brought_back_as_it_was(prompts: PromptBook, add: Add, starred: bool) -> None:
    add(1, "a fox")
    words = Words("a fox")
    if starred:
        prompts.star(ME, words)
    before = prompts.page([ME])
    prompts.forget(ME, words.digest)
    prompts.forget(ME, words.digest)  # Pressed twice.
    assert shown(prompts) == []
    prompts.recall(ME, words.digest)
    prompts.recall(ME, words.digest)
    assert prompts.page([ME]) == before


def test_what_was_starred_before_it_was_forgotten_has_no_star_when_it_is_used_again(
    playground: Playground, prompts: PromptBook
) -> None:
    prompts.star(ME, Words("a fox"))
    prompts.forget(ME, Words("a fox").digest)
    use(playground, "a fox")
    (entry,) = prompts.page([ME]).shown
    assert not entry.starred
    prompts.star(ME, Words("a fox"))
    assert shown(prompts, favourites=True) == ["a fox"]


def test_forgotten_words_are_given_up_after_a_week_or_with_the_trash(
    playground: Playground, prompts: PromptBook
) -> None:
    history = playground.history
    for words in ("a fox", "an owl"):
        prompts.star(ME, Words(words))
    prompts.star(YOU, Words("a cat"))
    prompts.forget(ME, Words("a fox").digest)
    prompts.forget(YOU, Words("a cat").digest)
    history.clear_out()
    assert shown(prompts, trash=True) == ["a fox"]
    history.empty_trash(ME)
    assert shown(prompts, trash=True) == []
    prompts.recall(ME, Words("a fox").digest)
    assert shown(prompts) == ["an owl"]
    assert shown(prompts, YOU, trash=True) == ["a cat"]
    history.clear_out(datetime.now(UTC) + KEPT_IN_TRASH + timedelta(minutes=1))
    assert shown(prompts, YOU, trash=True) == []


def test_a_run_that_waits_to_go_for_good_is_in_no_book(playground: Playground, prompts: PromptBook, add: Add) -> None:
    run = add(1, "a fox", deleted=GONE)
    assert run.deleted
    assert shown(prompts) == shown(prompts, trash=True) == []


def test_more_stars_than_are_kept_are_refused_and_one_twice_is_one(
    prompts: PromptBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_STARRED", 2)
    for words in ("a fox", "an owl", "a fox"):
        prompts.star(ME, Words(words))
    with pytest.raises(NotAllowed, match="starred 2 prompts, which is the most"):
        prompts.star(ME, Words("a cat"))
    prompts.unstar(ME, Words("a fox").digest)
    prompts.star(ME, Words("a cat"))
    assert sorted(shown(prompts)) == ["a cat", "an owl"]


@pytest.mark.parametrize("words", ["", "boat"])
def test_a_look_costs_no_more_steps_with_twenty_times_the_runs(words: str) -> None:
    taken = []
    for count in (300, 6_000):
        with filled(count) as history:
            look = PromptBook(history)
            look.star(VISITOR, Words("a kept boat"))
            steps = Steps(history.store.engine)
            taken.append(steps.of(lambda look=look: look.page([VISITOR], Search(words), among=100)))  # type: ignore[misc]
    assert taken[1] <= 2 * taken[0] + 100
