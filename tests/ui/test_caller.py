"""Who asks, over HTTP."""

import httpx

from tests.serving import Site
from ui.caller import COOKIE


def test_a_browser_gets_an_id_once_that_scripts_cannot_read(site: Site) -> None:
    with httpx.Client(base_url=site.address) as browser:
        given = browser.get("/").headers["set-cookie"]
        assert given.startswith(f"{COOKIE}=")
        assert "HttpOnly" in given
        assert "SameSite=Lax" in given
        assert "set-cookie" not in browser.get("/").headers


def test_a_page_inside_a_space_keeps_its_cookie(site: Site) -> None:
    given = httpx.get(site.address, headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert "SameSite=None; Secure; Partitioned" in given


def test_a_forged_id_is_replaced(site: Site) -> None:
    given = httpx.get(site.address, headers={"cookie": f"{COOKIE}=../../etc"}).headers["set-cookie"]
    assert "../" not in given


def test_ids_are_never_given_twice(site: Site) -> None:
    given = {httpx.get(site.address).headers["set-cookie"].split(";")[0] for _ in range(3)}
    assert len(given) == 3
