"""Which link others are sent, by the name under which the page is looked at."""

from dataclasses import replace

import pytest
from starlette.requests import Request

from backend.playground import Playground
from ui.together.reach import Link, room_link


def page_at(host: str, **headers: str) -> Request:
    told = [
        (b"host", host.encode()),
        *((name.replace("_", "-").encode(), each.encode()) for name, each in headers.items()),
    ]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "root_path": "", "query_string": b""}
    return Request({**scope, "headers": told, "server": ("127.0.0.1", 7860)})


@pytest.fixture
def public(playground: Playground) -> Playground:
    return replace(playground, settings=playground.settings.model_copy(update={"share": True}))


def test_where_only_this_machine_listens_nobody_else_reaches_it(playground: Playground) -> None:
    assert room_link(playground, page_at("127.0.0.1:7860"), "abc") == Link("http://127.0.0.1:7860/?room=abc", "nobody")


def test_who_opened_it_on_this_machine_sends_the_share_link(public: Playground) -> None:
    assert room_link(public, page_at("localhost:7860"), "abc").reached == "not by this name"
    public.pages.shared_address = "https://abcdef.gradio.live"
    assert room_link(public, page_at("localhost:7860"), "abc") == Link("https://abcdef.gradio.live/?room=abc")


@pytest.mark.parametrize(("host", "address"), [
    ("abcdef.gradio.live", "https://abcdef.gradio.live/?room=abc"),
    ("ann-playground.hf.space", "https://ann-playground.hf.space/?room=abc"),
])  # fmt: skip
def test_behind_a_proxy_it_is_the_name_that_the_page_is_seen_under(public: Playground, host: str, address: str) -> None:
    assert room_link(public, page_at(host, x_forwarded_proto="https"), "abc") == Link(address)


def test_in_a_house_it_is_the_machines_own_address(public: Playground) -> None:
    assert room_link(public, page_at("192.168.1.5:7860"), "abc") == Link("http://192.168.1.5:7860/?room=abc")
