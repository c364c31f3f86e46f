"""Who a request comes from: the cookie, and what another site's page may do with it."""

import pytest

from backend.playground import Playground
from backend.visitors.identity import COOKIE, is_token
from tests.backend.gate.gated import PUBLIC, client
from tests.backend.strangers import shared


def test_the_first_request_gets_a_cookie_that_the_page_sees_at_once(playground: Playground) -> None:
    browser = client(playground)
    first = browser.get("/")
    token = first.json()["cookies"][COOKIE]
    assert is_token(token)
    assert "HttpOnly" in first.headers["set-cookie"]
    second = browser.get("/")
    assert second.json()["cookies"][COOKIE] == token
    assert "set-cookie" not in second.headers


@pytest.mark.parametrize("forged", ["admin", "0" * 31, "", "0" * 33, 'a"; Path=/evil', "é"])
def test_a_cookie_that_is_no_token_is_replaced(playground: Playground, forged: str) -> None:
    answer = client(playground).get("/", headers={"cookie": f"{COOKIE}={forged}; theme=dark".encode()})
    assert is_token(answer.json()["cookies"][COOKIE])
    assert "set-cookie" in answer.headers


def test_two_cookies_of_our_name_never_reach_the_page(playground: Playground) -> None:
    mine = "a" * 32
    answer = client(playground).get("/", headers={"cookie": f"{COOKIE}=x; a=1; {COOKIE}={mine}; b=2"})
    assert answer.json()["cookies"] == {"a": "1", "b": "2", COOKIE: mine}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://abc.gradio.live.evil.example"},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    ],
)
def test_another_sites_page_asks_as_a_stranger_and_never_with_a_visitors_cookies(
    playground: Playground, headers: dict[str, str]
) -> None:
    browser = client(shared(playground), PUBLIC)
    mine = browser.get("/").json()["cookies"][COOKIE]
    browser.cookies.set("access-token-1", "a login")
    answer = browser.post("/gradio_api/call/text_to_image", headers=headers)
    assert set(answer.json()["cookies"]) == {COOKIE}
    assert answer.json()["cookies"][COOKIE] != mine
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": PUBLIC},
        {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {},
    ],
)
def test_our_own_page_and_programs_ask_as_themselves(playground: Playground, headers: dict[str, str]) -> None:
    browser = client(shared(playground), PUBLIC)
    mine = browser.get("/").json()["cookies"][COOKIE]
    assert browser.post("/gradio_api/queue/join", headers=headers).json()["cookies"][COOKIE] == mine


def test_a_link_from_elsewhere_opens_as_oneself(playground: Playground) -> None:
    browser = client(shared(playground), PUBLIC)
    mine = browser.get("/").json()["cookies"][COOKIE]
    followed = browser.get("/?room=x", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert followed.json()["cookies"][COOKIE] == mine


def test_a_space_may_stand_in_hugging_faces_frame_and_nobody_elses(playground: Playground) -> None:
    space = shared(playground, space_id="ann/playground")
    answer = client(space, "https://ann-playground.hf.space").get("/")
    assert "frame-ancestors 'self' https://huggingface.co" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert "SameSite=None; Secure; Partitioned" in answer.headers["set-cookie"]
