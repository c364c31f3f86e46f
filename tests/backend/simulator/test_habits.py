"""What the simulated providers do at every call: long jobs and dear bills, at both of them."""

import base64
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.images.encoding import encode
from backend.simulator.faults import Fault, Habits
from backend.simulator.modelrunner.schema import ENDPOINT
from backend.simulator.server import running
from backend.simulator.world import KEY, World

LONG = 2.0
"""Seconds of a job that lasts: far longer than a busy machine takes to hand it in."""
ASYNC = {"deliveryMethod": "async"}
FOX = {
    "taskType": "imageInference",
    "model": "runware:z-image@turbo",
    "positivePrompt": "a fox",
    "width": 128,
    "height": 128,
    "includeCost": True,
}
DEPTH = {"taskType": "controlNetPreprocess", "model": "runware:controlnet-preprocess@depth", "includeCost": True}
IMAGE = encode(Image.new("RGB", (128, 128)), "png")


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    key = {"Authorization": f"Bearer {KEY}"}
    with running(world) as address, httpx.Client(base_url=address, headers=key, timeout=60) as client:
        yield client


def order(client: httpx.Client, **values: Any) -> dict[str, Any]:
    return ask(client, **{**FOX, **values})


def ask(client: httpx.Client, **values: Any) -> dict[str, Any]:
    task = {"taskUUID": str(uuid.uuid4()), **values}
    return dict(client.post("/v1", json=[task]).raise_for_status().json()["data"][0])


def items(client: httpx.Client, task: dict[str, Any]) -> list[dict[str, Any]]:
    question = {"taskType": "getResponse", "taskUUID": task["taskUUID"]}
    body = client.post("/v1", json=[question]).json()
    return [*body.get("data", []), *body.get("errors", [])]


def submitted(client: httpx.Client, world: World) -> str:
    name = world.media.put(IMAGE, "image/png")
    body = {"prompt": "a fox", "image_url": f"{client.base_url}/media/{name}"}
    answer = client.post(f"/{ENDPOINT}", json=body, headers={"Authorization": f"Key {KEY}"}).raise_for_status()
    return str(answer.json()["request_id"])


def record(client: httpx.Client, request: str) -> dict[str, Any]:
    return dict(client.get(f"/requests/{request}", headers={"Authorization": f"Key {KEY}"}).json())


def test_a_long_job_is_taken_at_once_and_done_later(client: httpx.Client, world: World) -> None:
    world.habits = Habits(job_seconds=LONG)
    began = time.monotonic()
    task = order(client, **ASYNC)
    assert time.monotonic() - began < LONG
    assert [item["status"] for item in items(client, task)] == ["processing"]
    assert world.account.bills == []
    while items(client, task)[0]["status"] != "success":
        time.sleep(0.02)
    assert time.monotonic() - began >= LONG
    assert len(world.account.bills) == 1


def test_what_fails_of_the_long_jobs_fails_early(client: httpx.Client, world: World) -> None:
    world.habits = Habits(job_seconds=60)
    world.faults.add(Fault(kind="partial"))
    task, until = order(client, **ASYNC), time.monotonic() + 10
    while items(client, task)[0]["status"] == "processing":
        assert time.monotonic() < until
    assert items(client, task)[0]["code"] == "inferenceError"


def test_a_long_request_waits_in_the_queue_of_the_other_provider_too(client: httpx.Client, world: World) -> None:
    world.habits = Habits(job_seconds=LONG)
    began = time.monotonic()
    request = submitted(client, world)
    assert record(client, request)["status"] == "IN_QUEUE"
    while record(client, request)["status"] != "COMPLETED":
        time.sleep(0.02)
    assert time.monotonic() - began >= LONG


def test_dearer_bills_are_said_and_taken_off_the_account(client: httpx.Client, world: World) -> None:
    usual = order(client)["cost"]
    world.habits = Habits(bill_factor=Decimal("2.5"))
    assert order(client)["cost"] == pytest.approx(2.5 * usual)
    assert [float(bill) for bill in world.account.bills] == pytest.approx([usual, 2.5 * usual])


def test_dearer_bills_reach_the_other_provider_and_control_pictures(client: httpx.Client, world: World) -> None:
    world.habits = Habits(bill_factor=Decimal(3))
    request = submitted(client, world)
    while (said := record(client, request))["status"] != "COMPLETED":
        time.sleep(0.02)
    assert world.account.bills == [Decimal(said["totalPrice"])] == [3 * Decimal("0.000106")]
    uploaded = ask(client, taskType="imageUpload", image=base64.b64encode(IMAGE).decode())["imageUUID"]
    picture = ask(client, **DEPTH, inputs={"image": uploaded})
    assert (picture["cost"], world.account.bills[1:]) == (0.0018, [Decimal("0.0018")])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("--job-seconds=-1", "--job-seconds: Input should be greater than or equal to 0"),
        ("--bill-factor=no", "--bill-factor: Input should be a valid decimal"),
        ("--balance=no", "argument --balance: no is no number"),
    ],
)
def test_a_wrong_habit_at_the_start_is_a_sentence(given: str, told: str) -> None:
    command = [sys.executable, "-m", "backend.simulator", given]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert told in done.stderr
