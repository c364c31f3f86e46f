"""The CPU builds of torch where they can be had, the ordinary ones where not: the real pip and an index on loopback."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.setup.wheels import make_torch
from tools.setup import command, pair
from tools.setup.builds import Build
from tools.setup.environment import Environment
from tools.setup.task import Task


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Lists folders as an index lists packages."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an ordinary index, one of whole CPU pairs, and one that lacks torchvision."""
    root = tmp_path_factory.mktemp("served")
    pairs = {"torch": "2.14.1", "torchvision": "0.29.1"}
    for name, version in pairs.items():
        make_torch(root / "simple" / name, version, "cu130", name=name)
        make_torch(root / "whl/cpu" / name, version, "cpu", label="cpu", name=name)
    make_torch(root / "half/cpu/torch", pairs["torch"], "cpu", label="cpu")
    return root


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """Serve it, and let pip know no other place."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
            patch.delenv(name, raising=False)
        patch.setenv("PIP_CONFIG_FILE", "/dev/null")
        patch.setenv("PIP_INDEX_URL", f"{address}/simple")
        patch.setenv("PIP_CACHE_DIR", str(folder / "cache"))
        yield address
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """Return a task with an environment in which each test installs its own pair."""
    root = tmp_path_factory.mktemp("project")
    (root / "constraints.txt").write_text("torch==2.14.1\ntorchvision==0.29.1\n")
    environment = Environment(root / ".venv")
    environment.make()
    return Task(environment, dev=False, torch_index="", root=root)


def cpu(index: str) -> Build:
    return Build("PyTorch for the CPU", index, 0.7, 2.2)


def devices(task: Task) -> list[str]:
    packages = task.environment.packages
    assert packages is not None
    return [pair.device(packages, name) for name in pair.NAMES]


def test_both_halves_come_from_the_index_of_cpu_builds(
    task: Task, served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command.install_torch(task, cpu(f"{served}/whl/cpu"))
    assert devices(task) == ["cpu", "cpu"]
    assert "PyTorch for the CPU (about 0.7 GB to download" in capsys.readouterr().out


def test_an_index_that_cannot_be_reached_is_told_in_one_line_with_the_size(
    task: Task, served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = command.install_torch(task, cpu(f"{served}/nowhere"))
    assert devices(task) == ["cu130", "cu130"]
    told = [line for line in capsys.readouterr().out.splitlines() if "can't be had" in line]
    assert len(told) == 1
    assert taken.size in told[0]
    assert "PyTorch's index answers 404" in told[0]


def test_an_index_with_half_a_pair_never_mixes_it_with_the_other_kind(
    task: Task, served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command.install_torch(task, cpu(f"{served}/half/cpu"))
    assert devices(task) == ["cu130", "cu130"]
    assert "the smaller CPU builds can't be had: installing them failed" in capsys.readouterr().out
