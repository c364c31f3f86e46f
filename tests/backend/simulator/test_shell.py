"""The simulator's house, tried with a protocol of one route on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.simulator.faults import MEDIA, SHARED, Fault, Habits
from backend.simulator.modelrunner.job import FATES
from backend.simulator.openai.desk import FAULTS as OF_OPENAI
from backend.simulator.runware.desk import FAULTS
from backend.simulator.server import running
from backend.simulator.world import World


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    echo = {"echo": "tests.backend.simulator.echo:routes"}
    with running(world, protocols=echo) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_a_protocol_answers_and_what_arrived_is_kept(client: httpx.Client, world: World) -> None:
    assert client.post("/echo", json="hello").json() == {"said": "hello", "fault": None}
    assert world.count("echo.say") == 1
    assert client.get("/simulator/arrivals").json() == [{"operation": "echo.say", "body": "hello"}]


def test_a_refusal_is_in_the_protocols_words_and_happens_as_often_as_asked(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault(kind="status", status=429, retry_after=3, times=2))
    answers = [client.post("/echo", json=1) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert answers[0].json() == {"error": "refused"}
    assert world.count("echo.say") == 1


@pytest.mark.parametrize(("kind", "done"), [("drop", 0), ("drop_after", 1), ("hang", 0)])
def test_a_connection_can_be_cut_before_or_after_the_work(
    client: httpx.Client, world: World, kind: str, done: int
) -> None:
    world.faults.add(Fault(kind=kind))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post("/echo", json=1)
    assert world.count("echo.say") == done
    assert client.post("/echo", json=2).json()["said"] == 2


def test_garbage_is_no_json(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault(kind="garbage"))
    assert client.post("/echo", json=1).headers["content-type"].startswith("text/html")


def test_a_fault_of_the_protocols_own_reaches_it(client: httpx.Client) -> None:
    client.post("/simulator/faults", json={"kind": "partial", "operation": "echo.say"}).raise_for_status()
    assert client.post("/echo", json=1).json()["fault"] == "partial"


def test_a_fault_waits_for_its_operation(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault(kind="drop", operation="other.call"))
    assert client.post("/echo", json=1).is_success


def test_faults_can_be_taken_back_and_wrong_ones_are_refused(client: httpx.Client) -> None:
    assert client.post("/simulator/faults", json={"kind": "drop"}).is_success
    assert client.delete("/simulator/faults").is_success
    assert client.post("/echo", json=1).is_success
    assert client.post("/simulator/faults", json={"sort": "drop"}).status_code == 422
    assert "drop_after" in client.get("/simulator/faults").json()


def test_media_are_served_by_name(client: httpx.Client, world: World) -> None:
    name = world.media.put(b"bytes", "image/png")
    answer = client.get(f"/media/{name}")
    assert (answer.content, answer.headers["content-type"]) == (b"bytes", "image/png")
    assert client.get("/media/unknown").status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("html_image", 200), ("gone", 404)])
def test_media_can_be_another_thing_than_an_image(client: httpx.Client, world: World, kind: str, status: int) -> None:
    name = world.media.put(b"bytes", "image/png")
    world.faults.add(Fault(kind=kind, operation="media"))
    answer = client.get(f"/media/{name}")
    assert (answer.status_code, answer.content == b"bytes") == (status, False)


@pytest.mark.parametrize(("kind", "wanted"), [("cut", httpx.RemoteProtocolError), ("drop", httpx.HTTPError)])
def test_a_file_can_break_off(client: httpx.Client, world: World, kind: str, wanted: type[Exception]) -> None:
    name = world.media.put(bytes(200_000), "image/png")
    world.faults.add(Fault(kind=kind, operation="media"))
    with pytest.raises(wanted):
        client.get(f"/media/{name}")
    assert client.get(f"/media/{name}").content == bytes(200_000)


def test_half_of_a_cut_file_arrives(client: httpx.Client, world: World) -> None:
    name, came = world.media.put(bytes(200_000), "image/png"), []
    world.faults.add(Fault(kind="cut", operation="media"))
    with client.stream("GET", f"/media/{name}") as answer, pytest.raises(httpx.RemoteProtocolError):
        _read(answer, came)
    assert (answer.headers["content-length"], sum(came)) == ("200000", 100_000)


def _read(answer: httpx.Response, sizes: list[int]) -> None:
    for chunk in answer.iter_bytes():
        sizes.append(len(chunk))  # noqa: PERF401 - what came before the end of the line is wanted


def test_a_habit_is_kept_until_another_is_told_and_wrong_ones_are_refused(client: httpx.Client, world: World) -> None:
    told = client.post("/simulator/habits", json={"job_seconds": 2, "bill_factor": "1.5"}).json()
    kept = {"job_seconds": 2.0, "bill_factor": "1.5", "edits": True, "lying_seeds": False}
    assert told == client.get("/simulator/habits").json() == kept
    for wrong in ({"bill_factor": 0}, {"job_seconds": -1}, {"patience": 3}):
        assert client.post("/simulator/habits", json=wrong).status_code == 422
    assert world.habits == Habits(job_seconds=2, bill_factor="1.5")


def test_every_fault_and_habit_is_on_its_page_of_the_docs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert [
        kind for kind in (*SHARED, *MEDIA, *FAULTS, *FATES, *OF_OPENAI, *Habits.model_fields) if f"`{kind}`" not in page
    ] == []
