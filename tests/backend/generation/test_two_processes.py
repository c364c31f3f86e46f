"""Two real processes on one data folder: what one of them runs is the other's business only once it is gone."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from backend.generation.recovery import Recovery, recover
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.record.database.process_locks import FOLDER
from backend.simulator.server import running
from backend.simulator.world import World
from tests.backend.killed_run import settings_for
from tests.backend.simulator.held_artist import HeldArtist
from tests.opened import opened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

ORDER = "runware.imageInference"


@pytest.fixture
def artist(tmp_path: Path) -> Iterator[HeldArtist]:
    artist = HeldArtist(ImageFiles(tmp_path / "simulator"))
    yield artist
    artist.may_draw.set()


@pytest.fixture
def world(artist: HeldArtist) -> World:
    return World(artist, artist.files)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with running(world) as address:
        yield address


@pytest.fixture
def here(tmp_path: Path, address: str) -> Iterator[Playground]:
    """Return a playground that lives all the while."""
    with opened(settings_for(tmp_path / "data", "runware", address)) as playground:
        yield playground


@contextmanager
def another(tmp_path: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start another playground that runs two images."""
    command = [sys.executable, "-m", "tests.backend.killed_run", str(tmp_path / "data"), "runware", address, "1000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def until_ordered(process: subprocess.Popen[bytes], world: World) -> None:
    """Return once the provider has the order of a process, which waits for its images from then on."""
    deadline = time.monotonic() + 180  # It imports torch first, beside whatever else is tested.
    while not world.count(ORDER):
        assert process.poll() is None, "it ended before it ordered anything"
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_another_process_runs_is_left_to_it(
    tmp_path: Path, here: Playground, artist: HeldArtist, world: World, address: str
) -> None:
    with another(tmp_path, address) as process:
        until_ordered(process, world)
        recover(here).join(30)
        (run,) = here.store.unfinished()
        artist.may_draw.set()
        assert process.wait(60) == 0
    done = here.store.run(run.id)
    assert (done.status, len(done.images)) == ("finished", 2)
    assert done.cost_usd == sum(world.account.bills)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_what_another_process_leaves_when_it_ends_is_brought_home_by_one_that_lives(
    tmp_path: Path, here: Playground, artist: HeldArtist, world: World, address: str, end: signal.Signals
) -> None:
    recovery = Recovery(here)
    with another(tmp_path, address) as process:
        until_ordered(process, world)
        assert recovery.look()
        (run,) = here.store.unfinished()
        process.send_signal(end)
        process.wait(30)
        artist.may_draw.set()
        assert recovery.look()
    done = here.store.run(run.id)
    assert (done.status, len(done.images)) == ("finished", 2)
    assert done.cost_usd == sum(world.account.bills, Decimal(0))
    assert world.count(ORDER) == 2


def test_the_locks_of_processes_that_are_gone_are_cleared_away(
    tmp_path: Path, here: Playground, world: World, address: str
) -> None:
    folder = tmp_path / "data" / FOLDER
    with another(tmp_path, address) as process:
        until_ordered(process, world)
        assert len(list(folder.glob("*.lock"))) == 2
        process.kill()
        process.wait(30)
    with opened(settings_for(tmp_path / "data", "runware", address)):
        assert len(list(folder.glob("*.lock"))) == 2
    assert len(list(folder.glob("*.lock"))) == 1
