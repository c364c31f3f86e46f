"""Who asks, over HTTP."""

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from backend.visitors.identity import COOKIE
from tests.serving import Site
from ui.caller import VisitorCookie


def test_a_browser_gets_an_id_once_that_scripts_cannot_read(site: Site) -> None:
    with httpx.Client(base_url=site.address) as browser:
        given = browser.get("/").headers["set-cookie"]
        assert given.startswith(f"{COOKIE}=")
        assert "HttpOnly" in given
        assert "SameSite=Lax" in given
        assert "set-cookie" not in browser.get("/").headers


def test_a_page_inside_a_space_keeps_its_cookie() -> None:
    inside = Starlette(middleware=[Middleware(VisitorCookie, framed=True)])
    with TestClient(inside, base_url="https://space") as browser:
        assert "SameSite=None; Secure; Partitioned" in browser.get("/").headers["set-cookie"]


def test_a_cookie_that_came_over_https_never_goes_back_over_http(site: Site) -> None:
    given = httpx.get(site.address, headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert given.endswith("; Secure")


def test_a_forged_id_is_replaced(site: Site) -> None:
    given = httpx.get(site.address, headers={"cookie": f"{COOKIE}=../../etc"}).headers["set-cookie"]
    assert "../" not in given


def test_ids_are_never_given_twice(site: Site) -> None:
    given = {httpx.get(site.address).headers["set-cookie"].split(";")[0] for _ in range(3)}
    assert len(given) == 3
