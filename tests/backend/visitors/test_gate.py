import dataclasses
import errno
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from backend.playground import Playground
from backend.visitors import routes
from backend.visitors.gate import EVENTS, MOST_EVENT_BYTES, MOST_UPLOAD_BYTES, Gate
from backend.visitors.identity import COOKIE, is_token, visitor_id
from backend.visitors.rates import Rates
from tests.backend.strangers import shared

HOME = "http://127.0.0.1:7860"
PUBLIC = "https://abc.gradio.live"


async def page(request: Request) -> Response:
    """Stands in for Gradio: tells what came through, and answers an upload with paths, as Gradio does."""
    body = await request.body()
    if request.url.path.endswith("/upload"):
        return JSONResponse(json.loads(body))
    cookies = dict(request.cookies)
    return JSONResponse({"cookies": cookies, "path": request.url.path, "size": len(body)})


def client(playground: Playground, base_url: str = HOME) -> TestClient:
    app = Starlette(
        routes=[Route("/{path:path}", page, methods=["GET", "POST"])],
        middleware=[Middleware(Gate, playground=playground)],
    )
    return TestClient(app, base_url=base_url)


def visitor(playground: Playground) -> TestClient:
    """Return a browser that has opened the page, and so has its cookie."""
    browser = client(playground)
    browser.get("/")
    return browser


def test_the_first_request_gets_a_cookie_that_the_page_sees_at_once(playground: Playground) -> None:
    browser = client(playground)
    first = browser.get("/")
    token = first.json()["cookies"][COOKIE]
    assert is_token(token)
    assert "HttpOnly" in first.headers["set-cookie"]
    second = browser.get("/")
    assert second.json()["cookies"][COOKIE] == token
    assert "set-cookie" not in second.headers


@pytest.mark.parametrize("forged", ["admin", "0" * 31, "", "0" * 33, 'a"; Path=/evil', "é"])
def test_a_cookie_that_is_no_token_is_replaced(playground: Playground, forged: str) -> None:
    answer = client(playground).get("/", headers={"cookie": f"{COOKIE}={forged}; theme=dark".encode()})
    assert is_token(answer.json()["cookies"][COOKIE])
    assert "set-cookie" in answer.headers


def test_two_cookies_of_our_name_never_reach_the_page(playground: Playground) -> None:
    mine = "a" * 32
    answer = client(playground).get("/", headers={"cookie": f"{COOKIE}=x; a=1; {COOKIE}={mine}; b=2"})
    assert answer.json()["cookies"] == {"a": "1", "b": "2", COOKIE: mine}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://abc.gradio.live.evil.example"},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    ],
)
def test_another_sites_page_asks_as_a_stranger_and_never_with_a_visitors_cookies(
    playground: Playground, headers: dict[str, str]
) -> None:
    browser = client(shared(playground), PUBLIC)
    mine = browser.get("/").json()["cookies"][COOKIE]
    browser.cookies.set("access-token-1", "a login")
    answer = browser.post("/gradio_api/call/text_to_image", headers=headers)
    assert set(answer.json()["cookies"]) == {COOKIE}
    assert answer.json()["cookies"][COOKIE] != mine
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": PUBLIC},
        {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {},
    ],
)
def test_our_own_page_and_programs_ask_as_themselves(playground: Playground, headers: dict[str, str]) -> None:
    browser = client(shared(playground), PUBLIC)
    mine = browser.get("/").json()["cookies"][COOKIE]
    assert browser.post("/gradio_api/queue/join", headers=headers).json()["cookies"][COOKIE] == mine


def test_a_link_from_elsewhere_opens_as_oneself(playground: Playground) -> None:
    browser = client(shared(playground), PUBLIC)
    mine = browser.get("/").json()["cookies"][COOKIE]
    followed = browser.get("/?room=x", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert followed.json()["cookies"][COOKIE] == mine


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


def test_an_upload_is_served_to_who_brought_it_and_to_nobody_else(playground: Playground, tmp_path: Path) -> None:
    ann, bob = visitor(playground), visitor(playground)
    path = tmp_path / "hash" / "holiday photo.png"
    path.parent.mkdir()
    path.write_bytes(b"png")
    assert ann.post("/gradio_api/upload", json=[str(path)]).json() == [str(path)]
    assert ann.get(f"/gradio_api/file={path}").status_code == 200
    ways = [f"{path}", f"{tmp_path}/./hash/../hash/{path.name}", f"/{path}", f"{path}/."]
    (tmp_path / "alias").symlink_to(path.parent)
    for way in [*ways, f"{tmp_path}/alias/{path.name}"]:
        assert bob.get(f"/gradio_api/file={way}").status_code == 404
        assert bob.get(f"/gradio_api/file/{way}").status_code == 404


def test_a_program_without_a_cookie_finds_what_it_uploaded(playground: Playground, tmp_path: Path) -> None:
    client(playground).post("/gradio_api/upload", json=[str(tmp_path / "a.png")])
    assert client(playground).get(f"/gradio_api/file={tmp_path}/a.png").status_code == 200
    assert playground.holders.served(str(tmp_path / "a.png"), "anybody") == "nobody's"


def test_the_same_upload_by_two_visitors_is_served_to_both(playground: Playground, tmp_path: Path) -> None:
    ann, bob = visitor(playground), visitor(playground)
    for browser in (ann, bob):
        browser.post("/gradio_api/upload", json=[str(tmp_path / "a.png")])
    assert ann.get(f"/gradio_api/file={tmp_path}/a.png").status_code == 200
    assert bob.get(f"/gradio_api/file={tmp_path}/a.png").status_code == 200


def test_a_visitor_is_known_by_a_hash_of_the_cookie(playground: Playground, tmp_path: Path) -> None:
    browser = visitor(playground)
    browser.post("/gradio_api/upload", json=[str(tmp_path / "a.png")])
    token = browser.cookies[COOKIE]
    assert playground.holders.served(str(tmp_path / "a.png"), visitor_id(token)) == "yours"
    assert token.encode() not in (playground.settings.data / "playground.db").read_bytes()


@pytest.mark.parametrize("body", ["not json", '{"a": 1}', "[1, null]", ""])
def test_an_upload_that_gradio_refuses_is_passed_on_as_it_is(playground: Playground, body: str) -> None:
    answer = client(playground).post("/gradio_api/upload", content=json.dumps(body))
    assert answer.json() == body


def test_what_is_too_large_is_refused_before_it_is_read(playground: Playground) -> None:
    browser = client(playground)
    for path, most in (("/gradio_api/queue/join", MOST_EVENT_BYTES), ("/gradio_api/upload", MOST_UPLOAD_BYTES)):
        answer = browser.post(path, headers={"content-length": str(most + 1)})
        assert answer.status_code == 413
        assert f"the most is {most // 2**20} MB" in answer.json()["detail"]
    for nonsense in ("-1", "1e9", "9" * 5000, "²"):
        answer = browser.post("/gradio_api/queue/join", headers={"content-length": nonsense.encode()})
        assert answer.status_code == 413


def test_a_body_that_hides_its_length_is_counted_as_it_comes(playground: Playground) -> None:
    def endless() -> Any:
        for _ in range(MOST_EVENT_BYTES // 2**20 + 1):
            yield b"x" * 2**20

    assert client(playground).post("/gradio_api/queue/join", content=endless()).status_code == 413


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


def test_a_space_may_stand_in_hugging_faces_frame_and_nobody_elses(playground: Playground) -> None:
    space = shared(playground, space_id="ann/playground")
    answer = client(space, "https://ann-playground.hf.space").get("/")
    assert "frame-ancestors 'self' https://huggingface.co" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert "SameSite=None; Secure; Partitioned" in answer.headers["set-cookie"]


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


def test_an_upload_for_which_the_disk_has_no_room_says_so(playground: Playground) -> None:
    async def full(scope: Any, receive: Any, send: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    answer = TestClient(Gate(full, playground), base_url=HOME).post("/gradio_api/upload", content=b"x")
    assert answer.status_code == 507
    assert "no room" in answer.json()["detail"]
