"""Programs, run as a visitor would: in a folder of their own, with the key in their environment alone."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.adapters.modelrunner.programs import orders_of as of_modelrunner
from backend.adapters.provider.programs.curl_code import curl_code
from backend.adapters.provider.programs.javascript_code import javascript_code
from backend.adapters.provider.programs.orders import Orders
from backend.adapters.provider.programs.python_code import python_code
from backend.adapters.runware.programs import orders_of as of_runware
from backend.domain.records import Run
from backend.playground import Playground
from backend.record.exchange_log import load_exchanges

PROMPT = "a \"fox\" who said 'hi' $HOME `date` $(date) \\n !x {a|b} https://x.example/?q=1\nEOF\n雪"
"""Words that a shell or a language could take for its own."""


@dataclass(frozen=True)
class Language:
    """How a program is written, and how it is run."""

    write: Callable[[Orders], str]
    file: str
    command: tuple[str, ...]


LANGUAGES: Mapping[str, Language] = {
    "python": Language(python_code, "again.py", (sys.executable, "again.py")),
    "curl": Language(curl_code, "again.sh", ("bash", "again.sh")),
    "javascript": Language(javascript_code, "again.mjs", ("node", "again.mjs")),
}
EACH = pytest.mark.parametrize(
    "language", ["python", *(pytest.param(name, marks=pytest.mark.system) for name in ("curl", "javascript"))]
)
"""bash, curl and jq, and Node, are no packages of Python's."""


@dataclass(frozen=True)
class Done:
    """What came of a program."""

    code: int
    said: str
    folder: Path

    def pictures(self) -> list[np.ndarray[Any, Any]]:
        """Return the pixels of what it saved, in order."""
        found = sorted(self.folder.glob("picture-*"), key=lambda path: int(path.stem.removeprefix("picture-")))
        return [pixels(path) for path in found]


def ordered(playground: Playground, run: Run) -> Orders:
    """Return what a run ordered."""
    orders_of = {"runware": of_runware, "modelrunner": of_modelrunner}[run.backend]
    found = orders_of(run, load_exchanges(playground.store.engine, run.id))
    assert found
    return found


def run_program(language: str, orders: Orders, folder: Path, key: str) -> Done:
    """Write an order's program into the folder and run it to its end."""
    chosen, place = LANGUAGES[language], folder / language
    place.mkdir(exist_ok=True)
    program = chosen.write(orders)
    assert key not in program
    (place / chosen.file).write_text(program, encoding="utf-8")
    for image in folder.glob("image-*"):
        (place / image.name).write_bytes(image.read_bytes())
    return run_in(place, chosen.command, {orders.variable: key})


def run_in(place: Path, command: tuple[str, ...], more: Mapping[str, str]) -> Done:
    """Run a command in a folder, with nothing of this process's environment but the path."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(place), **more}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return Done(done.returncode, done.stdout + done.stderr, place)


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def assert_draws(done: Done, playground: Playground, run: Run) -> None:
    """Assert that a program ended well, with the pictures of the run."""
    assert done.code == 0, done.said
    found, wanted = done.pictures(), [pixels(playground.files.path(image.sha256)) for image in run.images]
    assert len(found) == len(wanted)
    assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))


def lay_out_images(folder: Path, sent: Any) -> None:
    """Write the images that a task held into files, as its program names them."""
    names: dict[str, str] = {}
    for value in _texts(sent):
        if value.startswith("data:image/") and value not in names:
            kind, _, content = value.removeprefix("data:image/").partition(";base64,")
            names[value] = f"image-{len(names) + 1}.{kind.replace('jpeg', 'jpg')}"
            (folder / names[value]).write_bytes(base64.b64decode(content))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [text for inner in (value.values() if isinstance(value, dict) else value) for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
