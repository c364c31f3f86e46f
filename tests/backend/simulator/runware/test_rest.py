"""The simulated Runware is as strict as the real one is said to be; tried with bare httpx."""

import base64
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.images.encoding import encode
from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import KEY, World

IMAGE = "data:image/png;base64," + base64.b64encode(encode(Image.new("RGB", (128, 128), "red"), "png")).decode()
CONTROL = {"model": "runware:z-image@turbo-controlnet", "guideImage": IMAGE}


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    key = {"Authorization": f"Bearer {KEY}"}
    with running(world) as address, httpx.Client(base_url=address, headers=key, timeout=60) as client:
        yield client


def task(**values: Any) -> dict[str, Any]:
    found = {
        "taskType": "imageInference",
        "taskUUID": str(uuid.uuid4()),
        "model": "runware:z-image@turbo",
        "positivePrompt": "a fox",
        "width": 128,
        "height": 128,
        "steps": 8,
        **values,
    }
    return {key: value for key, value in found.items() if value is not None}


def code(answer: httpx.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["errors"][0]["code"])


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"taskUUID": "not-one"}, "invalidTaskUUID"),
        ({"taskUUID": "c232ab00-9414-11ec-b3c8-9f6bdeced846"}, "invalidTaskUUID"),
        ({"taskType": "danceInference"}, "unsupportedTaskType"),
        ({"shift": 3}, "unsupportedParameter"),
        ({"seedImage": IMAGE}, "unsupportedParameter"),
        ({"model": "runware:100@1"}, "invalidModel"),
        ({"positivePrompt": "x"}, "invalidPositivePrompt"),
        ({"positivePrompt": "x" * 3001}, "invalidPositivePrompt"),
        ({"positivePrompt": None}, "missingPositivePrompt"),
        ({"width": 120}, "invalidWidth"),
        ({"width": 130}, "invalidWidth"),
        ({"height": 2064}, "invalidHeight"),
        ({"width": "128"}, "invalidWidth"),
        ({"width": None}, "missingDimensionParameters"),
        ({"steps": 51}, "invalidSteps"),
        ({"steps": 0}, "invalidSteps"),
        ({"steps": True}, "invalidSteps"),
        ({"CFGScale": 20.1}, "invalidCFGScale"),
        ({"scheduler": "Euler the Second"}, "invalidScheduler"),
        ({"numberResults": 21}, "invalidNumberResults"),
        ({"outputFormat": "GIF"}, "invalidOutputFormat"),
        ({"outputQuality": 100}, "invalidOutputQuality"),
        ({"ttl": 59}, "invalidTtl"),
        ({"ttl": 60, "outputType": "dataURI"}, "incompatibleParameters"),
        ({"strength": 0.5}, "missingSeedImage"),
        ({"inputs": {"maskImage": IMAGE}}, "missingSeedImage"),
        ({"inputs": {"seedImage": IMAGE}, "maskMargin": 64}, "missingMaskImage"),
        ({"inputs": {"seedImage": IMAGE, "maskImage": IMAGE}, "maskMargin": 31}, "invalidMaskMargin"),
        ({"inputs": {"seedImage": IMAGE}, "outpaint": {"left": 0}}, "invalidOutpaint"),
        ({"outpaint": {"left": 16}}, "invalidOutpaint"),
        ({"inputs": {"seedImage": IMAGE}, "outpaint": {"left": 16}}, "invalidParameter"),
        ({"inputs": {"seedImage": "/etc/passwd"}}, "invalidParameter"),
        ({"controlNet": [{**CONTROL, "weight": 5}]}, "invalidWeight"),
        ({"controlNet": [{"model": CONTROL["model"]}]}, "missingGuideImage"),
        ({"controlNet": [{**CONTROL, "startStep": 0, "startStepPercentage": 0}]}, "incompatibleParameters"),
        (
            {"controlNet": [{**CONTROL, "startStepPercentage": 80, "endStepPercentage": 70}]},
            "invalidStartStepPercentage",
        ),
        ({"controlNet": [{**CONTROL, "endStep": 9}]}, "invalidEndStep"),
        ({"lora": [{"weight": 1}]}, "missingModel"),
        ({"acceleratorOptions": {"teaCache": True, "fbCache": True}}, "incompatibleParameters"),
        ({"acceleratorOptions": {"teaCacheDistance": 0.5}}, "invalidTeaCacheDistance"),
        ({"acceleratorOptions": {"cacheMaxConsecutiveSteps": 6}}, "invalidCacheMaxConsecutiveSteps"),
        ({"safety": {"mode": "slow"}}, "invalidMode"),
    ],
)
def test_what_the_page_does_not_allow_is_refused(
    client: httpx.Client, world: World, values: dict[str, Any], wanted: str
) -> None:
    answer = client.post("/v1", json=[task(**values)])
    assert code(answer) == wanted
    assert world.account.bills == []


def test_a_refusal_carries_the_limits_and_the_task(client: httpx.Client) -> None:
    sent = task(width=4096)
    (error,) = client.post("/v1", json=[sent]).json()["errors"]
    assert (error["min"], error["max"], error["multiplier"], error["type"]) == (128, 2048, 16, "integer")
    assert (error["parameter"], error["taskUUID"], error["taskType"]) == ("width", sent["taskUUID"], "imageInference")


def test_a_uuid_is_taken_once(client: httpx.Client, world: World) -> None:
    sent = task()
    assert client.post("/v1", json=[sent]).is_success
    assert code(client.post("/v1", json=[sent])) == "conflictTaskUUID"
    assert len(world.account.bills) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b'"x"', b"[1]", b"\xff"])
def test_what_is_no_array_of_objects_is_refused(client: httpx.Client, body: bytes) -> None:
    assert client.post("/v1", content=body).status_code == 400


def test_a_key_is_taken_in_the_header_or_as_the_first_task(client: httpx.Client) -> None:
    login = {"taskType": "authentication", "apiKey": KEY}
    assert client.post("/v1", json=[login, task()], headers={"Authorization": ""}).is_success
    refused = client.post("/v1", json=[task()], headers={"Authorization": "Bearer wrong"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (401, "invalidApiKey")


def test_tasks_of_one_call_fail_by_themselves(client: httpx.Client) -> None:
    answer = client.post("/v1", json=[task(), task(width=1)])
    assert answer.status_code == 200
    assert (len(answer.json()["data"]), len(answer.json()["errors"])) == (1, 1)


def test_a_dry_run_names_the_price_and_bills_nothing(client: httpx.Client, world: World) -> None:
    answer = client.post("/v1", json=[task(width=1024, height=1024)], headers={"X-Runware-Dry-Run": "1"})
    assert answer.json()["data"][0]["cost"] == 0.0026
    assert world.account.bills == []


def test_an_empty_account_is_told_so(client: httpx.Client, world: World) -> None:
    world.account.empty()
    answer = client.post("/v1", json=[task()])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (402, "insufficientCredits")


def test_the_safety_check_flags_and_is_silent_where_it_was_not_asked(client: httpx.Client) -> None:
    checked = {"checkContent": True, "mode": "fast"}
    sent = [task(positivePrompt="nsfw fox", safety=checked), task(safety=checked), task(positivePrompt="nsfw fox")]
    data = client.post("/v1", json=sent).json()["data"]
    assert [item.get("NSFWContent") for item in data] == [True, False, None]


@pytest.mark.parametrize(("kind", "name"), [("imageUpload", "image"), ("mediaStorage", "media")])
def test_an_upload_can_be_named_by_its_uuid(client: httpx.Client, kind: str, name: str) -> None:
    upload = {"taskType": kind, "taskUUID": str(uuid.uuid4()), name: IMAGE}
    if kind == "mediaStorage":
        upload["operation"] = "upload"
    (item,) = client.post("/v1", json=[upload]).json()["data"]
    named = item.get("mediaUUID") or item["imageUUID"]
    assert client.post("/v1", json=[task(inputs={"seedImage": named})]).is_success


def test_an_upload_that_was_deleted_can_be_named_no_more(client: httpx.Client) -> None:
    storage = {"taskType": "mediaStorage", "taskUUID": str(uuid.uuid4())}
    (item,) = client.post("/v1", json=[{**storage, "operation": "upload", "media": IMAGE}]).json()["data"]
    gone = {**storage, "operation": "delete", "mediaUUID": item["mediaUUID"]}
    assert client.post("/v1", json=[gone]).is_success
    refused = client.post("/v1", json=[task(inputs={"seedImage": item["mediaUUID"]})])
    assert refused.json()["errors"][0]["code"] == "invalidParameter"


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"taskType": "mediaStorage", "operation": "upload"}, "missingMedia"),
        ({"taskType": "mediaStorage", "operation": "delete"}, "missingMediaUUID"),
        (
            {
                "taskType": "controlNetPreprocess",
                "model": "runware:controlnet-preprocess@canny",
                "inputs": {"image": IMAGE},
                "settings": {"lowThresholdCanny": 200, "highThresholdCanny": 100},
            },
            "incompatibleParameters",
        ),
    ],
)
def test_what_other_tasks_lack_is_refused(client: httpx.Client, values: dict[str, Any], wanted: str) -> None:
    answer = client.post("/v1", json=[{"taskUUID": str(uuid.uuid4()), **values}])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, wanted)


def test_a_control_picture_is_billed_once_and_in_the_archive(client: httpx.Client, world: World) -> None:
    model = "runware:controlnet-preprocess@depth"
    order = {"taskType": "controlNetPreprocess", "taskUUID": str(uuid.uuid4()), "model": model, "includeCost": True}
    order["inputs"] = {"image": IMAGE}
    (item,) = client.post("/v1", json=[order]).json()["data"]
    assert client.post("/v1", json=[order]).json()["errors"][0]["code"] == "conflictTaskUUID"
    question = {"taskType": "getTaskDetails", "taskUUID": order["taskUUID"]}
    (kept,) = client.post("/v1", json=[question]).json()["data"]
    assert kept["response"]["data"] == [item]
    assert [float(bill) for bill in world.account.bills] == [item["cost"]]


def test_every_control_and_window_can_be_drawn(client: httpx.Client) -> None:
    entries = [{**CONTROL, "startStep": 1, "endStep": 6}, {**CONTROL, "weight": -2, "endStepPercentage": 50}]
    assert client.post("/v1", json=[task(controlNet=entries)]).is_success


def test_results_of_an_asynchronous_task_come_when_asked_for(client: httpx.Client) -> None:
    sent = task(deliveryMethod="async", numberResults=2, seed=5)
    (ack,) = client.post("/v1", json=[sent]).json()["data"]
    assert ack == {"taskType": "imageInference", "taskUUID": sent["taskUUID"]}
    question = [{"taskType": "getResponse", "taskUUID": sent["taskUUID"]}]
    while True:
        items = client.post("/v1", json=question).json()["data"]
        assert len(items) == 2
        assert all(item["imageUUID"] for item in items)
        if all(item["status"] == "success" for item in items):
            break
    assert [item["seed"] for item in items] == [5, 6]


def test_a_synchronous_task_is_in_the_archive_and_not_among_the_responses(client: httpx.Client) -> None:
    sent = task()
    client.post("/v1", json=[sent])
    response = client.post("/v1", json=[{"taskType": "getResponse", "taskUUID": sent["taskUUID"]}])
    archive = client.post("/v1", json=[{"taskType": "getTaskDetails", "taskUUID": sent["taskUUID"]}])
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "taskNotFound")
    assert archive.json()["data"][0]["response"]["data"][0]["imageURL"]


def test_a_last_result_may_fail_alone(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault(kind="partial"))
    body = client.post("/v1", json=[task(numberResults=3)]).json()
    assert (len(body["data"]), body["errors"][0]["code"]) == (2, "inferenceError")


def test_the_account_shows_its_balance(client: httpx.Client) -> None:
    question = {"taskType": "accountManagement", "taskUUID": str(uuid.uuid4()), "operation": "getDetails"}
    assert client.post("/v1", json=[question]).json()["data"][0]["balance"]["amount"] == 10
