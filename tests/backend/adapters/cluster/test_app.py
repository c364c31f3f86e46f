"""`python app.py --backend cluster`, as somebody starts and ends it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
from gradio_client import Client
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.conftest import engine as engine
from tests.backend.adapters.local.pictures import distance
from tests.serving import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]

ROOT = Path(__file__).parents[4]
OPEN_BEHIND_A_TOKEN = 1
"""Ray Serve's replicas listen on every address for one another's calls; Ray's token guards that (decision 0091)."""


@contextmanager
def app(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = [sys.executable, "app.py", "--backend", "cluster", "--model", "tiny", "--data", str(data)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    # A shell that runs the tests in its background has SIGINT ignored, and programs inherit that.
    command = ["env", "--default-signal=INT", *command]
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        env={**environment, "PLAYGROUND_REPLICAS": "1"},
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def client_of(address: str) -> Client:
    deadline = time.monotonic() + 120
    while True:
        try:
            httpx.get(address).raise_for_status()
            return Client(address, verbose=False)
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(1)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@dataclass(frozen=True)
class Killed:
    """What an app had started that was killed, and which of it draws."""

    started: list[psutil.Process]
    replicas: list[psutil.Process]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """Kill an app that has drawn; return what it had started."""
    with app(tmp_path_factory.mktemp("killed")) as (process, address):
        client_of(address).predict(prompt=PROMPT, steps=1, width=128, height=128, api_name="/text_to_image")
        started = family(process)
        replicas = [child for child in started if child.name().startswith("ray::ServeRepli")]
        process.kill()
        process.wait(timeout=10)
        return Killed(started, replicas)


def test_the_replicas_of_a_killed_app_end_at_once(killed: Killed) -> None:
    assert killed.replicas
    assert psutil.wait_procs(killed.replicas, timeout=10)[1] == []


def test_the_api_answers_as_ever_nothing_is_open_to_others_and_all_ends_with_the_app(
    tmp_path: Path, engine: Engine
) -> None:
    request = TextToImage(prompt=PROMPT, steps=4, seed=7, width=128, height=128)
    with app(tmp_path) as (process, address):
        client = client_of(address)
        asked = request.model_dump(include={"prompt", "steps", "seed", "width", "height"})
        (path,), run = client.predict(**asked, api_name="/text_to_image")
        assert (run["backend"], run["seeds"], run["cost_kind"]) == ("cluster", [7], "free")
        with Image.open(path["image"] if isinstance(path, dict) else path) as image:
            assert distance(image, engine.draw(Drawing(request=request, seed=7, size=(128, 128)), lambda *_: None)) == 0
        (cluster,) = [each for each in client.predict(api_name="/backends") if each["name"] == "cluster"]
        assert cluster["default"]
        started = family(process)
        assert any(child.name().startswith("ray::ServeRepli") for child in started)
        ports = open_to_others(started)
        assert len(ports) <= OPEN_BEHIND_A_TOKEN
        assert [asked_without_a_token(port) for port in ports] == [grpc.StatusCode.UNAUTHENTICATED] * len(ports)
        megabytes = sum(child.memory_full_info().uss for child in started) / 1e6
        print(f"memory of {len(started)} processes beside the page: {megabytes:.0f} MB")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        assert psutil.wait_procs(started, timeout=20)[1] == []


def test_a_killed_app_leaves_no_process_behind(killed: Killed) -> None:
    # Ray's two small helpers try for a minute to tell their head; meanwhile the test above has run.
    assert psutil.wait_procs(killed.started, timeout=120)[1] == []


def open_to_others(processes: list[psutil.Process]) -> list[int]:
    """Return the ports that processes listen on and others can reach."""
    loopback = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
    found = [socket for child in processes for socket in child.net_connections("tcp") if socket.status == "LISTEN"]
    return [socket.laddr.port for socket in found if socket.laddr.ip not in loopback]


def asked_without_a_token(port: int) -> grpc.StatusCode:
    """Return what Serve's server for calls between deployments answers a stranger."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/ray.serve.ASGIService/HandleRequest")(b"", timeout=10)
    code: grpc.StatusCode = caught.value.code()
    return code
