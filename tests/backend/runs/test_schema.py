"""An old record opens with its history; one of a later version is left as it is."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine, create_engine, inspect, text

from app import main
from backend.encoding import encode
from backend.errors import NewerRecord
from backend.runs.budget import Budget
from backend.runs.database import open_database
from backend.runs.files import ImageFiles
from backend.runs.history import History, Search
from backend.runs.schema import VERSION
from backend.runs.store import Store

RUN = f"{1:032x}"
INPUT = "b" * 64
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
