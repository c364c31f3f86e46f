"""pip for a Python that has no ensurepip, from an index on loopback: the real one, as this environment has it."""

import base64
import functools
import hashlib
import http.server
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.tools.setup.test_cpu_builds import Quiet
from tools.setup import first_pip
from tools.setup.environment import Environment
from tools.setup.errors import SetupError
from tools.setup.machine import apt

PIP = distribution("pip")
NAME = f"pip-{PIP.version}-py3-none-any.whl"


class Guarded(Quiet):
    """Lists nothing for those who don't give the password, and breaks off what it sends of a file called broken."""

    def do_GET(self) -> None:  # noqa: N802 (its name there)
        if self.headers["Authorization"] != f"Basic {base64.b64encode(b'ann:s3/cret').decode()}":
            self.send_error(401)
        elif self.path.startswith("/broken"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"the first words")
        else:
            super().do_GET()


@pytest.fixture(autouse=True)
def _by_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach loopback from machines, too, that reach all else by a proxy."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")


@contextmanager
def serving(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """Serve a folder on loopback; give its place there."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the installed pip as the wheel that it came from: Debian's ensurepip brings none."""
    path = tmp_path_factory.mktemp("wheel") / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for each in PIP.files or ():
            if each.parts[0] in ("pip", f"pip-{PIP.version}.dist-info") and each.suffix != ".pyc":
                archive.write(str(each.locate()), str(each))
    return path.read_bytes()


@pytest.fixture
def index(wheel: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder that is served as the only index, with pip's wheel in it."""
    place = tmp_path / "simple/pip"
    place.mkdir(parents=True)
    (place / NAME).write_bytes(wheel)
    monkeypatch.setattr(first_pip, "WHEEL", NAME)
    monkeypatch.setattr(first_pip, "SHA256", hashlib.sha256(wheel).hexdigest())
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # so that this machine's own pip has nothing to bring
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with serving(tmp_path) as where:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{where}/simple")
        yield place


@pytest.fixture
def debians(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this Python be one without ensurepip, and its user one who may install nothing."""
    really = Environment._try_to_make

    def try_to_make(self: Environment, *options: str) -> str:
        return really(self, *options) if options else "ensurepip is not available: apt install python3-venv"

    monkeypatch.setattr(Environment, "_try_to_make", try_to_make)
    monkeypatch.setattr(apt, "is_usable", lambda: False)


@pytest.mark.usefixtures("debians", "index")
def test_an_environment_without_ensurepip_gets_pip_by_itself(tmp_path: Path) -> None:
    environment = Environment(tmp_path / "a venv")
    environment.make()
    assert environment.works()
    told = subprocess.run([environment.python, "-m", "pip", "--version"], capture_output=True, text=True, check=True)
    assert PIP.version in told.stdout


@pytest.mark.usefixtures("debians")
def test_where_it_cannot_be_had_the_package_that_brings_it_is_named(index: Path, tmp_path: Path) -> None:
    (index / NAME).unlink()
    with pytest.raises(SetupError, match=r"has no pip-\S+whl\. On Debian and Ubuntu, `sudo apt install python3-venv`"):
        Environment(tmp_path / "venv").make()


def test_another_file_than_the_one_that_was_tried_is_refused(index: Path) -> None:
    (index / NAME).write_bytes(b"something else")
    with pytest.raises(SetupError, match="is another file than the one that was tried here"):
        first_pip.load(os.environ["PIP_INDEX_URL"])


def test_an_index_out_of_reach_is_told_with_the_reason() -> None:
    with pytest.raises(SetupError, match=r"pip can't be had from http://127.0.0.1:9/simple \(.*refused"):
        first_pip.load("http://127.0.0.1:9/simple")


def test_an_index_that_asks_for_a_password_gets_it_and_nobody_else_sees_it(index: Path, wheel: bytes) -> None:
    with serving(index.parents[1], Guarded) as where:
        assert first_pip.load(f"http://ann:s3%2Fcret@{where}/simple") == wheel
        with pytest.raises(SetupError) as told:
            first_pip.load(f"http://ann:wr0ng@{where}/simple")
    assert f"pip can't be had from http://{where}/simple (" in str(told.value)
    assert "wr0ng" not in str(told.value)


def test_a_line_that_breaks_is_told_as_one(tmp_path: Path) -> None:
    with serving(tmp_path, Guarded) as where, pytest.raises(SetupError, match=r"pip can't be had .*15 bytes read"):
        first_pip.load(f"http://ann:s3%2Fcret@{where}/broken")
