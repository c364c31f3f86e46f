"""By what a guest is known when the same request comes again."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request

from backend.domain.caller import Caller
from backend.playground import Playground
from backend.settings import Settings
from backend.visitors.identity import guest_id
from ui.endpoints.door.asker import known_again

GUEST = Caller(visitor=guest_id("nobody"), address="an address's mark")


def request(peer: str, host: str, here: str, version: str = "1.1", **more: str) -> Request:
    heads = {"host": host, "user_agent": "a program", **more}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in heads.items()]
    scope = {"type": "http", "method": "POST", "path": "/v1", "headers": raw, "http_version": version}
    return Request({**scope, "client": (peer, 50_000), "server": (here, 7860)})


@pytest.fixture
def open_playground(playground: Playground) -> Playground:
    settings = Settings(_env_file=None, PLAYGROUND_DATA=playground.settings.data, GRADIO_SERVER_NAME="0.0.0.0")
    assert settings.public
    return replace(playground, settings=settings)


@pytest.mark.parametrize(
    ("peer", "host", "here"),
    [
        ("192.168.1.20", "192.168.1.5:7860", "192.168.1.5"),
        ("10.0.0.20", "10.0.0.5", "10.0.0.5"),
        ("fd00::20", "[fd00::5]:7860", "fd00::5"),
        ("192.168.1.20", "192.168.1.5:7860", "::ffff:192.168.1.5"),
        ("203.0.113.20", "images.example", "10.0.0.5"),
    ],
)
def test_a_guest_whose_request_came_straight_is_known_again_by_address_and_program(
    open_playground: Playground, peer: str, host: str, here: str
) -> None:
    known = known_again(open_playground, GUEST, request(peer, host, here), None)
    assert known.name is not None
    assert known == known_again(open_playground, GUEST, request(peer, host, here), "short")
    other = request(peer, host, here, user_agent="another program")
    assert known_again(open_playground, GUEST, other, None).name not in (None, known.name)


@pytest.mark.parametrize(
    ("host", "here", "peers"),
    [
        ("[fd00::5]:7860", "fd00::5", ("fd00::20", "fd00::21")),
        ("192.168.1.5", "192.168.1.5", ("192.168.1.20", "192.168.1.21")),
        ("images.example", "10.0.0.5", ("2001:db8::20", "2001:db8::21")),
    ],
)
def test_two_addresses_are_two_guests_also_where_one_home_has_both(
    open_playground: Playground, host: str, here: str, peers: tuple[str, str]
) -> None:
    one, other = (known_again(open_playground, GUEST, request(peer, host, here), None).name for peer in peers)
    assert None not in (one, other)
    assert one != other


def test_only_who_brings_a_mark_that_nobody_would_guess_is_surely_the_same(open_playground: Playground) -> None:
    asked = request("203.0.113.20", "images.example", "10.0.0.5")
    assert [known_again(open_playground, GUEST, asked, mark).sure for mark in (None, "1", "m" * 16)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("peer", "host", "here", "more"),
    [
        ("172.18.0.2", "playground:7860", "172.18.0.3", {}),  # a proxy of the same containers, by its name
        ("172.17.0.1", "192.168.1.5:7860", "172.17.0.2", {}),  # a container's published port
        ("192.168.1.9", "images.example", "192.168.1.5", {}),  # a proxy that keeps the client's word
        ("192.168.1.9", "192.168.1.5:7860", "192.168.1.5", {"version": "1.0"}),  # nginx as it comes
        ("192.168.1.20", "192.168.1.5:7860", "192.168.1.5", {"via": "1.1 squid"}),
        ("203.0.113.20", "203.0.113.5", "203.0.113.5", {"x_forwarded_for": "198.51.100.7"}),
        ("169.254.8.1", "playground:7860", "169.254.8.2", {}),
        ("fe80::1%eth0", "playground:7860", "fe80::2%eth0", {}),
        ("127.0.0.1", "127.0.0.1:7860", "127.0.0.1", {}),  # the end of anybody's tunnel
        ("192.168.1.20", "", "", {}),
    ],
)
def test_a_guest_behind_whom_others_may_stand_needs_a_mark_that_nobody_would_guess(
    open_playground: Playground, peer: str, host: str, here: str, more: dict[str, Any]
) -> None:
    asked = request(peer, host, here, **more)
    assert known_again(open_playground, GUEST, asked, None).name is None
    assert known_again(open_playground, GUEST, asked, "short").name is None
    assert known_again(open_playground, GUEST, asked, "a mark that is long enough").name is not None
