"""What happens to a picture on one page when another playground ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.images.encoding import encode
from tests.serving import free_port, served_site

ROOT = Path(__file__).parents[3]
PATIENCE = 240.0
"""Seconds until a started playground answers, on a busy machine."""
PICTURE = encode(Image.new("RGB", (96, 64), "teal"), "png")


def uploaded(address: str) -> Path:
    """Upload the picture, as a page does, and return where it lies."""
    answer = httpx.post(f"{address}gradio_api/upload", files={"files": ("photo.png", PICTURE)})
    return Path(answer.raise_for_status().json()[0])


def redrawn(address: str, path: Path) -> str:
    """Redraw an upload over the API, and return the last thing that is said of it."""
    asked = {"prompt": "a fox", "image": {"path": str(path)}, "steps": 1, "backend": "fake"}
    begun = httpx.post(f"{address}gradio_api/call/v2/image_to_image", json=asked).raise_for_status().json()
    said = httpx.get(f"{address}gradio_api/call/image_to_image/{begun['event_id']}", timeout=PATIENCE)
    return said.text


class Started:
    """A playground as `python app.py` starts it, with no folder for uploads named."""

    def __init__(self, data: Path, temporary: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        given: dict[str, Any] = {"PLAYGROUND_DATA": str(data), "TMPDIR": str(temporary)}
        environment = {name: value for name, value in os.environ.items() if name != "GRADIO_TEMP_DIR"}
        # A shell that runs the tests in its background has SIGINT ignored, and programs inherit that.
        program = ["env", "--default-signal=INT", sys.executable, "app.py"]
        command = [*program, "--port", str(self.port), "--backend", "fake"]
        with (data.parent / f"{data.name}.log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env={**environment, **given}, stdout=log, stderr=log)

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None
            assert time.monotonic() < until, "the playground doesn't start"
            time.sleep(0.2)

    def end(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) is not None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}config").is_success
        except httpx.HTTPError:
            return False


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Started]]:
    """Return two playgrounds of one machine, each with a data folder of its own."""
    (tmp_path / "tmp").mkdir()
    started = [Started(tmp_path / name, tmp_path / "tmp") for name in ("first", "second")]
    for one in started:
        one.wait()
    yield started
    for one in started:
        one.process.kill()
        one.process.wait()


def test_a_picture_on_the_page_stays_when_another_playground_that_had_it_too_ends(two: list[Started]) -> None:
    first, second = two
    theirs, ours = uploaded(first.address), uploaded(second.address)
    first.end()
    assert (theirs.exists(), ours.exists()) == (False, True)
    assert httpx.get(f"{second.address}gradio_api/file={ours}").content == PICTURE
    assert "event: complete" in redrawn(second.address, ours)


def test_two_servers_of_one_folder_leave_each_other_the_uploads_and_the_last_takes_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    with served_site(tmp_path / "first") as first:
        with served_site(tmp_path / "second") as second:
            path = uploaded(first.address)
            assert uploaded(second.address) == path
        assert httpx.get(f"{first.address}gradio_api/file={path}").content == PICTURE
    assert not path.exists()
