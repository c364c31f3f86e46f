"""The image `remote`, built, started, drawn with and stopped: as root, where buildah and debootstrap are."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from gradio_client import Client

from backend.images.storage.files import ImageFiles
from backend.simulator.artist import FlatArtist
from backend.simulator.server import running
from backend.simulator.world import KEY, World

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 500
LACKING = [
    *(f"{name} (apt-get install {name})" for name in ("buildah", "debootstrap") if not shutil.which(name)),
    *(["root"] if os.geteuid() else []),
]
pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.container,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(LACKING), reason=f"no container image was built: {', '.join(LACKING)} isn't here"),
]


def buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """Build the image of this checkout; its base stays with buildah, for the next time."""
    tag = f"localhost/playground:test-{os.getpid()}"  # Others may build theirs at the same time.
    command = ["env", f"TAG={tag}", "tools/container/build.sh", "remote"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert built.returncode == 0, built.stdout[-3000:]
    yield tag
    buildah("rmi", "--force", tag)


@pytest.fixture
def container(image: str) -> Iterator[str]:
    name = buildah("from", "--pull-never", image)
    yield name
    buildah("rm", name)


def inside(container: str, *command: str) -> str:
    return buildah("run", "--isolation", "chroot", "--network", "host", container, "--", *command)


def test_it_has_500_megabytes_at_most(image: str) -> None:
    said = buildah("images", "--format", "{{.Size}}", image)
    number, unit = said.split()
    assert unit == "MB", said
    assert float(number) <= MOST_MEGABYTES


def test_its_user_may_change_nothing_but_the_data(container: str) -> None:
    may_write = 'id -u; for place in /app /opt/venv /etc /data; do test -w "$place" && echo "$place"; done; true'
    assert inside(container, "sh", "-c", may_write).split() == ["1000", "/data"]


def test_it_starts_draws_is_healthy_and_ends_by_sigint(container: str, tmp_path: Path) -> None:
    files, port, said = ImageFiles(tmp_path / "provider"), free_port(), tmp_path / "said"
    with running(World(FlatArtist(files), files)) as provider, said.open("w") as log:
        settings = {
            "GRADIO_SERVER_PORT": port,
            "PLAYGROUND_BACKEND": "runware",
            "RUNWARE_API_KEY": KEY,
            "RUNWARE_BASE_URL": f"{provider}/v1",
        }
        told = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
        command = ["run", "--isolation", "chroot", "--network", "host", *told, container]
        # A shell's background jobs ignore SIGINT, and so would all that they start.
        heard = ["env", "--default-signal=INT", "buildah", *command, "--", "python", "app.py"]
        started = subprocess.Popen(heard, stdout=log, stderr=log)
        try:
            until_ready(started, said)
            address = f"http://127.0.0.1:{port}"
            client = Client(address, verbose=False)
            images, run = client.predict(prompt="a fox", api_name="/text_to_image")
            assert (len(images), run["cost_kind"]) == (1, "billed")
            assert healthy(container, port)
            the_playground(started).send_signal(signal.SIGINT)
            assert started.wait(60) == 0, said.read_text()
        finally:
            end(started)
    assert "Traceback" not in said.read_text()
    kept = inside(container, "find", "/data/images", "-type", "f", "-user", "1000", "-name", "*.*").splitlines()
    assert [name for name in kept if not name.endswith(".part")]
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def healthy(container: str, port: int) -> bool:
    """Run the image's own health check beside the playground."""
    check = re.search(r'HEALTHCHECK.*?CMD \[(".*?")\]\n', (ROOT / "Dockerfile").read_text(), re.DOTALL)
    assert check
    words = [word for word in re.findall(r'"((?:[^"\\]|\\.)*)"', check[1]) if word]
    command = ["run", "--isolation", "chroot", "--network", "host", "--env", f"GRADIO_SERVER_PORT={port}", container]
    return buildah(*command, "--", *words) == ""


def until_ready(started: "subprocess.Popen[bytes]", said: Path) -> None:
    end = time.monotonic() + 120
    while "The playground is ready" not in said.read_text():
        assert started.poll() is None, said.read_text()
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.2)


def the_playground(started: "subprocess.Popen[bytes]") -> psutil.Process:
    """Return the first process of the container."""
    below = psutil.Process(started.pid).children(recursive=True)
    (found,) = [process for process in below if process.name() == "python" and process.cmdline()[-1] == "app.py"]
    return found


def end(started: "subprocess.Popen[bytes]") -> None:
    """Leave nothing of it running, however the test went."""
    if started.poll() is None:
        for process in [*psutil.Process(started.pid).children(recursive=True), psutil.Process(started.pid)]:
            process.kill()
        started.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
