"""The Dockerfile, read as text; what only a build shows was seen with `tools/container/build.sh`."""

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile's instructions in order, each with its text on one line."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(word, text.strip()) for word, _, text in found]


def texts(word: str) -> list[str]:
    return [text for found, text in instructions() if found == word]


def stages() -> dict[str, list[tuple[str, str]]]:
    """Split the instructions by the stage that they belong to, in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for word, text in instructions():
        if word == "FROM":
            found[text.rpartition(" ")[2]] = []
        elif found:
            found[list(found)[-1]].append((word, text))
    return found


def ignore_rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def goes_in(path: str) -> bool:
    """Say whether a file is part of the build, by the rules of .dockerignore: the last one that matches wins."""
    parents = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
    taken = True
    for rule in ignore_rules():
        pattern = rule.removeprefix("!")
        names = [Path(name).name for name in parents] if pattern.startswith("**/") else parents
        if any(_matches(name, pattern.removeprefix("**/")) for name in names):
            taken = rule.startswith("!")
    return taken


def _matches(name: str, pattern: str) -> bool:
    return name.count("/") == pattern.count("/") and fnmatch.fnmatch(name, pattern)


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_there_are_three_images_and_the_cpu_is_the_default() -> None:
    assert list(stages()) == ["base", "remote", "gpu", "cpu"]


@pytest.mark.parametrize("image", ["gpu", "cpu"])
def test_the_set_up_of_an_image_compiles_all_since_its_user_may_keep_no_bytecode(image: str) -> None:
    runs = [text for word, text in stages()[image] if word == "RUN"]
    assert runs[0].startswith("PYTHONDONTWRITEBYTECODE=1 python3 -m tools.setup --venv /opt/venv ")


def test_the_readme_builds_images_that_exist() -> None:
    named = set(re.findall(r"docker build --target (\w+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= set(stages())


@pytest.mark.parametrize("image", ["remote", "gpu", "cpu"])
def test_each_image_ends_as_the_user_that_spaces_want(image: str) -> None:
    assert stages()[image][-1] == ("USER", "1000")


@pytest.mark.parametrize("source", [text for text in texts("COPY") if not text.startswith(".")])
def test_every_file_that_is_copied_exists_and_is_not_ignored(source: str) -> None:
    for name in source.split()[:-1]:
        assert (ROOT / name).exists(), name
        assert goes_in(name), name


def test_what_the_playground_reads_goes_in() -> None:
    wanted = [path for path in tracked() if path == "app.py" or path.startswith(("backend/", "ui/", "presets/"))]
    assert [path for path in wanted if not goes_in(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        "data/playground.db",
        "tests/conftest.py",
        "tools/tiny_model/training/train.py",
        "backend/__pycache__/base.cpython-312.pyc",
        "ui/modes/__pycache__/text.cpython-312.pyc",
    ],
)
def test_history_keys_tests_and_leftovers_stay_out(path: str) -> None:
    assert not goes_in(path)


def test_no_key_is_baked_in() -> None:
    told = [text for word, text in instructions() if word in ("ENV", "ARG")]
    assert [text for text in told if re.search(r"key|token|secret|password", text, re.IGNORECASE)] == []


def test_the_health_check_asks_the_port_that_is_served() -> None:
    assert "GRADIO_SERVER_PORT" in texts("HEALTHCHECK")[0]
    assert "GRADIO_SERVER_PORT=7860" in texts("ENV")[0]
    assert texts("EXPOSE") == ["7860"]


def test_the_data_is_a_volume_of_that_user() -> None:
    assert texts("VOLUME") == ["/data"]
    assert "PLAYGROUND_DATA=/data" in texts("ENV")[0]
    assert "--owner=user" in texts("RUN")[0]
