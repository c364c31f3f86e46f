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
from ui.serving.assets import FOR_A_YEAR, MOST_TOGETHER, Assets

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
        self.text = PAGE

    def file(self, request: Request) -> Response:
        """Return a script, a sheet that says its name, or that there is none."""
        path = request.url.path
        self.asked.append(path)
        missing = "missing" in path or "together" in path
        if path.endswith(".css") and not missing:
            return Response(path, media_type="text/css")
        return Response("" if missing else SCRIPT, status_code=404 if missing else 200, media_type="text/javascript")

    def page(self, _request: Request) -> Response:
        """Return the page."""
        self.asked.append("/")
        return HTMLResponse(self.text)

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
    assert '<link rel="stylesheet" href="./assets/together.css?index-main.css">' in page
    assert '<link rel="stylesheet" disabled href="./assets/index-main.css">' in page
    assert "seldom" not in page


def test_what_the_page_names_itself_is_not_named_again(application: Application) -> None:
    application.text = '<html><head><link rel="stylesheet" crossorigin href="./assets/index-main.css"></head></html>'
    with TestClient(application.app()) as browser:
        browser.get("/assets/index-main.css")
        assert browser.get("/").text == application.text


def test_sheets_come_together_in_the_order_of_their_names_and_stay_in_browsers(
    browser: TestClient, application: Application
) -> None:
    first, second = (browser.get("/assets/together.css?b-1.css,a-2.css") for _ in range(2))
    assert first.text == second.text == "/assets/b-1.css\n/assets/a-2.css"
    assert first.headers["content-type"].startswith("text/css")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == FOR_A_YEAR
    assert application.asked == ["/assets/b-1.css", "/assets/a-2.css"]
    plain = browser.get("/assets/together.css?b-1.css,a-2.css", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text


def test_sheets_that_came_together_count_as_asked_for(browser: TestClient) -> None:
    for _ in range(3):
        browser.get("/assets/together.css?b-1.css,a-2.css")
    assert "together.css?b-1.css,a-2.css" in browser.get("/").text


@pytest.mark.parametrize(
    "names", ["", "missing.css", "a-1.css,missing.css", "a-1.js", "../a-1.css", "x/a-1.css", "%61-1.css", "a-1.css%0a"]
)
def test_sheets_of_which_one_is_none_are_not_there(browser: TestClient, names: str) -> None:
    assert browser.get(f"/assets/together.css?{names}").status_code == 404
    assert "together" not in browser.get("/").text


def test_ever_other_sheets_take_no_more_than_their_room() -> None:
    application = Application()
    assets = Assets(Starlette(routes=[Route("/{path:path}", application.file)]))
    with TestClient(assets) as browser:
        for number in range(3 * MOST_TOGETHER):
            browser.get(f"/assets/together.css?a-{number}.css")
    assert len(assets.joined) == MOST_TOGETHER


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
    monkeypatch.setattr("ui.serving.assets.MOST_KEPT_BYTES", 10)
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
