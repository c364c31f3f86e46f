"""The record when the machine dies between any two of its statements, and when its disk is full."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError, StorageFull
from backend.domain.events import Failed, Finished
from backend.domain.requests import parse_request
from backend.generation.generate import collect, generate
from backend.generation.recovery import recover
from backend.images.storage.files import ImageFiles
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings

PRICE = Decimal("0.0013")
ANN = Caller(visitor="ann")


@contextmanager
def opened(folder: Path, submissions: list[str] | None = None) -> Iterator[Playground]:
    """A playground over a folder; `submissions` is what the provider remembers, which no crash of ours forgets."""
    engine = open_database(folder)
    files = ImageFiles(folder / "images")
    fake = FakeBackend(files)
    if submissions is not None:
        fake.submissions = submissions
    chosen = Settings(_env_file=None, PLAYGROUND_DATA=folder, PLAYGROUND_BACKEND="fake")
    budget = Budget(engine, Caps(visitor=Decimal(1)))
    yield Playground(chosen, {"fake": fake}, Store(engine), budget, files, "fake")
    engine.dispose()


def paid(**options: Any) -> Any:
    options = {"provider": True, "cost_usd": str(PRICE)} | options
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "count": 2, "options": options})


class DyingDisk:
    """Lets so many statements and commits through, then refuses everything: what a power cut leaves behind."""

    def __init__(self, playground: Playground, lives: int) -> None:
        self.lives = lives
        engine = playground.store.engine
        event.listen(engine, "before_cursor_execute", self._count)
        event.listen(engine, "commit", self._count)

    def _count(self, *_: Any) -> None:
        self.lives -= 1
        if self.lives < 0:
            raise OperationalError("", {}, Exception("disk I/O error: the power is gone"))


def try_a_run(playground: Playground) -> None:
    try:
        for _ in generate(playground, ANN, "fake", paid()):
            pass
    except PlaygroundError:
        pass  # Refused before it began, as it should be once nothing can be recorded.


@settings(max_examples=60)
@given(lives=st.integers(0, 30))
def test_a_crash_at_any_statement_loses_no_bill_and_pays_nothing_twice(lives: int) -> None:
    submissions: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        with opened(Path(folder), submissions) as playground:
            DyingDisk(playground, lives)
            try_a_run(playground)
        before = len(submissions)
        with opened(Path(folder), submissions) as again:
            recover(again).join(60)
            runs = again.store.runs("ann")
            spent = again.budget.standings("ann")[0].spent
            assert all(run.status != "running" for run in runs)
            assert len(submissions) == before <= 1
            if submissions:
                (run,) = runs
                assert len(run.images) == 2
                assert all(again.files.path(image.sha256).exists() for image in run.images)
                assert spent == run.cost_usd == 2 * PRICE
            else:
                # The provider's ids may be on disk while it never heard of them; the fake then makes them on demand.
                assert spent in (0, 2 * PRICE)


def test_the_property_above_really_reaches_every_stage() -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as playground:
        disk = DyingDisk(playground, 1000)
        try_a_run(playground)
        assert 15 <= 1000 - disk.lives <= 30


def test_a_full_database_refuses_a_run_before_it_costs_anything(tmp_path: Path) -> None:
    with opened(tmp_path) as playground:
        DyingDisk(playground, 0)
        with pytest.raises(StorageFull, match="free some disk space"):
            next(generate(playground, ANN, "fake", paid()))
        fake = playground.backends["fake"]
        assert isinstance(fake, FakeBackend)
        assert fake.submissions == []


def test_a_paid_image_that_cannot_be_kept_still_counts_as_spent(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    with opened(tmp_path) as playground:
        *_, last = generate(playground, ANN, "fake", paid())
        assert isinstance(last, Failed)
        assert isinstance(last.error, StorageFull)
        assert last.error.billed == "unknown"
        assert last.run is not None
        assert playground.budget.entry(last.run.id) == ("held", 6 * PRICE, PRICE)
        (tmp_path / "images").unlink()
        *_, later = collect(playground, ANN, last.run)
        assert isinstance(later, Finished)
        assert len(later.run.images) == 2
        assert playground.budget.standings("ann")[0].spent == 2 * PRICE


def test_a_free_image_that_cannot_be_kept_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    with opened(tmp_path) as playground:
        *_, last = generate(playground, ANN, "fake", paid(provider=False))
        assert isinstance(last, Failed)
        assert last.error.billed == "no"
        assert playground.budget.standings("ann")[0].spent == 0
