"""The gate before the real page: what strangers try, over HTTP."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

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


def with_settings() -> bytes:
    buffer, words = io.BytesIO(), PngInfo()
    words.add_text("parameters", "a secret garden\nSteps: 8, Sampler: Euler, CFG scale: 1, Seed: 7, Size: 64x48")
    Image.new("RGB", (64, 48), "red").save(buffer, "PNG", pnginfo=words)
    return buffer.getvalue()


def told(browser: httpx.Client, endpoint: str, *data: Any) -> str:
    """Call an endpoint and return the events that come back, as text."""
    begun = browser.post(f"/gradio_api/call/{endpoint}", json={"data": data}).json()
    return browser.get(f"/gradio_api/call/{endpoint}/{begun['event_id']}", timeout=60).text


def test_settings_are_read_out_of_no_file_of_another_visitors(ann: httpx.Client, bob: httpx.Client) -> None:
    (path,) = ann.post("/gradio_api/upload", files={"files": ("mine.png", with_settings())}).json()
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    assert "a secret garden" in told(ann, "read_metadata", file)
    assert "a secret garden" not in told(bob, "read_metadata", file)


def test_an_event_is_followed_and_ended_by_its_visitor_alone(ann: httpx.Client, bob: httpx.Client) -> None:
    begun = ann.post("/gradio_api/call/v2/text_to_image", json={"prompt": "a red fox"}).json()["event_id"]
    end = {"session_hash": "bobs-page", "fn_index": 0, "event_id": begun}
    assert bob.post("/gradio_api/cancel", json=end).status_code == 404
    assert bob.get(f"/gradio_api/call/text_to_image/{begun}").status_code == 404
    assert "complete" in ann.get(f"/gradio_api/call/text_to_image/{begun}", timeout=60).text
