"""The lists of packages agree with one another and with what is imported."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
USERS_OWN = ["gradio", "torch", "diffusers", "controlnet-aux", "pillow", "pydantic"]
BROUGHT_BY_TORCH = re.compile(r"nvidia-|cuda-|triton|setuptools")

OPEN_THE_PAGE = """
from pathlib import Path
from backend.domain.caller import Caller
from backend.playground import open_playground
from backend.settings import Settings
from ui.page import build

playground = open_playground(Settings(_env_file=None, PLAYGROUND_DATA=Path({data!r})))
build(playground)
print(playground.backends["local"].missing(Caller(visitor="v")))
"""

TALK_TO_THE_SIMULATOR = """
import json, sys
from pathlib import Path
from websockets.sync.client import connect
from backend.images.storage.files import ImageFiles
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import KEY, World

files = ImageFiles(Path({data!r}))
with running(World(FlatArtist(files), files)) as address, connect(address.replace("http", "ws") + "/v1") as socket:
    socket.send(json.dumps([dict(taskType="authentication", apiKey=KEY)]))
    print(socket.recv(timeout=10))
    task = dict(taskType="imageInference", taskUUID="f340734a-e1b5-4720-8a2f-108418dc9b14", positivePrompt="a fox")
    socket.send(json.dumps([task | dict(model="runware:z-image@turbo", width=128, height=128, seed=7)]))
    print(socket.recv(timeout=10))
"""

WORK_ON_PIXELS = """
import sys
import numpy as np
from PIL import Image
from backend.images.edges import edges
from backend.images.encoding import encode
from backend.images.masks import feathered, grown
from backend.images.watermark.add import add
from backend.images.watermark.find import is_marked
from ui.endpoints.sdapi.asking.blur import blurred

picture = Image.effect_mandelbrot((256, 256), (-2, -1, 1, 1), 60).convert("RGB")
mask = Image.new("L", (64, 64))
mask.paste(255, (16, 16, 48, 48))
marked = add(np.asarray(picture))
print("edges", np.asarray(edges(picture)).any(), "marked", is_marked(marked), is_marked(np.asarray(picture)))
print("mask", [bool(np.asarray(each).any()) for each in (grown(mask, 4), feathered(mask, 4), blurred(mask, (4, 4)))])
print("png", len(encode(picture, "png")) > 0, "without", not {"cv2", "scipy"} & set(sys.modules))
"""


def requirements(name: str) -> list[Requirement]:
    lines = (line.partition("#")[0].partition(" #")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def names(name: str) -> list[str]:
    return [canonicalize_name(requirement.name) for requirement in requirements(name)]


def closure(wanted: list[Requirement]) -> set[str]:
    """Follow what is asked for to all that it brings, on this machine."""
    found: set[str] = set()
    queue = [(requirement.name, extra) for requirement in wanted for extra in ("", *requirement.extras)]
    seen = set(queue)
    while queue:
        name, extra = queue.pop()
        found.add(canonicalize_name(name))
        for text in _asked_by(name):
            asked = Requirement(text)
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                new = {(asked.name, part) for part in ("", *asked.extras)} - seen
                seen |= new
                queue.extend(new)
    return found


def _asked_by(name: str) -> list[str]:
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return []


def test_the_users_six_packages_come_first() -> None:
    assert names("requirements.txt")[:6] == USERS_OWN


def test_the_remote_list_is_part_of_the_whole_one_word_for_word() -> None:
    whole = {str(requirement) for requirement in requirements("requirements.txt")}
    assert {str(requirement) for requirement in requirements("requirements-remote.txt")} <= whole


def test_the_list_admits_what_zerogpu_has() -> None:
    torch = next(requirement for requirement in requirements("requirements.txt") if requirement.name == "torch")
    assert all(torch.specifier.contains(version) for version in ("2.8.0", "2.11.0", "2.14.1"))


def test_every_constraint_is_allowed_by_the_lists() -> None:
    exact = {canonicalize_name(pin.name): pin for pin in requirements("constraints.txt") if _holds(pin)}
    for requirement in (*requirements("requirements.txt"), *requirements("requirements-dev.txt")):
        if requirement.marker is None or requirement.marker.evaluate():
            version = str(exact[canonicalize_name(requirement.name)].specifier).removeprefix("==")
            assert requirement.specifier.contains(version), f"{requirement} against {version}"


def test_everything_that_gets_installed_has_its_exact_version() -> None:
    exact = {canonicalize_name(pin.name) for pin in requirements("constraints.txt")}
    lists = requirements("requirements.txt") + requirements("requirements-dev.txt")
    loose = {name for name in closure(lists) - exact if not BROUGHT_BY_TORCH.match(name) and _installed(name)}
    assert loose == set()


def test_the_page_opens_with_the_remote_list_alone_and_the_local_backend_says_what_it_lacks(tmp_path: Path) -> None:
    assert "torch" in _with_the_remote_list_alone(OPEN_THE_PAGE.format(data=str(tmp_path / "data")), tmp_path)


def test_edges_masks_and_the_mark_need_neither_opencv_nor_scipy(tmp_path: Path) -> None:
    assert {"scipy", "opencv-python-headless"}.isdisjoint(closure(requirements("requirements-remote.txt")))
    said = _with_the_remote_list_alone(WORK_ON_PIXELS, tmp_path)
    assert said.splitlines() == ["edges True marked True False", "mask [True, True, True]", "png True without True"]


def test_the_simulators_web_socket_speaks_with_the_remote_list_alone(tmp_path: Path) -> None:
    said = _with_the_remote_list_alone(TALK_TO_THE_SIMULATOR.format(data=str(tmp_path / "data")), tmp_path)
    assert "connectionSessionUUID" in said
    assert '"seed": 7' in said


def test_every_package_that_is_imported_is_brought_by_the_list() -> None:
    by_choice = {*names("requirements-scale.txt"), *names("requirements-sign.txt"), "spaces", "torchao", "sdnq"}
    brought = closure(requirements("requirements.txt")) | by_choice
    owners = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "app.py", *(ROOT / "backend").rglob("*.py"), *(ROOT / "ui").rglob("*.py"))
        for name in _imported(path) - sys.stdlib_module_names - {"app", "backend", "ui"}
        if not {canonicalize_name(owner) for owner in owners.get(name, [name])} & brought
    }
    assert missing == set()


def _with_the_remote_list_alone(program: str, folder: Path) -> str:
    """Run a program where nothing else is installed, and return what it printed."""
    packages = folder / "packages"
    packages.mkdir()
    for name in closure(requirements("requirements-remote.txt")):
        _link(name, packages)
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in (*plain, *named)}


def _link(name: str, packages: Path) -> None:
    """Show one installed package, and nothing else of its folder, in another one."""
    if not _installed(name):
        return
    for file in distribution(name).files or ():
        top = file.parts[0]
        if top != ".." and top != "__pycache__" and not (packages / top).exists():
            (packages / top).symlink_to(str(distribution(name).locate_file(top)))


def _holds(pin: Requirement) -> bool:
    return pin.marker is None or pin.marker.evaluate()


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
