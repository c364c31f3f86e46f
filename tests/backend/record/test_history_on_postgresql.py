"""The history's searches, the shelf and the charts on a real PostgreSQL: another dialect under the same words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.images.storage.files import ImageFiles
from backend.library.shelf import Shelf
from backend.money.ledger import Budget
from backend.money.spending import bills, seconds_by_size, spend_by_day
from backend.prompts.styles import Style
from backend.record.book import PromptBook, Words
from backend.record.history import History
from backend.record.search import Search
from backend.record.store import Store

pytestmark = pytest.mark.system

NOW = datetime.now(UTC).replace(microsecond=7)
PROMPTS = ["a red boat at the CAFÉ", "a blue boat", "一只戴着红色围巾的猫", "3d letters, 16 of them: 1e5"]


@pytest.fixture
def engine(postgresql_engine: Engine) -> Engine:
    return postgresql_engine


@pytest.fixture
def history(engine: Engine, tmp_path: Path) -> History:
    store, files = Store(engine), ImageFiles(tmp_path / "images")
    for number, prompt in enumerate(PROMPTS):
        request = parse_request({"mode": "text_to_image", "prompt": prompt})
        run = Run(f"{number:032x}", "me", "fake", request, "finished", NOW - timedelta(seconds=number))
        run = replace(run, cost_usd=Decimal("0.0013"), cost_kind="billed", seconds=2.0, estimate_usd=Decimal("0.001"))
        store.add(run)
        store.finish(run)
        store.add_image(run.id, RunImage(0, f"{number:064x}", "png", 64, 48, 7, run.cost_usd, bytes=10))
        Budget(engine).reserve(run, Decimal("0.01"))
        Budget(engine).settle(run.id, Decimal("0.0013"))
    return History(store, files)


def found(history: History, words: str = "", **search: object) -> list[int]:
    return [int(run.id, 16) for run in history.page("me", Search(words=words, **search)).runs]  # type: ignore[arg-type]


def test_words_are_found_as_on_sqlite(history: History) -> None:
    assert found(history, "boat red") == [0]
    assert found(history, "boat") == [0, 1]
    assert found(history, "boat bl") == [1]
    assert found(history, "cafe") == [0]
    assert found(history, "围巾") == [2]
    assert found(history, "3d lett") == [3]
    assert found(history, "16") == [3]
    assert found(history, "' | & ! :* (") == []
    assert history.page("you", Search(words="boat")).runs == ()


def test_pages_and_filters_are_as_on_sqlite(history: History) -> None:
    first = history.page("me", limit=3)
    assert [int(run.id, 16) for run in first.runs] == [0, 1, 2]
    assert [int(run.id, 16) for run in history.page("me", limit=3, after=first.after).runs] == [3]
    boats = history.page("me", Search(words="boat"), limit=1)
    assert [int(run.id, 16) for run in history.page("me", Search(words="boat"), after=boats.after).runs] == [1]
    assert found(history, mode="inpaint") == []
    assert len(found(history, least_usd=Decimal("0.001"))) == 4


def test_favourites_trash_and_storage_are_as_on_sqlite(history: History) -> None:
    run_id = f"{1:032x}"
    history.mark("me", run_id, 0, favourite=True)
    assert found(history, favourites=True) == found(history, "boat", favourites=True) == [1]
    assert found(history, "red", favourites=True) == []
    assert history.delete("me", [run_id]) == (run_id,)
    assert found(history, trash=True) == found(history, "blue", trash=True) == [1]
    assert history.restore("me", [run_id]) == (run_id,)
    assert found(history, trash=True) == []
    assert found(history, "boat", until=NOW) == [1]
    assert history.delete("me", [run_id]) == (run_id,)
    assert found(history) == [0, 2, 3]
    assert history.storage("me").bytes == 40
    assert history.empty_trash("me") == 1
    assert history.storage("me").runs == 3


def test_charts_and_shelf_are_as_on_sqlite(history: History, engine: Engine) -> None:
    (spend,) = spend_by_day(engine, "me")
    assert (spend.usd, spend.runs, spend.unknown) == (Decimal("0.0052"), 4, 0)
    (speed,) = seconds_by_size(engine, "me")
    assert (speed.seconds, speed.runs) == (2.0, 4)
    assert len(bills(engine, "me")) == 4
    shelf = Shelf(engine)
    shelf.save_style("me", Style(name="夜", prompt="night"))
    assert shelf.styles("me") == [Style(name="夜", prompt="night")]


def test_the_prompt_book_is_as_on_sqlite(history: History) -> None:
    book = PromptBook(history)

    def shown(words: str = "", **search: object) -> list[str]:
        return [each.words.prompt for each in book.page(["me"], Search(words=words, **search)).shown]  # type: ignore[arg-type]

    assert shown() == PROMPTS
    assert shown("boat bl") == ["a blue boat"]
    words = Words("a blue boat")
    book.star("me", words)
    assert shown(favourites=True) == [words.prompt]
    history.delete("me", [f"{1:032x}"])
    assert history.empty_trash("me") == 1
    (entry,) = book.page(["me"], Search("blue")).shown
    assert (entry.words, entry.starred, entry.uses) == (words, True, None)
    book.forget("me", words.digest)
    book.forget("me", Words(PROMPTS[2]).digest)
    assert shown() == [PROMPTS[0], PROMPTS[3]]
    assert sorted(shown(trash=True)) == [words.prompt, PROMPTS[2]]
    book.recall("me", words.digest)
    assert shown(favourites=True) == [words.prompt]
    history.clear_out(NOW + timedelta(days=8))
    assert shown(trash=True) == [PROMPTS[2]]
    assert book.page(["you"]).shown == ()
