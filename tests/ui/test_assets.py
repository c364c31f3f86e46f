"""Gradio's files from memory: once asked of the application, the same for everybody, with nobody's cookie."""

import gzip
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.serving import Site
from ui.assets import FOR_A_YEAR, Assets

SCRIPT = "export const answer = 42;\n" * 200
PAGE = "<!doctype html><html><head><title>t</title></head><body></body></html>"


class Cookies:
    """Outermost, as the gate: gives each visitor a cookie by changing the answer's headers in place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.given = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.given += 1
                message["headers"].append((b"set-cookie", f"visitor={self.given}".encode()))
            await send(message)

        await self.app(scope, receive, with_cookie)


class Application:
    """Answers as Gradio does, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def file(self, request: Request) -> Response:
        """Return a script, or that there is none."""
        self.asked.append(request.url.path)
        missing = "missing" in request.url.path
        return Response("" if missing else SCRIPT, status_code=404 if missing else 200, media_type="text/javascript")

    def page(self, _request: Request) -> Response:
        """Return the page."""
        self.asked.append("/")
        return HTMLResponse(PAGE)

    def app(self) -> Starlette:
        """Return it behind the middleware."""
        routes = [Route("/", self.page), Route("/{path:path}", self.file)]
        return Starlette(routes=routes, middleware=[Middleware(Cookies), Middleware(Assets)])


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def browser(application: Application) -> Iterator[TestClient]:
    with TestClient(application.app()) as client:
        yield client


def test_a_file_is_asked_for_once_and_kept_by_browsers_for_a_year(
    browser: TestClient, application: Application
) -> None:
    first, second = (browser.get("/assets/Index-abc.js") for _ in range(2))
    assert first.text == second.text == SCRIPT
    assert first.headers["content-encoding"] == second.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == second.headers["cache-control"] == FOR_A_YEAR
    assert application.asked == ["/assets/Index-abc.js"]


def test_a_browser_that_takes_no_compression_gets_none(browser: TestClient) -> None:
    browser.get("/assets/Index-abc.js")
    plain = browser.get("/assets/Index-abc.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT


def test_no_visitor_gets_the_cookie_of_another(browser: TestClient) -> None:
    given = [browser.get("/assets/Index-abc.js").headers.get_list("set-cookie") for _ in range(3)]
    assert given == [["visitor=1"], ["visitor=2"], ["visitor=3"]]


def test_only_files_that_are_named_by_their_content_stay_in_browsers(browser: TestClient) -> None:
    assert "cache-control" not in browser.get("/static/img/logo.svg").headers


def test_what_is_missing_is_asked_for_anew_and_never_named(browser: TestClient, application: Application) -> None:
    assert [browser.get("/assets/missing.js").status_code for _ in range(2)] == [404, 404]
    assert application.asked == ["/assets/missing.js"] * 2
    assert "missing" not in browser.get("/").text


def test_a_part_of_a_file_and_everything_else_pass_by(browser: TestClient, application: Application) -> None:
    for _ in range(2):
        browser.get("/assets/Index-abc.js", headers={"range": "bytes=0-9"})
        browser.get("/gradio_api/file=/tmp/picture.js")
        browser.post("/assets/Index-abc.js")
    assert application.asked == ["/assets/Index-abc.js", "/gradio_api/file=/tmp/picture.js"] * 2


def test_the_page_names_what_half_of_the_visits_asked_for(browser: TestClient) -> None:
    assert "<link" not in browser.get("/").text
    for visit in range(4):
        browser.get("/assets/index-main.js")
        browser.get("/assets/index-main.css")
        if visit == 0:
            browser.get("/assets/Index-seldom.js")
    page = browser.get("/").text
    assert '<link rel="modulepreload" href="./assets/index-main.js">' in page
    assert '<link rel="preload" as="style" crossorigin href="./assets/index-main.css">' in page
    assert "seldom" not in page


def test_the_page_carries_its_style_from_its_first_byte_on(application: Application) -> None:
    app = Assets(Starlette(routes=[Route("/", application.page)]), style="b { color: red }")
    with TestClient(app) as client:
        page = client.get("/").text
    assert page.startswith("<!doctype html><html><head><style>b { color: red }</style>")


@pytest.mark.parametrize(
    "path",
    [
        '/assets/a"><script>alert(1)</script>.js',
        "/assets/%22%3E%3Cscript%3Ealert(1)%3C/script%3E.js",
        "/assets/<script>/%2e%2e/Index-abc.js",
        "/assets//Index-script.js",
        "/assets/.script.js",
        "/assets/Index-script.js%0a",
    ],
)
def test_what_a_stranger_wrote_is_neither_named_in_the_page_nor_kept(
    browser: TestClient, application: Application, path: str
) -> None:
    assert [browser.get(path).status_code for _ in range(2)] == [200, 200]
    assert len(application.asked) == 2
    assert "script" not in browser.get("/").text


def test_the_page_is_written_anew_for_each_visit_since_headers_shape_it(
    browser: TestClient, application: Application
) -> None:
    browser.get("/", headers={"x-gradio-server": "https://elsewhere.example"})
    browser.get("/")
    assert application.asked == ["/", "/"]


def test_memory_has_an_end(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.assets.MOST_KEPT_BYTES", 10)
    with TestClient(application.app()) as browser:
        assert [browser.get("/assets/Index-abc.js").text for _ in range(2)] == [SCRIPT] * 2
    assert len(application.asked) == 2


def test_the_playground_sends_its_page_compressed_and_gradios_files_to_be_kept(site: Site) -> None:
    with httpx.Client(base_url=site.address, headers={"accept-encoding": "gzip"}) as browser:
        with browser.stream("GET", "/") as page:
            sent = b"".join(page.iter_raw())
            assert page.headers["content-encoding"] == "gzip"
        assert len(sent) < len(gzip.decompress(sent)) / 3
        name = gzip.decompress(sent).decode().split("assets/index-")[1].split('"')[0]
        assert browser.get(f"/assets/index-{name}").headers["cache-control"] == FOR_A_YEAR


def test_no_visitor_is_sent_where_anothers_headers_point(site: Site) -> None:
    for name in ("x-gradio-server", "x-forwarded-host"):
        httpx.get(site.address, headers={name: "https://elsewhere.example"})
        assert "elsewhere.example" not in httpx.get(site.address).text
