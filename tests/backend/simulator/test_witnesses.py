"""Runware's own clients, which nobody here wrote, against the simulator.

Both are called `runware` when imported, so each has a folder of its own.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.environments import libraries_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
SCRIPTS = Path(__file__).parent / "witnesses"
CLIENTS = {"current": "runware", "legacy": "runware_legacy"}
"""Their folders in `tests/clients`."""
LINES = [("current", "rest"), ("current", "websocket"), ("legacy", "websocket")]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Start the simulator as its command does, and return its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "backend.simulator", "--draw", "flat", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        _wait_for(f"http://127.0.0.1:{port}/", server)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def _wait_for(url: str, server: "subprocess.Popen[str]") -> None:
    while server.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            continue
        return
    raise RuntimeError("the simulator did not start")


@pytest.fixture
def order(address: str) -> Callable[..., Any]:
    """Return what lets a client order something and gives what it printed."""

    def carry_out(client: str, transport: str, what: str) -> Any:
        command = [sys.executable, str(SCRIPTS / f"{client}.py"), transport, address, what]
        place = {**os.environ, "PYTHONPATH": str(libraries_of(CLIENTS[client]))}
        done = subprocess.run(command, check=False, env=place, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return carry_out


@pytest.mark.parametrize(("client", "transport"), LINES)
def test_words_become_an_image(order: Callable[..., Any], client: str, transport: str) -> None:
    (image,) = order(client, transport, "text")
    assert (image["seed"], image["cost"]) == (7, 0.0006)
    assert httpx.get(image["url"]).content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(("client", "transport"), LINES)
def test_several_results_come_each_with_its_seed(order: Callable[..., Any], client: str, transport: str) -> None:
    assert sorted(image["seed"] for image in order(client, transport, "several")) == [7, 8, 9]


@pytest.mark.parametrize("transport", ["rest", "websocket"])
@pytest.mark.parametrize("what", ["sync", "image"])
def test_the_current_client_delivers_at_once_and_redraws(order: Callable[..., Any], transport: str, what: str) -> None:
    assert {image["seed"] for image in order("current", transport, what)} <= {7, 8}


@pytest.mark.parametrize(("client", "transport"), LINES)
def test_a_refusal_is_understood(order: Callable[..., Any], client: str, transport: str) -> None:
    assert "width" in order(client, transport, "wrong")["error"]


@pytest.mark.parametrize(("client", "transport"), LINES)
def test_a_dropped_connection_is_survived_under_the_same_uuid(
    order: Callable[..., Any], address: str, client: str, transport: str
) -> None:
    fault = {"kind": "drop", "operation": "runware.imageInference"}
    httpx.post(f"{address}/simulator/faults", json=fault).raise_for_status()
    before = len(httpx.get(f"{address}/simulator/arrivals").json())
    (image,) = order(client, transport, "text")
    after = httpx.get(f"{address}/simulator/arrivals").json()[before:]
    assert image["seed"] == 7
    assert len([one for one in after if one["operation"] == "runware.imageInference"]) == 1
