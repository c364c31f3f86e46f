"""What all tests share: no network, no key of the machine's own, a data folder of their own."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Before anything of Hugging Face is imported: one missing file otherwise costs 24 s to 6 min.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# Gradio's uploads of each process of tests: in the one folder of the machine, what one tidies away is another's.
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="playground-tests-")

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database import engine as record
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from tests.made_once import copy_empty_records, read_certificates_once
from ui.serving.no_stubs import skip_stubs

# Until all is collected: hardly any of what importing makes is garbage, and looking for some takes a fifth of the time.
gc.disable()
skip_stubs()

atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)

# No test asks whether something outlives a power cut, and a disk takes some 7 ms each time to say that it has it.
# Processes that a test starts wait for it, as in earnest.
os.fsync = lambda _: None  # type: ignore[assignment]
_prepare_sqlite = record._prepare_sqlite


def _prepare_without_waiting(connection: Any, entry: Any) -> None:
    _prepare_sqlite(connection, entry)
    connection.execute("PRAGMA synchronous=OFF")


record._prepare_sqlite = _prepare_without_waiting
copy_empty_records()
read_certificates_once()

# How long a busy machine takes to draw an example says nothing about what is tested.
hypothesis.settings.register_profile(
    "playground", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("playground")

OWN = ("RUNWARE_", "MODELRUNNER_", "PLAYGROUND_", "GRADIO_SERVER_", "GRADIO_SHARE", "SPACE_", "RAY_ADDRESS")


def pytest_collection_finish() -> None:
    """Leave the 800,000 objects of what was imported out of every later search for garbage: 0.16 s each, not 0.58."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(OWN):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a playground with the fake backend in a folder of its own."""
    return Settings(_env_file=None, PLAYGROUND_DATA=tmp_path, PLAYGROUND_BACKEND="fake")


@pytest.fixture
def playground(settings: Settings) -> Iterator[Playground]:
    """Return a playground that has the fake backend alone."""
    engine = open_database(settings.data)
    files = ImageFiles(settings.data / "images")
    fake = FakeBackend(files)
    yield Playground(settings, {"fake": fake}, Store(engine), Budget(engine), files, "fake")
    engine.dispose()


@pytest.fixture
def caller() -> Caller:
    """Return a visitor."""
    return Caller(visitor="visitor-1")
