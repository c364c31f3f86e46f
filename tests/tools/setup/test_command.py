"""The whole installation, by the real pip, of small wheels from a folder."""

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.setup.wheels import make_torch, make_wheel
from tools.setup import builds, bytecode, command, pair, stamp
from tools.setup.environment import Environment
from tools.setup.errors import SetupError
from tools.setup.task import Task, parse


def make_project(root: Path) -> Task:
    """Write a project of two packages besides the pair, and the wheels of all of them."""
    wheels = root / "wheels"
    make_torch(wheels, "2.14.1", "cu130")
    make_torch(wheels, "0.29.1", "cu130", name="torchvision")
    make_torch(wheels, "2.13.0", "cpu", label="cpu")
    make_wheel(wheels, "paint", "1.0")
    make_wheel(wheels, "paint", "2.0")
    (root / "requirements.txt").write_text("torch\ntorchvision\npaint\n")
    (root / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (root / "constraints.txt").write_text("torch==2.14.1\ntorchvision==0.29.1\npaint==1.0\n")
    return Task(Environment(root / ".venv"), dev=False, torch_index=builds.ORDINARY, root=root)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Let pip see one folder of wheels and no index."""
    root = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(root / "wheels"))
        patch.setenv("PIP_CACHE_DIR", str(root / "cache"))
        yield root


@pytest.fixture(scope="module")
def installed(offline: Path) -> Task:
    """Set up once; each test finds it whole and leaves it whole."""
    task = make_project(offline)
    assert not task.is_done()
    command.set_up(task)
    return task


def packages(task: Task) -> Path:
    folder = task.environment.packages
    assert folder is not None
    return folder


def names(task: Task) -> set[str]:
    return {info.name.removesuffix(".dist-info") for info in packages(task).glob("*.dist-info")}


def test_the_constrained_versions_get_installed(installed: Task) -> None:
    assert names(installed) >= {"torch-2.14.1", "torchvision-0.29.1", "paint-1.0"}
    assert installed.is_done()


def test_what_a_start_imports_is_compiled_and_nothing_else(installed: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setattr(bytecode, "IMPORTED", ("torch.version", "no_such_package"))
    for cache in packages(installed).glob("[pt]*/__pycache__"):
        shutil.rmtree(cache)
    bytecode.compile_installed(installed.environment, dev=False)
    assert list((packages(installed) / "torch/__pycache__").glob("version.*.pyc"))
    assert not (packages(installed) / "paint/__pycache__").exists()


@pytest.mark.parametrize(("dev", "keeps_none"), [(True, ""), (False, "1")])
def test_all_is_compiled_for_tests_and_where_python_may_keep_nothing_later(
    installed: Task, monkeypatch: pytest.MonkeyPatch, dev: bool, keeps_none: str
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", keeps_none)
    shutil.rmtree(packages(installed) / "paint/__pycache__", ignore_errors=True)
    bytecode.compile_installed(installed.environment, dev=dev)
    assert list((packages(installed) / "paint/__pycache__").glob("__init__.*.pyc"))


def test_the_names_of_what_a_start_imports_are_there() -> None:
    assert [name for name in bytecode.IMPORTED if importlib.util.find_spec(name) is None] == []


def test_each_step_is_announced_with_the_size(installed: Task, capsys: pytest.CaptureFixture[str]) -> None:
    command.set_up(installed)
    told = capsys.readouterr().out
    assert "Step 2 of 4: PyTorch" in told
    assert "to download" in told
    assert "Step 4 of 4: checking that torch and torchvision fit each other, and compiling" in told
    assert "All set up" in told


def test_a_changed_list_is_noticed(installed: Task) -> None:
    lists = installed.root / "requirements.txt"
    before = lists.read_text()
    lists.write_text(before + "# a new reason\n")
    assert not installed.is_done()
    lists.write_text(before)
    assert installed.is_done()


def test_what_serves_for_tests_serves_for_running_but_not_the_other_way_round(installed: Task) -> None:
    tests = replace(installed, dev=True)
    assert not tests.is_done()
    stamp.remove(installed.environment.folder)
    stamp.write(installed.environment.folder, tests.purpose, tests.key())
    assert installed.is_done()
    command.set_up(installed)


def test_a_mixed_pair_is_noticed_and_repaired(installed: Task, offline: Path) -> None:
    build = builds.choose(builds.ORDINARY, gpu=False)
    wheel = offline / "wheels/torch-2.13.0+cpu-py3-none-any.whl"
    assert command.pip.run(installed.environment, build, "install", "--no-deps", str(wheel))
    assert not pair.fits(packages(installed))
    assert not installed.is_done()
    command.set_up(installed)
    assert pair.device(packages(installed), "torch") == "cu130"
    assert installed.is_done()


def test_what_a_cut_left_half_installed_gets_installed_again(installed: Task) -> None:
    (packages(installed) / "paint-1.0.dist-info/RECORD").unlink()
    (packages(installed) / "paint/__init__.py").unlink()
    command.set_up(installed)
    assert (packages(installed) / "paint/__init__.py").exists()


def test_without_a_network_the_way_out_is_told(installed: Task, capsys: pytest.CaptureFixture[str]) -> None:
    missing = replace(installed, root=installed.root / "second")
    missing.root.mkdir()
    (missing.root / "constraints.txt").write_bytes(installed.constraints.read_bytes())
    (missing.root / "requirements.txt").write_text("unheard-of\n")
    with pytest.raises(SetupError, match="Without a network it can't go on; the same command goes on from here"):
        command.set_up(missing)
    assert "No matching distribution found for unheard-of" in capsys.readouterr().out
    assert not missing.is_done()
    command.set_up(installed)


def test_a_copy_without_the_list_for_tests_can_be_set_up(tmp_path: Path) -> None:
    for name in ("constraints.txt", "requirements.txt"):
        (tmp_path / name).touch()
    task = Task(Environment(tmp_path / ".venv"), dev=False, torch_index="", root=tmp_path)
    assert not task.is_done()


def test_the_command_line_names_the_folder_and_the_index(tmp_path: Path) -> None:
    task = parse(["--venv", str(tmp_path), "--dev", "--torch-index", "https://mirror.example/cpu"])
    assert (task.environment.folder, task.dev, task.purpose) == (tmp_path, True, "dev")
    assert task.torch_index == "https://mirror.example/cpu"


def test_an_index_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_INDEX", builds.ORDINARY)
    assert parse([]).torch_index == builds.ORDINARY


def test_a_folder_in_the_way_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").touch()
    assert command.main(["--venv", str(tmp_path), "--torch-index", builds.ORDINARY]) == 1
    assert capsys.readouterr().err.startswith("Setting up stopped: ")
