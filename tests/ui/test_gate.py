"""The gate before the real page: what strangers try, over HTTP."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.serving import Site


@pytest.fixture
def ann(site: Site) -> Any:
    with httpx.Client(base_url=site.address) as browser:
        browser.get("/")
        yield browser


@pytest.fixture
def bob(site: Site) -> Any:
    with httpx.Client(base_url=site.address) as browser:
        browser.get("/")
        yield browser


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(buffer, "PNG")
    return buffer.getvalue()


def uploaded(browser: httpx.Client) -> str:
    (path,) = browser.post("/gradio_api/upload", files={"files": ("holiday.png", picture())}).json()
    return str(path)


def test_an_upload_is_seen_by_its_visitor_alone(ann: httpx.Client, bob: httpx.Client) -> None:
    path = uploaded(ann)
    assert ann.get(f"/gradio_api/file={path}").content == picture()
    assert bob.get(f"/gradio_api/file={path}").status_code == 404
    assert httpx.get(f"{bob.base_url}gradio_api/file={path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://example.com/",
        "/gradio_api/proxy=https://example.com/",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../../../etc/passwd",
        "/gradio_api/file=app.py",
        "/gradio_api/file=.env",
        "/monitoring/summary",
        "/svelte/../../app.py",
    ],
)
def test_guessed_paths_and_open_proxies_give_nothing(ann: httpx.Client, path: str) -> None:
    answer = ann.get(path)
    assert answer.status_code in (403, 404)
    assert "root:" not in answer.text


def test_the_playgrounds_own_record_is_never_served(site: Site, ann: httpx.Client) -> None:
    for file in ("playground.db", "addresses.key"):
        assert ann.get(f"/gradio_api/file={site.playground.settings.data / file}").status_code in (403, 404)


def test_another_site_gets_no_answer_in_a_visitors_name(site: Site, ann: httpx.Client) -> None:
    path = uploaded(ann)
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    assert ann.get(f"/gradio_api/file={path}", headers=evil).status_code == 404


def test_headers_cannot_be_smuggled_in_with_a_path_or_a_name(ann: httpx.Client) -> None:
    answer = ann.get("/gradio_api/file=a%0d%0aset-cookie:%20x=y")
    assert "x=y" not in str(answer.headers)
    files = {"files": ('a"\r\nx-evil: 1.png', picture())}
    assert "x-evil" not in ann.post("/gradio_api/upload", files=files).headers


def test_a_redirect_to_another_site_is_never_given(ann: httpx.Client) -> None:
    for path in ("//evil.example", "/login?next=https://evil.example", "/?__theme=dark&_target_url=//evil.example"):
        answer = ann.get(path)
        assert "evil.example" not in answer.headers.get("location", "")


def test_an_enormous_body_is_refused(ann: httpx.Client) -> None:
    body = b'{"data": ["' + b"x" * (9 * 2**20) + b'"]}'
    answer = ann.post("/gradio_api/queue/join", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
