"""Playgrounds that join a Ray which somebody else has started."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.serving import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[4]
LOOPBACK_ONLY = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[psutil.Process, dict[str, str]]]:
    token = tmp_path_factory.mktemp("head") / "token"
    token.write_text("0" * 64)
    environment = {**os.environ, **LOOPBACK_ONLY, "RAY_AUTH_TOKEN_PATH": str(token)}
    port = free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", f"--port={port}"]
    limits = ["--num-cpus=1", "--object-store-memory=100000000", "--include-dashboard=false"]
    process = subprocess.Popen([*command, *limits], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid), {**environment, "RAY_ADDRESS": f"127.0.0.1:{port}"}
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a head with all that it started: told to end, Ray waits half a minute for replicas that nobody asks."""
    started = psutil.Process(process.pid).children(recursive=True)
    for each in [process, *started]:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(timeout=60)
    assert psutil.wait_procs(started, timeout=60)[1] == []


def one_image(data: Path, environment: dict[str, str], house: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.backend.adapters.cluster.one_image", str(data)]
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, timeout=200, check=False)


def replicas(head: psutil.Process) -> list[int]:
    return [child.pid for child in head.children(recursive=True) if child.name().startswith("ray::ServeRepli")]


def test_two_playgrounds_share_the_replicas_which_outlive_them(
    head: tuple[psutil.Process, dict[str, str]], tmp_path: Path
) -> None:
    ray, environment = head
    images, found = set[str](), list[list[int]]()
    deadline = time.monotonic() + 60
    while (made := one_image(tmp_path, environment)).returncode and time.monotonic() < deadline:
        time.sleep(2)  # The head is still starting.
    images.add(made.stdout)
    found.append(replicas(ray))
    images.add(one_image(tmp_path, environment).stdout)
    found.append(replicas(ray))
    assert (made.returncode, len(images)) == (0, 1), made.stderr
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_an_upgraded_playground_joins_no_replicas_of_the_old_code(
    head: tuple[psutil.Process, dict[str, str]], tmp_path: Path
) -> None:
    ray, environment = head
    house = tmp_path / "house"
    for part in ("backend", "presets", "tests"):
        shutil.copytree(ROOT / part, house / part, ignore=shutil.ignore_patterns("__pycache__"))
    deadline = time.monotonic() + 60
    while (made := one_image(tmp_path, environment, house)).returncode and time.monotonic() < deadline:
        time.sleep(2)  # The head is still starting.
    (old,) = replicas(ray)
    engine = house / "backend" / "adapters" / "local" / "drawing" / "engine.py"
    engine.write_text(engine.read_text() + "\n# A later version.\n")
    later = one_image(tmp_path, environment, house)
    assert (made.returncode, later.returncode) == (0, 0), later.stderr
    assert later.stdout == made.stdout
    assert old not in replicas(ray)


def test_an_address_where_nobody_answers_is_said_in_words(tmp_path: Path) -> None:
    made = one_image(tmp_path, {**os.environ, **LOOPBACK_ONLY, "RAY_ADDRESS": f"127.0.0.1:{free_port()}"})
    assert made.returncode == 1
    assert "No Ray cluster answers at" in made.stderr
