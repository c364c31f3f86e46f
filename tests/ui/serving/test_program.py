"""The page's program: named by its content, kept by browsers for as long, and the limits that come with it."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from backend.domain.parts import MOST_SIDE
from backend.domain.requests import TABBED
from tests.serving import Site
from ui.layout.limits import limits
from ui.library.from_file import MOST_FILES
from ui.serving.program import Program, ServedProgram
from ui.serving.uploads import MOST_FILE_BYTES

PROGRAM = Program("const answer = 42;\n")


@pytest.fixture
def browser() -> Iterator[TestClient]:
    routes = [Route("/{path:path}", lambda _request: PlainTextResponse("Gradio"))]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(ServedProgram, program=PROGRAM)])) as client:
        yield client


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_browser_keeps_the_program_for_as_long_as_it_is_the_same(browser: TestClient, encoding: str) -> None:
    reply = browser.get(f"/program/{PROGRAM.version}.js", headers={"accept-encoding": encoding})
    assert reply.text == "const answer = 42;\n"
    assert reply.headers["content-type"].startswith("text/javascript")
    assert "immutable" in reply.headers["cache-control"]
    assert "private" in reply.headers["cache-control"]


def test_another_content_has_another_address() -> None:
    assert Program("const answer = 43;\n").version != PROGRAM.version


def test_a_page_of_another_version_gets_todays_program_and_keeps_it_not(browser: TestClient) -> None:
    reply = browser.get("/program/0123456789ab.js")
    assert reply.text == "const answer = 42;\n"
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/program/x.js", "/program/0123456789ab.css", "/program/", "/", "/program/../app.py"])
def test_everything_else_is_passed_on(browser: TestClient, path: str) -> None:
    assert browser.get(path).text == "Gradio"


def test_under_a_proxys_path_the_program_is_found_too(browser: TestClient) -> None:
    assert browser.get(f"/spaces/playground/program/{PROGRAM.version}.js").text == "const answer = 42;\n"


def test_limits_cannot_end_the_element_that_they_stand_in() -> None:
    head = PROGRAM.head({"told": "</script><script>alert(1)"})
    assert head.count("<script") == 2
    assert json.loads(head.partition(">")[2].partition("</script>")[0]) == {"told": "</script><script>alert(1)"}


def test_ranges_are_handed_over_as_python_has_them() -> None:
    told = limits()
    assert told["modes"] == list(TABBED)
    assert told["outpaint"] == {"most": MOST_SIDE, "grid": 16}
    assert told["upload_bytes"] == MOST_FILE_BYTES
    assert told["read_files"] == MOST_FILES


@pytest.mark.parametrize("page", ["", "endpoints"])
def test_both_pages_name_the_program_before_gradios_own(site: Site, page: str) -> None:
    text = httpx.get(f"{site.address}{page}").text
    named = re.search(r'<script type="module" src="\./(program/\w+\.js)">', text)
    assert named
    assert text.index(named[0]) < text.index('<script type="module" crossorigin')
    reply = httpx.get(f"{site.address}{named[1]}")
    assert reply.status_code == 200
    assert "content-security-policy" in reply.headers
    assert json.loads(text.partition('id="playground-limits">')[2].partition("</script>")[0]) == limits()
