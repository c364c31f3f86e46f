"""The WebSocket of the simulated Runware, without a network."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from backend.simulator.faults import Fault
from backend.simulator.shell import build
from backend.simulator.world import KEY, World

UUID = "f340734a-e1b5-4720-8a2f-108418dc9b14"
TASK: dict[str, Any] = {
    "taskType": "imageInference",
    "taskUUID": UUID,
    "model": "runware:z-image@turbo",
    "positivePrompt": "a fox",
    "width": 128,
    "height": 128,
    "steps": 4,
    "seed": 7,
}


@pytest.fixture
def socket(world: World) -> Iterator[WebSocketTestSession]:
    with TestClient(build(world)).websocket_connect("/v1") as socket:
        yield socket


def say(socket: WebSocketTestSession, *tasks: dict[str, Any]) -> Any:
    socket.send_json(list(tasks))
    return socket.receive_json()


def known(socket: WebSocketTestSession) -> None:
    assert "data" in say(socket, {"taskType": "authentication", "apiKey": KEY})


def test_a_known_key_opens_a_session_and_an_old_one_is_resumed(socket: WebSocketTestSession) -> None:
    (opened,) = say(socket, {"taskType": "authentication", "apiKey": KEY})["data"]
    again = {"taskType": "authentication", "apiKey": KEY, "connectionSessionUUID": "an-old-one"}
    assert opened["connectionSessionUUID"]
    assert say(socket, again)["data"][0]["connectionSessionUUID"] == "an-old-one"


def test_what_was_made_while_the_line_was_cut_is_said_when_the_session_is_resumed(world: World) -> None:
    client = TestClient(build(world))
    hello = {"taskType": "authentication", "apiKey": KEY, "connectionSessionUUID": "a-session"}
    world.faults.add(Fault(kind="drop_after", operation="runware.imageInference"))
    with client.websocket_connect("/v1") as first:
        say(first, hello)
        with pytest.raises(WebSocketDisconnect):
            say(first, TASK)
    with client.websocket_connect("/v1") as second:
        say(second, hello)
        (item,) = second.receive_json()["data"]
    assert (item["taskUUID"], item["seed"], len(world.account.bills)) == (UUID, 7, 1)


def test_a_conversation_in_which_nothing_is_said_is_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.simulator.runware.socket.IDLE_SECONDS", 0.05)
    with TestClient(build(world)).websocket_connect("/v1") as socket, pytest.raises(WebSocketDisconnect):
        socket.receive_json()


def test_an_unknown_key_is_refused_and_the_socket_stays_open(socket: WebSocketTestSession) -> None:
    (error,) = say(socket, {"taskType": "authentication", "apiKey": "wrong"})["errors"]
    assert (error["code"], error["taskType"]) == ("invalidApiKey", "authentication")
    assert say(socket, TASK)["errors"][0]["code"] == "invalidApiKey"
    known(socket)


def test_a_ping_is_answered(socket: WebSocketTestSession) -> None:
    assert say(socket, {"taskType": "ping", "ping": True}) == {"data": [{"taskType": "ping", "pong": True}]}


def test_each_result_comes_in_a_frame_of_its_own(socket: WebSocketTestSession) -> None:
    known(socket)
    socket.send_json([{**TASK, "numberResults": 3}])
    frames = [socket.receive_json()["data"] for _ in range(3)]
    assert [len(frame) for frame in frames] == [1, 1, 1]
    assert [frame[0]["seed"] for frame in frames] == [7, 8, 9]
    assert {frame[0]["taskUUID"] for frame in frames} == {UUID}


def test_a_refused_task_says_which_it_was(socket: WebSocketTestSession, world: World) -> None:
    known(socket)
    world.faults.add(Fault(kind="status", status=503))
    (error,) = say(socket, TASK)["errors"]
    assert (error["code"], error["taskUUID"]) == ("serviceUnavailable", UUID)


@pytest.mark.parametrize("kind", ["drop", "drop_after"])
def test_a_socket_can_be_dropped(socket: WebSocketTestSession, world: World, kind: str) -> None:
    known(socket)
    world.faults.add(Fault(kind=kind))
    with pytest.raises(WebSocketDisconnect):
        say(socket, TASK)
    assert len(world.account.bills) == (1 if kind == "drop_after" else 0)


def test_what_is_no_array_of_tasks_is_passed_over(socket: WebSocketTestSession) -> None:
    socket.send_text("no json")
    socket.send_text('{"taskType": "ping"}')
    known(socket)
