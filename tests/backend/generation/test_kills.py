"""Kill −9 at any stage of a run, on each backend: nothing paid is lost, nothing is paid twice, the database opens."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from backend.domain.records import Run
from backend.generation.recovery import recover
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import World
from tests.backend.killed_run import settings_for
from tests.opened import opened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ORDERS = ("runware.imageInference", "modelrunner.submit")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return the provider's side, which outlives every kill of ours."""
    files = ImageFiles(tmp_path / "simulator")
    return World(FlatArtist(files), files)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with running(world) as address:
        yield address


def killed(data: Path, backend: str, address: str, statements: int) -> int | None:
    """Run in a process that dies after so many statements; return None, or how many it had where it ended first."""
    command = [sys.executable, "-m", "tests.backend.killed_run", str(data), backend, address, str(statements)]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=200)
    assert ended.returncode in (-signal.SIGKILL, 0), ended.stderr.decode()
    return int(ended.stdout) if ended.returncode == 0 else None


@contextmanager
def recovered(data: Path, backend: str, address: str) -> Iterator[tuple[Playground, list[Run]]]:
    """Start again over the same folder, as after a crash, and yield what is on record then."""
    with closing(sqlite3.connect(data / "playground.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with opened(settings_for(data, backend, address)) as playground:
        recover(playground).join(120)
        yield playground, playground.store.runs("ann")


@pytest.mark.parametrize("statements", range(0, 22, 3))
@pytest.mark.parametrize("backend", ["runware", "modelrunner"])
def test_what_was_paid_is_recorded_kept_and_never_paid_again(
    tmp_path: Path, world: World, address: str, backend: str, statements: int
) -> None:
    killed(tmp_path / "data", backend, address, statements)
    orders = sum(map(world.count, ORDERS))
    with recovered(tmp_path / "data", backend, address) as (playground, found):
        assert sum(map(world.count, ORDERS)) == orders
        # A provider may finish, and bill, an order after its customer died; it must not find a second one.
        assert len(world.account.bills) <= orders
        bills = sum(world.account.bills, Decimal(0))
        assert all(run.status != "running" for run in found)
        if bills:
            (run,) = found
            entry = playground.budget.entry(run.id)
            assert entry is not None
            assert entry[0] == "held" or entry[2] == run.cost_usd == bills
            assert max(entry[1], entry[2] or Decimal(0)) >= bills
            assert run.images
            assert all(playground.files.path(image.sha256).exists() for image in run.images)


@pytest.mark.parametrize("backend", ["runware", "modelrunner"])
def test_the_kills_above_reach_a_run_before_its_order_and_after_it(
    tmp_path: Path, world: World, address: str, backend: str
) -> None:
    whole = killed(tmp_path / "whole", backend, address, 1000)
    assert whole is not None
    assert whole >= 15
    orders = sum(map(world.count, ORDERS))
    killed(tmp_path / "late", backend, address, whole - 1)
    assert sum(map(world.count, ORDERS)) == 2 * orders
    assert killed(tmp_path / "early", backend, address, 5) is None
    assert sum(map(world.count, ORDERS)) == 2 * orders


@pytest.mark.parametrize("statements", [0, 8, 12])
def test_a_local_run_that_was_killed_is_closed_and_can_be_run_again(
    tmp_path: Path, address: str, statements: int
) -> None:
    assert killed(tmp_path / "data", "local", address, statements) is None
    with recovered(tmp_path / "data", "local", address) as (playground, found):
        assert all((run.status, run.billed) == ("interrupted", "no") for run in found)
        assert all(playground.files.path(image.sha256).exists() for run in found for image in run.images)
