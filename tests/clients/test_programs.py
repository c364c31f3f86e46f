"""The programs under a picture, run with OpenAI's own clients: they order once what the run had ordered."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.export.programs import programs
from backend.record.exchange_log import load_exchanges
from backend.simulator.world import KEY
from tests.backend.adapters.openai.scene import EDIT, MAKE, Scene, fox, openai_scene
from tests.clients.environments import environment_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with openai_scene(tmp_path / "scene") as scene:
        yield scene


def ran(scene: Scene, request: object, name: str, folder: Path) -> list[str]:
    """Make a run, run its program, and return the files that this says it has saved."""
    _, run = scene.draw(request)  # type: ignore[arg-type]
    exchanges = load_exchanges(scene.playground.store.engine, run.id)
    found = dict(programs(run, run.images[0], exchanges, backend=scene.backend, address="http://127.0.0.1:1"))[name]
    if name.startswith("Python"):
        (folder / "again.py").write_text(found, encoding="utf-8")
        command = [str(environment_of("openai_python").python), "-I", "again.py"]
    else:
        made = environment_of("openai_javascript")
        (folder / "node_modules").symlink_to(made.folder / "node_modules")
        (folder / "again.mjs").write_text(found, encoding="utf-8")
        command = ["node", "--preserve-symlinks", "again.mjs"]
    variables = {"PATH": os.environ["PATH"], "PLAYGROUND_OPENAI_API_KEY": KEY, "NO_PROXY": "*", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("name", ["Python, with openai", "JavaScript, with openai"])
def test_words_are_ordered_again_as_they_were(scene: Scene, tmp_path: Path, name: str) -> None:
    assert ran(scene, fox(count=2, negative_prompt='"rain"'), name, tmp_path) == ["picture-1.png", "picture-2.png"]
    first, second, *again = [each.body for each in scene.world.arrivals if each.operation == MAKE]
    assert again == [first, second]
    assert len(scene.world.account.bills) == 4
    assert (tmp_path / "picture-1.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["Python, with openai", "JavaScript, with openai"])
def test_pictures_are_sent_as_files(scene: Scene, tmp_path: Path, name: str) -> None:
    for part in ("image", "mask"):
        (tmp_path / f"{part}.png").write_bytes(scene.playground.files.path(scene.picture()).read_bytes())
    assert ran(scene, scene.inpainted(), name, tmp_path) == ["picture-1.png"]
    first, second = [each.body for each in scene.world.arrivals if each.operation == EDIT]
    assert plain(first) == plain(second)


def plain(body: dict[str, object]) -> dict[str, object]:
    """Return a form's fields without the files' sizes; JavaScript writes 1.0 as 1."""
    return {name: str(value).removesuffix(".0") for name, value in body.items() if name not in ("image", "mask")}
