"""Uploads at the gate: served to who brought them, counted as they come, refused in words."""

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.gate import gate
from backend.gate.gate import MOST_EVENT_BYTES, MOST_UPLOAD_BYTES, Gate
from backend.images.storage.disk import Disk
from backend.playground import Playground
from backend.visitors.identity import COOKIE, visitor_id
from backend.visitors.rates import Rate
from tests.backend.gate.gated import HOME, PUBLIC, client, visitor


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


def test_an_upload_for_which_the_disk_has_no_room_says_so(playground: Playground) -> None:
    async def full(scope: Any, receive: Any, send: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    answer = TestClient(Gate(full, playground), base_url=HOME).post("/gradio_api/upload", content=b"x")
    assert answer.status_code == 507
    assert "no room" in answer.json()["detail"]


def test_a_body_without_a_length_is_counted_like_any_other(
    playground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "UPLOADED_BYTES", (Rate(250_000, seconds=3600), Rate(10**9, seconds=3600)))
    shared = replace(playground, settings=playground.settings.model_copy(update={"share": True}))

    def chunks() -> Any:
        yield b'["' + b"x" * 50_000
        yield b"x" * 50_000 + b'"]'

    for kind in (lambda: b"".join(chunks()), chunks):
        browser = client(shared, PUBLIC)
        browser.get("/")
        codes = [browser.post("/gradio_api/upload", content=kind()).status_code for _ in range(3)]
        assert codes == [200, 200, 429]


def test_an_upload_that_would_pass_the_limit_is_refused_before_it_is_read(
    playground: Playground, tmp_path: Path
) -> None:
    full = replace(playground, disk=Disk(1_000_000, tmp_path / "nothing"))
    body = b'["' + b"x" * 600_000 + b'"]'

    def chunks() -> Any:
        yield body

    answer = client(full).post("/gradio_api/upload", content=body)
    assert answer.status_code == 507
    assert "There is no room for this" in answer.json()["detail"]
    assert client(full).post("/gradio_api/upload", content=chunks()).status_code == 507


def test_pictures_that_come_in_events_count_as_uploads_too(
    playground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "UPLOADED_BYTES", (Rate(1_000_000, seconds=3600), Rate(10**9, seconds=3600)))
    shared = replace(playground, settings=playground.settings.model_copy(update={"share": True}))

    def chunks() -> Any:
        yield from [b"x" * 50_000] * 8

    for large in (lambda: b"x" * 400_000, chunks):
        browser = client(shared, PUBLIC)
        browser.get("/")
        codes = [browser.post("/gradio_api/queue/join", content=large()).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert browser.post("/gradio_api/queue/join", content=b"x" * 1000).status_code == 200
