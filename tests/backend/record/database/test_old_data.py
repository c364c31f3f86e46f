"""The data folder of every record that ever landed, as its own commit left it when it was killed with an order out.

`python -m tools.old_data COMMIT` made them; what each holds is told there, in `fill.py`.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine

from backend.adapters.fake import FakeBackend
from backend.domain.records import Run
from backend.generation.recovery import recover
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.money.spending import spend_by_day
from backend.playground import Playground
from backend.record.book import PromptBook
from backend.record.database.engine import open_database
from backend.record.search import Search
from backend.record.store import Store
from backend.restore.read import read_metadata
from backend.settings import Settings
from tests.backend.record.database.test_schema import shape

OLD = sorted((Path(__file__).parent / "records").glob("*.zip"))
FIRST_WITH_A_TRASH = "03"
BOAT = {"prompt": "a red boat 船", "steps": 5, "seed": 8}
BILL = Decimal("0.0013")
EVER = 10_000
"""Days: the folders grow old, and the tests don't ask when they were made."""


@pytest.fixture(params=OLD, ids=[path.stem for path in OLD])
def old(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Playground]:
    """Return a playground of today on an old folder; its record is brought up to date by opening it."""
    with ZipFile(request.param) as kept:
        kept.extractall(settings.data)
    engine, files = open_database(settings.data), ImageFiles(settings.data / "images")
    yield Playground(settings, {"fake": FakeBackend(files)}, Store(engine), Budget(engine), files, "fake")
    engine.dispose()


def runs_of(playground: Playground) -> dict[str, Run]:
    """Return all of the visitor's runs by their prompts, those in the trash too."""
    pages = (playground.history.page("ann", Search(trash=trash)) for trash in (False, True))
    return {run.request.prompt: run for page in pages for run in page.runs}


def test_an_old_folder_keeps_its_runs_images_marks_and_words(old: Playground, request: pytest.FixtureRequest) -> None:
    runs, history = runs_of(old), old.history
    states = {prompt: (run.status, len(run.images)) for prompt, run in runs.items()}
    assert states == {
        "a red boat 船": ("finished", 2),
        "a half boat": ("partial", 1),
        "a free house": ("finished", 1),
        "an unknown tree": ("finished", 1),
        "a late fox": ("running", 0),
    }
    boat = runs["a red boat 船"]
    assert [image.seed for image in boat.images] == [7, 8]
    assert boat.request.steps == 5
    assert [run.id for run in history.page("ann", Search("boat 船")).runs] == [boat.id]
    contents = [old.files.read(image.sha256) for run in runs.values() for image in run.images]
    originals = {image.original for run in runs.values() for image in run.images if image.original}
    assert history.storage("ann").images == len(contents)
    assert history.storage("ann").bytes == sum(map(len, contents)) + sum(
        len(old.files.read(each)) for each in originals
    )
    assert {entry.words.prompt for entry in PromptBook(history).page(["ann"]).shown} >= {"a red boat 船", "a half boat"}
    if request.node.callspec.id >= FIRST_WITH_A_TRASH:
        assert history.favourites("ann", [boat]) == {(boat.id, 1)}
        assert [run.id for run in history.page("ann", Search(favourites=True)).runs] == [boat.id]
        assert [run.request.prompt for run in history.page("ann", Search(trash=True)).runs] == ["a free house"]


def test_an_old_folder_keeps_what_was_spent(old: Playground) -> None:
    runs = runs_of(old)
    costs = {prompt: (run.cost_kind, run.cost_usd) for prompt, run in runs.items()}
    assert costs == {
        "a red boat 船": ("billed", 2 * BILL),
        "a half boat": ("billed", BILL),
        "a free house": ("free", Decimal(0)),
        "an unknown tree": ("unknown", None),
        "a late fox": ("unknown", None),
    }
    entries = {prompt: old.budget.entry(run.id) for prompt, run in runs.items()}
    assert entries["a red boat 船"] == ("settled", 6 * BILL, 2 * BILL)
    assert entries["an unknown tree"] == ("held", Decimal(0), None)
    assert entries["a late fox"] == ("reserved", 6 * BILL, None)
    spends = spend_by_day(old.store.engine, "ann", days=EVER)
    assert (sum(spend.usd for spend in spends), sum(spend.unknown for spend in spends)) == (3 * BILL, 1)


def test_an_order_that_was_out_when_an_old_playground_was_killed_is_collected(old: Playground) -> None:
    run = runs_of(old)["a late fox"]
    recover(old).join(60)
    done = old.store.run(run.id)
    assert (done.status, [image.seed for image in done.images]) == ("finished", [11, 12])
    assert old.budget.entry(run.id) == ("settled", 6 * BILL, 2 * BILL)
    fake = old.backends["fake"]
    assert isinstance(fake, FakeBackend)
    assert fake.submissions == []


def test_an_old_picture_brings_its_settings_back(old: Playground) -> None:
    boat = runs_of(old)["a red boat 船"]
    restored = read_metadata(old.files.read(boat.images[1].sha256))
    assert restored is not None
    assert {name: restored.recipe[name] for name in ("prompt", "steps", "seed")} == BOAT


def test_an_old_record_gets_todays_shape_and_opens_again(old: Playground, tmp_path: Path) -> None:
    new = open_database(tmp_path / "new")
    assert shape(old.store.engine) == shape(new)
    new.dispose()
    again = open_database(old.settings.data)
    assert set(runs_of(old)) == {run.request.prompt for run in Store(again).runs("ann")} | {"a free house"}
    again.dispose()


def test_todays_record_is_kept_as_well(tmp_path: Path) -> None:
    new = open_database(tmp_path / "new")
    today = shape(new)
    new.dispose()
    newest = max(OLD)
    with ZipFile(newest) as kept:
        kept.extractall(tmp_path / "kept")
    as_it_lies = create_engine(f"sqlite:///{tmp_path / 'kept' / 'playground.db'}")
    assert shape(as_it_lies) == today, (
        "the record has got another shape: `python -m tools.old_data` keeps a folder of it"
    )
    as_it_lies.dispose()
