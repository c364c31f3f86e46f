"""What the gate shuts, lets through, and says."""

import dataclasses
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.gate import event_ids, routes
from backend.gate.gate import EVENTS, Gate
from backend.playground import Playground
from backend.visitors.identity import COOKIE, visitor_id
from backend.visitors.rates import Rates
from tests.backend.gate.gated import HOME, PUBLIC, client, visitor
from tests.backend.strangers import shared


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.0.2:7860", ""])
def test_on_loopback_a_name_that_somebody_pointed_at_us_is_refused(playground: Playground, host: str) -> None:
    answer = client(playground).get("/", headers={"host": host})
    assert answer.status_code == 403
    assert "--host" in answer.json()["detail"]
    assert client(shared(playground)).get("/", headers={"host": "evil.example"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1", "[::1]:7860", "LOCALHOST"])
def test_on_loopback_its_own_names_are_taken(playground: Playground, host: str) -> None:
    assert client(playground).get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/proxy=https://evil.example/",
        "/gradio_api/file=https://evil.example/a.png",
        "/gradio_api/file=http:/169.254.169.254/",
        "/gradio_api/file=//evil.example/a.png",
        "/gradio_api/file=%68ttps://evil.example/a.png",
        "/gradio_api/file/https://evil.example/a.png",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/run-history/records",
        "/monitoring/summary",
        "/monitoring",
        "/gradio_api/vibe-edit/",
        "/gradio_api/stream/x",
        "/gradio_api/profiling/traces",
        "/gradio_api/process_recording",
        "/gradio_api/file=/tmp/a%00.png",
        "//gradio_api//runs",
    ],
)
def test_what_nobody_needs_is_shut(playground: Playground, path: str) -> None:
    assert client(playground).get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?monitoring=1",
        "/config",
        "/theme.css",
        "/assets/index.js",
        "/gradio_api/run/predict",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/gradio_api/heartbeat/x",
        "/gradio_api/component_server",
        "/gradio_api/file=/a/b.png",
    ],
)
def test_what_the_page_needs_is_open(playground: Playground, path: str) -> None:
    assert client(playground).get(path).status_code == 200


def test_a_flood_of_events_is_refused_with_the_time_to_wait(playground: Playground) -> None:
    house = dataclasses.replace(shared(playground), rates=Rates(clock=lambda: 0.0))
    browser = client(house, PUBLIC)
    browser.get("/")
    house.rates.take("events", EVENTS[0], visitor_id(browser.cookies[COOKIE]), amount=EVENTS[0].most - 1)
    assert browser.post("/gradio_api/queue/join").status_code == 200
    answer = browser.post("/gradio_api/queue/join")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "try again in" in answer.json()["detail"]
    assert browser.get("/").status_code == 200
    assert client(house, PUBLIC).post("/gradio_api/queue/join").status_code == 200


def test_every_answer_carries_the_headers_that_protect_the_visitor(playground: Playground) -> None:
    browser = client(playground)
    for path in ("/", "/gradio_api/file=/a.png", "/gradio_api/runs"):
        headers = browser.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
    files = browser.get("/gradio_api/file=/a.png").headers
    assert "sandbox" in files["content-security-policy"]
    assert files["cache-control"].startswith("private")


def test_paths_are_read_as_gradio_reads_them() -> None:
    assert routes.file_path("/gradio_api/file=/tmp/x/../y.png") == "/tmp/y.png"
    assert routes.file_path("/gradio_api/filed") is None
    assert routes.is_upload("/gradio_api/upload/")
    assert not routes.is_upload("/gradio_api/upload_progress")
    assert routes.is_event("/gradio_api/call/text_to_image")
    assert not routes.is_event("/config")


def test_a_replayed_session_opens_nothing(playground: Playground) -> None:
    app = client(playground).app
    ann, bob = (TestClient(app, base_url=HOME) for _ in range(2))
    for browser in (ann, bob):
        browser.get("/")
    event = {"data": [], "fn_index": 3, "session_hash": "anns-page"}
    assert ann.post("/gradio_api/queue/join", json=event).json()["size"] > 0
    assert ann.get("/gradio_api/queue/data?session_hash=anns-page").status_code == 200
    script = TestClient(app, base_url=HOME)
    for other in (bob, script):
        assert other.post("/gradio_api/queue/join", json=event).status_code == 404
        assert other.get("/gradio_api/queue/data?session_hash=anns-page").status_code == 404
        assert other.get("/gradio_api/heartbeat/anns-page").status_code == 404
        assert other.post("/gradio_api/cancel", json={**event, "event_id": "x"}).status_code == 404
        other.cookies.clear()
    assert ann.get("/gradio_api/heartbeat/anns-page").status_code == 200


def test_a_scripts_session_is_its_own_over_many_requests(playground: Playground) -> None:
    app = client(playground).app
    event = {"data": [], "fn_index": 3, "session_hash": "a-scripts"}
    for _ in range(3):
        script = TestClient(app, base_url=HOME)
        assert script.post("/gradio_api/queue/join", json=event).status_code == 200
        script.cookies.clear()
        assert script.get("/gradio_api/queue/data?session_hash=a-scripts").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[1]", b"not json", b'{"session_hash": 5}', b"[" * 100_000, b"\xff"])
def test_a_body_that_names_no_session_is_gradios_to_judge(playground: Playground, body: bytes) -> None:
    answer = client(playground).post("/gradio_api/queue/join", content=body)
    assert answer.json()["size"] == len(body)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            TypeError("No value provided for required argument: image"),
            "required argument: image. /gradio_api/info lists",
        ),
        (
            TypeError("Parameter `glow` is not a valid key-word argument. Please click on 'view API'"),
            "Parameter `glow` is",
        ),
        (TypeError("secret inside"), "couldn't be read"),
        (KeyError("/no_such_endpoint"), "couldn't be read"),
    ],
)
def test_an_event_that_gradio_breaks_down_on_is_the_senders_fault(
    playground: Playground, error: Exception, said: str
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise error

    answer = TestClient(Gate(broken, playground), base_url=HOME).post("/gradio_api/call/v2/inpaint", json={})
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert "secret" not in answer.text


def an_event(browser: TestClient, session: str = "a-page") -> str:
    """Set an event going and return its id."""
    body = {"data": [], "fn_index": 3, "session_hash": session, "answer": {"event_id": f"event of {session}"}}
    return str(browser.post("/gradio_api/queue/join", json=body).json()["event_id"])


def asks_for(browser: TestClient, event: str, session: str) -> list[int]:
    """Return the answers to ending an event and to following it."""
    body = {"session_hash": session, "fn_index": 3, "event_id": event}
    asked = [browser.post(f"/gradio_api/cancel{end}", json=body).status_code for end in ("", "/")]
    return [*asked, browser.get(f"/gradio_api/call/text_to_image/{event}").status_code]


def test_an_event_is_ended_and_followed_by_its_visitor_alone(playground: Playground) -> None:
    app = client(playground).app
    ann, bob, script = (TestClient(app, base_url=HOME) for _ in range(3))
    for browser in (ann, bob):
        browser.get("/")
    event = an_event(ann, "anns-page")
    assert asks_for(bob, event, "bobs-page") == [404, 404, 404]
    assert asks_for(script, event, "a-script") == [404, 404, 404]
    assert asks_for(ann, event, "anns-page") == [200, 200, 200]
    assert asks_for(ann, "one that never was", "anns-page") == [404, 404, 404]


def test_a_script_without_a_cookie_follows_and_ends_its_event_over_many_requests(playground: Playground) -> None:
    script = client(playground)
    event = an_event(script, "a-script")
    script.cookies.clear()
    assert asks_for(script, event, "a-script") == [200, 200, 200]


def test_a_cancel_that_names_no_event_is_gradios_to_judge(playground: Playground) -> None:
    assert visitor(playground).post("/gradio_api/cancel", json={"session_hash": "a-page"}).status_code == 200


def test_events_that_are_remembered_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_ids, "MOST_EVENTS", 2)
    events = event_ids.EventIds()
    for name in ("a", "b", "c"):
        events.note(name, "ann")
    assert [events.admits(name, "ann") for name in ("a", "b", "c")] == [False, True, True]


PROGRAMS = ["/v1/images/generations", "/v1/models", "/sdapi/v1/txt2img", "/controlnet/model_list", "/queue/status"]
SHAPES = {"v1": {"error"}, "sdapi": {"error", "detail", "body", "errors"}}


@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize("evil", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_sites_page_reaches_no_programs_api(
    playground: Playground, path: str, evil: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for house in (playground, shared(playground)):
        answer = client(house).post(path, headers=evil)
        assert answer.status_code == 403
        assert set(answer.json()) == SHAPES[routes.program_form(path) or ""]
        assert answer.headers["x-should-retry"] == "false"
        assert f"Request {answer.headers['x-request-id']} was refused: Pages of other sites" in caplog.text
        assert client(house).post(path).status_code == 200


def test_a_signed_address_is_open_to_any_sites_page(playground: Playground) -> None:
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert client(playground).get("/v1/images/files/abc.png", headers=evil).status_code == 200


@pytest.mark.parametrize(("path", "most"), [("/v1/images/generations", 8), ("/v1/images/edits", 128)])
def test_what_a_program_may_send_ends_somewhere(playground: Playground, path: str, most: int) -> None:
    answer = client(playground).post(path, headers={"content-length": str(most * 2**20 + 1)}, content=b"x")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (413, "too_large", "body")
    assert f"{most} MB" in error["message"]
    assert client(playground).post(path, content=b"x" * 2**20).status_code == 200


def test_a_flood_of_a_programs_orders_is_refused_in_its_form(playground: Playground) -> None:
    house = dataclasses.replace(shared(playground), rates=Rates(clock=lambda: 0.0))
    program = client(house, PUBLIC)
    mark = house.callers.addresses.mark("testclient", None)
    assert mark is None, "the test's client has no address: its cookie counts"
    program.get("/")
    house.rates.take("events", EVENTS[0], visitor_id(program.cookies[COOKIE]), amount=EVENTS[0].most)
    answer = program.post("/v1/images/generations")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert answer.headers["x-should-retry"] == "true"
    assert int(answer.headers["retry-after"]) >= 1
    assert program.post("/sdapi/v1/txt2img").json()["error"] == "rate_limit_exceeded"
