"""Who asks, over HTTP."""

import dataclasses
from typing import Any

import gradio as gr
import httpx
import pytest
from pydantic import SecretStr
from starlette.requests import Request

from backend.gate.gate import GUEST
from backend.playground import Playground
from backend.visitors.identity import COOKIE, is_guest, login_id, visitor_id
from tests.serving import Site
from ui.serving.caller import caller_of, owner_of

TOKEN = "0123456789abcdef" * 2


def test_a_browser_gets_an_id_once_that_scripts_cannot_read(site: Site) -> None:
    with httpx.Client(base_url=site.address) as browser:
        given = browser.get("/").headers["set-cookie"]
        assert given.startswith(f"{COOKIE}=")
        assert "HttpOnly" in given
        assert "SameSite=Lax" in given
        assert "set-cookie" not in browser.get("/").headers


def request_of(**scope: Any) -> gr.Request:
    """Return a Gradio request as it reaches a handler, with the scope's values as given."""
    headers = [(b"cookie", f"{COOKIE}={TOKEN}".encode()), (b"x-forwarded-for", b"203.0.113.1")]
    http = Request({"type": "http", "headers": headers, "client": ("198.51.100.7", 1), "query_string": b"", **scope})
    return gr.Request(http, session_hash="page-1")


def test_a_gradio_request_is_a_visitor_with_the_keys_of_its_page(playground: Playground) -> None:
    owner = owner_of(playground, request_of())
    assert owner == (visitor_id(TOKEN), "page-1")
    playground.callers.keys.put(owner, "runware", "canary-8f2e1c")
    caller = caller_of(playground, request_of())
    assert set(caller.keys) == {"runware"}
    assert not caller.signed_in
    assert caller.address == playground.callers.addresses.mark("198.51.100.7", None)


def test_who_was_given_the_cookie_just_now_is_a_guest(playground: Playground) -> None:
    guest = caller_of(playground, request_of(state={GUEST: True}))
    assert is_guest(guest.visitor)
    assert not is_guest(caller_of(playground, request_of(state={GUEST: False})).visitor)


def test_a_login_counts_only_where_hugging_face_has_signed_it(playground: Playground) -> None:
    session = {"oauth_info": {"userinfo": {"sub": "hf-42", "preferred_username": "ann"}}}
    assert not caller_of(playground, request_of(session=session)).signed_in
    space = {"space_id": "ann/playground", "oauth_client_secret": SecretStr("signed")}
    there = dataclasses.replace(playground, settings=playground.settings.model_copy(update=space))
    caller = caller_of(there, request_of(session=session))
    assert caller.signed_in
    assert caller.visitor == login_id("hf-42")


@pytest.mark.parametrize("session", [{}, {"oauth_info": None}, {"oauth_info": {"userinfo": {}}}, {"oauth_info": "x"}])
def test_who_is_not_signed_in_is_known_by_the_cookie(playground: Playground, session: dict[str, Any]) -> None:
    space = {"space_id": "ann/playground", "oauth_client_secret": SecretStr("signed")}
    there = dataclasses.replace(playground, settings=playground.settings.model_copy(update=space))
    assert caller_of(there, request_of(session=session)).visitor == visitor_id(TOKEN)


def test_a_cookie_that_came_over_https_never_goes_back_over_http(site: Site) -> None:
    given = httpx.get(site.address, headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert given.endswith("; Secure")


def test_a_forged_id_is_replaced(site: Site) -> None:
    given = httpx.get(site.address, headers={"cookie": f"{COOKIE}=../../etc"}).headers["set-cookie"]
    assert "../" not in given


def test_ids_are_never_given_twice(site: Site) -> None:
    given = {httpx.get(site.address).headers["set-cookie"].split(";")[0] for _ in range(3)}
    assert len(given) == 3
