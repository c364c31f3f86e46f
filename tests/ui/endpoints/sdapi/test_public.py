"""A1111's API on a page that strangers reach."""

from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from backend.visitors.identity import API, key_id
from tests.serving import Site
from tests.ui.endpoints.sdapi.asked import WORDS, refused
from tests.ui.endpoints.sdapi.held import held_site


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a page behind a proxy of its own, which makes it public."""
    with held_site(tmp_path_factory.mktemp("public"), PLAYGROUND_TRUSTED_PROXY="127.0.0.1") as site:
        site.fake.let.release(1000)
        yield site


def ask(site: Site, path: str, method: str = "POST", **how: object) -> httpx.Response:
    body = {"json": {"prompt": WORDS}} if path == "txt2img" else {}
    return httpx.request(method, f"{site.address}sdapi/v1/{path}", timeout=60, **{**body, **how})  # type: ignore[arg-type]


def test_a_stranger_is_a_guest_who_draws_and_is_nobody_afterwards(public: Site) -> None:
    assert ask(public, "txt2img").status_code == 200
    assert public.playground.store.runs(API) == []
    assert ask(public, "progress", "GET").json()["state"]["job_count"] == 0


def test_a_key_is_a_visitor_whose_settings_stay(public: Site) -> None:
    key = public.playground.api_keys.new("studio", Decimal(1))
    assert ask(public, "txt2img", auth=("anybody", key)).status_code == 200
    assert len(public.playground.store.runs(key_id(key))) == 1
    assert ask(public, "options", auth=("", key), json={"samples_format": "webp"}).json() is None
    assert ask(public, "options", "GET", headers={"authorization": f"Bearer {key}"}).json()["samples_format"] == "webp"
    assert ask(public, "options", "GET").json()["samples_format"] == "png"


def test_a_wrong_password_is_refused_and_an_empty_one_is_none(public: Site) -> None:
    assert refused(ask(public, "txt2img", auth=("me", "hunter2")), 401)
    assert ask(public, "txt2img", headers={"authorization": "Basic Og=="}).status_code == 200  # SillyTavern's, `:`
    assert ask(public, "txt2img", headers={"authorization": ""}).status_code == 200  # Open WebUI's


def test_what_is_the_owners_is_theirs(public: Site) -> None:
    assert refused(ask(public, "memory", "GET"), 403)
    assert refused(ask(public, "unload-checkpoint"), 403)


def test_no_page_of_another_site_can_use_it(public: Site) -> None:
    elsewhere = {"origin": "https://a.example", "sec-fetch-site": "cross-site"}
    for path, method in (("txt2img", "POST"), ("options", "GET"), ("interrupt", "POST")):
        answer = ask(public, path, method, headers=elsewhere)
        assert refused(answer, 403)
        assert "access-control-allow-origin" not in answer.headers
