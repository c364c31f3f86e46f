"""The line to a provider, on a transport that never leaves the process."""

import logging
import pickle
from collections.abc import Callable, Iterator

import httpx
import pytest
from pydantic import SecretStr

from backend.adapters.provider.line import Call, Line, without_key
from backend.domain.errors import BadReply, GenerationFailed, NotReady, ProviderTimeout, ProviderUnreachable

KEY = SecretStr("rw-secret-123456")
Answer = Callable[[httpx.Request], httpx.Response]


class Provider:
    """Answers in the order given; the last answer stays. Records what was asked and how long the line waited."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.waits: list[float] = []
        self.line = Line(
            "Acme",
            "https://api.acme.test/v1",
            scheme="Bearer",
            media=("media.acme.test", "*.cdn.acme.test"),
            transport=httpx.MockTransport(self.answer),
            sleep=self.waits.append,
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(**values: object) -> httpx.Response:
    return httpx.Response(200, json=values)


def test_a_call_carries_the_key_and_the_body_to_the_base_address() -> None:
    provider = Provider(ok(done=True))
    reply = provider.line.ask(Call(method="POST", url="/tasks", key=KEY, json=[1]))
    (request,) = provider.asked
    assert (reply.status, reply.json()) == (200, {"done": True})
    assert str(request.url) == "https://api.acme.test/v1/tasks"
    assert request.headers["authorization"] == "Bearer rw-secret-123456"
    assert request.content == b"[1]"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 524])
def test_a_busy_provider_is_asked_again_with_the_same_body(status: int) -> None:
    provider = Provider(httpx.Response(status), httpx.Response(status), ok())
    assert provider.line.ask(Call(method="POST", json={"id": 7}, pays=True)).ok
    assert len({request.content for request in provider.asked}) == 1
    assert len(provider.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    provider = Provider(httpx.Response(status))
    assert provider.line.ask(Call(method="POST")).status == status
    assert len(provider.asked) == 1


def test_patience_ends_with_the_last_answer() -> None:
    provider = Provider(httpx.Response(503))
    assert provider.line.ask(Call()).status == 503
    assert len(provider.asked) == 4
    assert len(provider.waits) == 3


def test_retry_after_is_kept() -> None:
    provider = Provider(httpx.Response(429, headers={"Retry-After": "7"}), ok())
    assert provider.line.ask(Call()).ok
    assert 7 <= provider.waits[0] < 9


def test_a_provider_that_asks_for_too_much_patience_is_reported_at_once() -> None:
    provider = Provider(httpx.Response(429, headers={"Retry-After": "600"}), ok())
    reply = provider.line.ask(Call())
    assert (reply.status, reply.retry_after) == (429, 600)
    assert provider.waits == []


def test_retry_after_may_be_a_date() -> None:
    past = httpx.Response(429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert Provider(past, ok()).line.ask(Call()).ok


@pytest.mark.parametrize("failure", [httpx.ReadTimeout(""), httpx.ReadError(""), httpx.RemoteProtocolError("")])
def test_what_may_have_arrived_is_sent_once_where_a_repeat_could_pay_twice(failure: Exception) -> None:
    provider = Provider(failure, ok())
    with pytest.raises(ProviderTimeout, match="may still be billed") as caught:
        provider.line.ask(Call(method="POST", pays=True, once=True))
    assert caught.value.billed == "unknown"
    assert len(provider.asked) == 1


def test_a_server_error_is_not_asked_again_where_a_repeat_could_pay_twice() -> None:
    provider = Provider(httpx.Response(502), ok())
    assert provider.line.ask(Call(method="POST", pays=True, once=True)).status == 502


def test_what_never_left_is_sent_again_even_where_a_repeat_could_pay_twice() -> None:
    provider = Provider(httpx.ConnectError("refused"), httpx.Response(429), ok())
    assert provider.line.ask(Call(method="POST", pays=True, once=True)).ok
    assert len(provider.asked) == 3


def test_an_order_that_nobody_wants_any_more_is_not_sent_again() -> None:
    provider = Provider(httpx.Response(429), ok())
    reply = provider.line.ask(Call(method="POST", pays=True, wanted=lambda: False))
    assert (reply.status, len(provider.asked)) == (429, 1)


def test_a_question_is_asked_again_whether_or_not_anybody_waits() -> None:
    provider = Provider(httpx.Response(429), ok())
    assert provider.line.ask(Call(wanted=lambda: False)).ok


def test_a_broken_line_is_tried_again_where_a_repeat_is_safe() -> None:
    provider = Provider(httpx.ReadError("reset"), ok())
    reply = provider.line.ask(Call(method="POST", pays=True))
    assert (reply.ok, reply.doubtful) == (True, True)


def test_an_answer_is_in_no_doubt_where_nothing_was_lost() -> None:
    provider = Provider(httpx.ConnectError("refused"), httpx.Response(429), ok())
    assert not provider.line.ask(Call(method="POST", pays=True)).doubtful


def test_a_gateways_page_leaves_a_doubt_and_the_providers_own_words_none() -> None:
    page = httpx.Response(502, headers={"Content-Type": "text/html"})
    words = httpx.Response(502, json={"errors": []})
    assert Provider(page, ok()).line.ask(Call(method="POST", pays=True)).doubtful
    assert not Provider(words, ok()).line.ask(Call(method="POST", pays=True)).doubtful


def test_an_unreachable_provider_billed_nothing() -> None:
    provider = Provider(httpx.ConnectError("no route"))
    with pytest.raises(ProviderUnreachable, match="Acme can't be reached") as caught:
        provider.line.ask(Call(method="POST", pays=True))
    assert caught.value.billed == "no"


def test_a_provider_that_vanishes_after_a_first_try_may_have_billed() -> None:
    provider = Provider(httpx.ReadError("reset"), httpx.ConnectError("gone"))
    with pytest.raises(ProviderUnreachable) as caught:
        provider.line.ask(Call(method="POST", pays=True))
    assert caught.value.billed == "unknown"


def test_a_call_that_costs_nothing_says_nothing_of_bills() -> None:
    provider = Provider(httpx.ReadTimeout(""))
    with pytest.raises(ProviderTimeout) as caught:
        provider.line.ask(Call(seconds=0.1))
    assert caught.value.billed == "no"
    assert "billed" not in str(caught.value)


def test_an_answer_that_trickles_ends_with_the_calls_time() -> None:
    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" "

    provider = Provider(httpx.Response(200, stream=Trickle()))
    with pytest.raises(ProviderTimeout):
        provider.line.ask(Call(seconds=0.05, once=True))


def test_an_answer_above_the_cap_is_not_taken() -> None:
    provider = Provider(httpx.Response(200, content=b"x" * 2_000_000))
    with pytest.raises(BadReply, match="more than 1 MB"):
        provider.line.ask(Call(most_bytes=2**20))


def test_an_answer_that_is_no_json_says_what_it_is() -> None:
    page = httpx.Response(200, content=b"<html>", headers={"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(BadReply, match="200 with text/html") as caught:
        Provider(page).line.ask(Call(pays=True)).json()
    assert caught.value.billed == "unknown"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/a.png",
        "http://media.acme.test/a.png",
        "https://media.acme.test:8443/a.png",
        "https://user@media.acme.test/a.png",
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://localhost/a.png",
        "https://media.acme.test.evil.test/a.png",
        "http://169.254.169.254/latest/meta-data",
        "https://exa mple/",
        "http://[",
    ],
)
def test_an_address_on_another_host_is_not_followed(url: str) -> None:
    provider = Provider(httpx.Response(200, content=b"png"))
    with pytest.raises(BadReply, match="another host"):
        provider.line.fetch(url, most_bytes=100)
    assert provider.asked == []


def test_files_come_from_the_named_media_hosts_without_the_key() -> None:
    provider = Provider(httpx.Response(200, content=b"png"))
    assert provider.line.fetch("https://a.cdn.acme.test/a.png", most_bytes=100) == b"png"
    assert "authorization" not in provider.asked[0].headers


def test_the_key_goes_to_no_media_host() -> None:
    provider = Provider(ok())
    with pytest.raises(BadReply):
        provider.line.ask(Call(url="https://media.acme.test/status", key=KEY))
    assert provider.asked == []


def test_a_redirect_is_not_followed() -> None:
    provider = Provider(httpx.Response(302, headers={"Location": "https://evil.test/"}))
    assert provider.line.ask(Call(key=KEY)).status == 302
    assert len(provider.asked) == 1


def test_cookies_are_not_kept_between_visitors() -> None:
    provider = Provider(httpx.Response(200, headers={"Set-Cookie": "session=of-visitor-1; Path=/"}), ok())
    provider.line.ask(Call(key=KEY))
    provider.line.ask(Call(key=SecretStr("another")))
    assert "cookie" not in provider.asked[1].headers


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", ""])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(NotReady) as caught:
        Provider(ok()).line.ask(Call(key=SecretStr(key)))
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("base", "sent"),
    [("http://api.acme.test/v1", False), ("http://127.0.0.1:8787/v1", True), ("http://simulator:8787/v1", True)],
)
def test_a_key_does_not_travel_in_the_clear(base: str, sent: bool) -> None:
    asked: list[httpx.Request] = []
    transport = httpx.MockTransport(lambda request: asked.append(request) or ok())
    line = Line("Acme", base, scheme="Bearer", transport=transport)
    if sent:
        assert line.ask(Call(key=KEY)).ok
    else:
        with pytest.raises(NotReady, match="use https"):
            line.ask(Call(key=KEY))
    assert len(asked) == sent


def test_the_key_is_in_no_log_no_error_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider = Provider(httpx.Response(503), httpx.ReadError(f"reset by {KEY.get_secret_value()}"))
    call = Call(method="POST", key=KEY, json={"a": 1}, pays=True)
    with pytest.raises(ProviderTimeout) as caught:
        provider.line.ask(call)
    seen = [caplog.text, str(caught.value), repr(caught.value), repr(call), repr(vars(provider.line)), repr(provider)]
    assert not [text for text in seen if KEY.get_secret_value() in text]
    assert KEY.get_secret_value().encode() not in pickle.dumps(caught.value)


def test_a_providers_words_are_shown_on_one_line_without_the_key() -> None:
    assert without_key("bad key\n rw-secret-123456!", KEY) == "bad key •••!"
    assert without_key("x" * 900, None, most=10) == "xxxxxxxxx…"


def _of_httpx() -> Iterator[type[Exception]]:
    """Yield every exception that httpx names, be it of the line, of an answer, or of an address."""
    found = [getattr(httpx, name) for name in httpx.__all__]
    yield from (each for each in found if isinstance(each, type) and issubclass(each, Exception))


def _raised(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "https://api.acme.test/v1")
        return kind("", request=request, response=httpx.Response(500, request=request))
    try:
        return kind("")
    except TypeError:  # Some say themselves what happened.
        return kind()


@pytest.mark.parametrize("kind", [*_of_httpx()])
def test_whatever_httpx_raises_leaves_the_line_in_our_words(kind: type[Exception]) -> None:
    provider = Provider(_raised(kind))
    with pytest.raises(GenerationFailed) as caught:
        provider.line.ask(Call(method="POST", pays=True, once=True))
    assert caught.value.billed == ("no" if isinstance(caught.value, ProviderUnreachable) else "unknown")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_an_answer_that_is_packed_wrongly_is_no_answer(encoding: str) -> None:
    def packed(_: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"not packed at all"))

    line = Line(
        "Acme",
        "https://api.acme.test/v1",
        scheme="Bearer",
        transport=httpx.MockTransport(packed),
        sleep=lambda _: None,
    )
    with pytest.raises(BadReply) as caught:
        line.ask(Call(method="POST", pays=True, once=True)).json()
    assert caught.value.billed == "unknown"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(404), "answers 404"),
        (httpx.Response(200, content=b"x" * 100), "more than"),
        (httpx.ReadError(""), "broke off"),
        (httpx.ConnectError(""), "can't be reached"),
        (httpx.ReadTimeout(""), "no answer"),
        (httpx.DecodingError(""), "can't be read"),
    ],
)
def test_a_file_that_cant_be_had_says_nothing_of_the_bill_of_what_made_it(
    answer: httpx.Response | Exception, words: str
) -> None:
    with pytest.raises(GenerationFailed, match="ecover the run") as caught:
        Provider(answer).line.fetch("https://media.acme.test/1.png", most_bytes=10)
    assert words in str(caught.value)
    assert caught.value.billed == "unknown"
