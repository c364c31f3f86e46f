"""An old record opens with its history; one of a later version is left as it is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, text, update

from app import main
from backend.domain.errors import NewerRecord
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.record.database.engine import open_database
from backend.record.database.schema import VERSION
from backend.record.database.tables import favourites, runs
from backend.record.history import History, Storage
from backend.record.presses.entries import QueueEntry
from backend.record.presses.store import QueueStore
from backend.record.search import Search
from backend.record.store import Store

RUN = f"{1:032x}"
INPUT = "b" * 64
REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7})
RECORDS = Path(__file__).parent / "records"

Opening = Callable[[], Engine]


def write_old(url: str, files: ImageFiles) -> str:
    """Write a record of version 1 with one run, and return the sha256 of its image."""
    sha256 = files.put(encode(Image.new("RGB", (64, 48), "red"), "png"), "png")
    script = (RECORDS / "version-1.sql").read_text(encoding="utf-8").replace("{sha256}", sha256)
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in "\n".join(lines).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    return sha256


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'playground.db'}"
    return str(request.getfixturevalue("empty_postgresql"))


def shape(engine: Engine) -> dict[str, tuple[set[str], set[str | None]]]:
    """Return each table's columns and indexes."""
    known = inspect(engine)
    tables = [name for name in known.get_table_names() if not name.startswith("prompts")]
    return {
        name: (
            {each["name"] for each in known.get_columns(name)},
            # PostgreSQL lists what a unique column needs too.
            {each["name"] for each in known.get_indexes(name) if not each["unique"]},
        )
        for name in tables
    }


def test_a_record_of_the_first_version_opens_with_its_history(url: str, tmp_path: Path) -> None:
    files = ImageFiles(tmp_path / "images")
    sha256 = write_old(url, files)
    engine = open_database(tmp_path, url)
    history = History(Store(engine), files)
    (run,) = history.page("ann", Search(words="boat 船")).runs
    assert (run.id, run.request.steps, run.cost_usd, run.seconds) == (RUN, 5, Decimal("0.0013"), 1.5)
    assert [image.sha256 for image in run.images] == [sha256]
    assert history.storage("ann").bytes == len(files.read(sha256))
    assert Budget(engine).entry(RUN) == ("settled", Decimal("0.0013"), Decimal("0.0013"))
    assert Budget(engine).payer(RUN) == "house"
    assert history.delete("ann", [RUN]) == (RUN,)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sha256 FROM inputs")).scalars().all() == [INPUT]
    engine.dispose()


def test_an_old_record_gets_the_shape_of_a_new_one_and_opens_again(url: str, tmp_path: Path) -> None:
    new = open_database(tmp_path / "new")
    expected = shape(new)
    new.dispose()
    write_old(url, ImageFiles(tmp_path / "images"))
    for _ in range(2):
        engine = open_database(tmp_path, url)
        assert shape(engine) == expected
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version FROM schema_version")).scalars().all() == [VERSION]
            assert connection.execute(text("SELECT count(*) FROM prompts")).scalar() == 1
        engine.dispose()


def make_version_2(connection: Connection) -> None:
    """Take off what version 3 has added to a record, and put back what it has dropped."""
    connection.execute(text("DROP TABLE stored"))
    for name in ("runs_left_open", "runs_billed", "ledger_of_a_visitor", "ledger_by_the_house"):
        connection.execute(text(f"DROP INDEX {name}"))
    connection.execute(text("CREATE INDEX ix_ledger_visitor ON ledger (visitor)"))
    connection.execute(text("UPDATE schema_version SET version = 2"))


def test_a_record_of_version_2_finds_favourites_trash_and_sums(url: str, tmp_path: Path) -> None:
    engine, files = open_database(tmp_path, url), ImageFiles(tmp_path / "images")
    new, store = shape(engine), Store(engine)
    for number in range(3):
        request = parse_request({"mode": "text_to_image", "prompt": f"boat {number}"})
        run = Run(f"{number:032x}", "ann", "fake", request, "finished", datetime.now(UTC))
        store.add(run)
        store.add_image(run.id, RunImage(0, f"{number:064x}", "png", 64, 48, 7, None, bytes=10))
    with engine.begin() as connection:
        make_version_2(connection)
        connection.execute(insert(favourites), {"visitor": "ann", "run_id": f"{1:032x}", "position": 0})
        connection.execute(update(runs).where(runs.c.id == f"{2:032x}").values(deleted=datetime.now(UTC)))
    engine.dispose()
    engine = open_database(tmp_path, url)
    history = History(Store(engine), files)
    assert shape(engine) == new
    for search, number in ((Search(favourites=True), 1), (Search("boat", trash=True), 2)):
        assert [run.id for run in history.page("ann", search).runs] == [f"{number:032x}"]
    assert history.storage("ann") == Storage(runs=3, images=3, bytes=30)
    engine.dispose()


def test_a_record_from_before_the_queue_gets_its_tables_and_keeps_what_it_has(url: str, tmp_path: Path) -> None:
    engine = open_database(tmp_path, url)
    new = shape(engine)
    Store(engine).add(Run(RUN, "ann", "fake", REQUEST, "finished", datetime.now(UTC)))
    with engine.begin() as connection:
        for name in ("queue_inputs", "queue_entries", "queues", "batch_runs", "batches"):
            connection.execute(text(f"DROP TABLE {name}"))
    engine.dispose()
    engine = open_database(tmp_path, url)
    assert shape(engine) == new
    queued = QueueStore(engine)
    entry = QueueEntry(
        id=RUN, visitor="ann", position=0, backend="fake", requests=(REQUEST,), created=datetime.now(UTC)
    )
    assert queued.add(entry).position == 1
    assert [each.requests for each in queued.look("ann").entries] == [(REQUEST,)]
    assert [run.id for run in Store(engine).runs("ann")] == [RUN]
    engine.dispose()


def test_a_record_of_a_later_version_is_refused_in_words_and_left_as_it_is(url: str, tmp_path: Path) -> None:
    engine = open_database(tmp_path, url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 99"))
    with pytest.raises(NewerRecord, match="version 99; this one reads up to"):
        open_database(tmp_path, url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM schema_version")).scalar() == 99
    engine.dispose()


def test_a_record_that_cannot_be_carried_over_stays_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'playground.db'}"
    write_old(url, ImageFiles(tmp_path / "images"))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE runs SET request = 'no json'"))
    before = shape(engine)
    with pytest.raises(json.JSONDecodeError):
        open_database(tmp_path)
    assert shape(engine) == before
    engine.dispose()


def test_the_start_says_it_instead_of_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_database(tmp_path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 99"))
    engine.dispose()
    assert main(["--data", str(tmp_path), "--backend", "fake"]) == 2
    assert "update the playground" in capsys.readouterr().err
