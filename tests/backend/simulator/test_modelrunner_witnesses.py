"""ModelRunner's own client, and fal's for the parts that it shares, which nobody here wrote, against the simulator."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import KEY, World
from tests.clients.environments import libraries_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

SCRIPT = Path(__file__).parent / "witnesses" / "modelrunner.py"
CLIENTS = ("modelrunner_ai", "fal_client")
Order = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with running(world) as address:
        yield address


@pytest.fixture
def order(address: str) -> Order:
    """Return what lets a client carry out an order and gives what it printed."""

    def carry_out(client: str, what: str) -> dict[str, Any]:
        keys = {"MODELRUNNER_KEY": KEY, "FAL_KEY": KEY, "PYTHONPATH": str(libraries_of("modelrunner"))}
        command = [sys.executable, str(SCRIPT), client, address, what]
        done = subprocess.run(
            command, check=False, env={**os.environ, **keys}, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        came: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return came

    return carry_out


@pytest.mark.parametrize("client", CLIENTS)
def test_an_image_is_uploaded_submitted_watched_and_fetched(order: Order, world: World, client: str) -> None:
    world.faults.add(Fault(kind="queued", operation="modelrunner.status"))
    world.faults.add(Fault(kind="in_progress", operation="modelrunner.status"))
    came = order(client, "subscribe")
    record = came["record"]
    assert (record["status"], record["billingStatus"], record["input"]["seed"]) == ("COMPLETED", "charged", 7)
    assert [came["seen"][0], came["seen"][1], came["seen"][-1]] == ["Queued", "InProgress", "Completed"]
    (image,) = record["output"]
    assert httpx.get(image).content.startswith(b"\x89PNG")
    assert world.count("modelrunner.submit") == len(world.account.bills) == 1


@pytest.mark.parametrize("client", CLIENTS)
def test_a_request_is_reached_by_its_id_alone_and_cancelling_changes_nothing(
    order: Order, world: World, client: str
) -> None:
    came = order(client, "by_id")
    assert came["status"] == "Completed"
    assert came["record"]["status"] == "COMPLETED"
    assert (world.count("modelrunner.cancel"), len(world.account.bills)) == (1, 1)


def test_the_other_host_answers_with_the_queues_envelope(order: Order) -> None:
    assert order("modelrunner_ai", "run")["record"]["status"] == "COMPLETED"


def test_tags_are_kept_and_found_in_the_history(order: Order, address: str) -> None:
    record = order("modelrunner_ai", "tagged")["record"]
    assert record["metadata"] == {"mark": "m1"}
    asked = {"metadata": json.dumps({"mark": "m1"})}
    found = httpx.get(f"{address}/requests", params=asked, headers={"Authorization": f"Key {KEY}"}).json()
    assert [entry["id"] for entry in found["data"]] == [record["id"]]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_refusal_is_an_error_with_its_status(order: Order, world: World, client: str) -> None:
    came = order(client, "wrong")
    assert came["status"] == 400
    assert "num_inference_steps" in came["error"] or client == "fal_client"
    assert world.account.bills == []


def test_a_failed_generation_is_an_error_though_its_status_is_completed(order: Order, world: World) -> None:
    world.faults.add(Fault(kind="fail", operation="modelrunner.submit"))
    assert order("modelrunner_ai", "subscribe")["status"] == 422
    assert world.account.bills == []
