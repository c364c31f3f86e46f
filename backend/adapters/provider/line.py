"""The line to a provider: time-outs, repeats that cannot pay twice, pinned hosts, capped sizes, and no key anywhere."""

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal

import httpx

from backend.adapters.provider.messages import Call, Reply, without_key
from backend.domain.errors import BadReply, GenerationFailed, NotReady, ProviderTimeout, ProviderUnreachable
from backend.domain.exchanges import note
from backend.settings import LOOPBACK

__all__ = ["Call", "Line", "Reply", "without_key"]

log = logging.getLogger(__name__)

GATEWAY = frozenset({502, 504, 520, 521, 522, 523, 524})
"""Statuses of what stands before a provider; those from 520 on are Cloudflare's own."""
BUSY = frozenset({408, 429, 500, 503}) | GATEWAY
"""Statuses after which asking again may help."""
WAITS = (1.0, 2.0, 4.0)
"""Seconds before each repeat, where the provider names none."""
LONGEST_WAIT = 30.0
"""A provider that asks for more patience than this (seconds) is reported as busy."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_UNREADABLE = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
"""All else that httpx raises, such as for a body that can't be decoded, or an address that is none."""


class Line:
    """A provider's HTTP line, safe for many threads; keys come with each call and stay in none of its state.

    `scheme` is the word before the key in `Authorization`. `origins` are further addresses that may see the key.
    `media` are host patterns of what may be fetched or put without a key. `transport` and `sleep` are for tests.
    """

    def __init__(
        self,
        label: str,
        base_url: str,
        *,
        scheme: str,
        origins: tuple[str, ...] = (),
        media: tuple[str, ...] = (),
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.label = label
        self.base_url = base_url.rstrip("/")
        self.scheme = scheme
        self.origins = frozenset(_origin(httpx.URL(url)) for url in (base_url, *origins))
        self.media = media
        self.readable = self._is_readable()
        self._sleep = sleep
        self._client = httpx.Client(
            transport=transport,
            follow_redirects=False,
            # Replies may set cookies; kept ones would travel from one visitor's key to the next.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            # Identity: the size cap then counts what crosses the line, and no small body unpacks to a large one.
            headers={"User-Agent": "z-image-playground", "Accept-Encoding": "identity"},
            # A proxy of the environment leads outside; this machine itself is never behind it.
            trust_env=httpx.URL(base_url).host not in LOOPBACK,
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=32),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, call: Call) -> Reply:
        """Send a call, again where that is safe and may help, and return the last answer, whatever its status.

        Raises `ProviderUnreachable` when it never got there, `ProviderTimeout` when no whole answer came, `BadReply`
        for an address or a size that is not allowed, `NotReady` for a key that cannot be one.
        """
        self._check(call)
        until = time.monotonic() + call.seconds
        lost = False
        for wait in (*WAITS, None):
            outcome = self._attempt(call, until)
            pause = self._pause(call, outcome, wait)
            if pause is None or time.monotonic() + pause > until:
                break
            log.info("%s: %s; again in %.1f s", self.label, _said(outcome), pause)
            lost = lost or _is_lost(outcome)
            call.told(f"{self.label} takes nothing just now: asked again in {pause:.0f} s")
            self._sleep(pause)
            call.told(f"{self.label} is working")
            if call.pays and not call.wanted():
                break
        self._note(call, outcome)
        if isinstance(outcome, Reply):
            return replace(outcome, doubtful=lost)
        if isinstance(outcome, ProviderUnreachable) and lost and call.pays:
            outcome.billed = "unknown"
        raise outcome

    def fetch(self, url: str, *, most_bytes: int, seconds: float = 120.0) -> bytes:
        """Return a file that the provider named, without a key; raise `BadReply` and its kin where it isn't there.

        Its bill is unknown: fetching costs nothing, but what made the file may have. Whoever knows more says so.
        """
        try:
            reply = self.ask(Call(url=url, most_bytes=most_bytes, seconds=seconds))
        except GenerationFailed as error:
            raise type(error)(f"{error} Recover the run later.", billed="unknown") from error
        if not reply.ok:
            raise BadReply(f"{self.label} made a file that answers {reply.status}; recover the run later.")
        return reply.content

    def may_see_key(self, url: str) -> bool:
        """Whether an address that a provider named lies on one of the line's own origins."""
        try:
            return _origin(httpx.URL(url)) in self.origins
        except httpx.InvalidURL:
            return False

    def _is_readable(self) -> bool:
        """Whether others on the way could read what is sent; this machine and its own network's names are let be."""
        url = httpx.URL(self.base_url)
        return url.scheme != "https" and _is_name(url.host)

    def _note(self, call: Call, outcome: Reply | GenerationFailed) -> None:
        reply = outcome if isinstance(outcome, Reply) else None
        note(
            method=call.method,
            url=self._address(call),
            scheme=self.scheme,
            sent=call.shown if call.json is None else call.json,
            status=reply.status if reply else None,
            received=reply.content if reply else b"",
            key=call.key,
            pays=call.pays,
        )

    def _address(self, call: Call) -> str:
        return call.url if call.url.startswith("http") else self.base_url + call.url

    def _check(self, call: Call) -> None:
        if call.key is not None and not re.fullmatch(r"[\x21-\x7e]+", call.key.get_secret_value()):
            raise NotReady(f"The {self.label} key holds a space or a character that no key has; paste it again.")
        if call.key is not None and self.readable:
            raise NotReady(f"{self.label}'s address is {self.base_url}: use https, or the key travels in the clear.")
        if call.url.startswith("http") and not self._allowed(call):
            raise BadReply(f"{self.label} named an address on another host, which is not followed.", billed="unknown")

    def _allowed(self, call: Call) -> bool:
        if self.may_see_key(call.url):
            return True
        try:
            url = httpx.URL(call.url)
        except httpx.InvalidURL:
            return False
        named = url.scheme == "https" and url.port is None and not url.userinfo and _is_name(url.host)
        return call.key is None and named and any(fnmatch(url.host, pattern) for pattern in self.media)

    def _attempt(self, call: Call, until: float) -> Reply | GenerationFailed:
        billed: Literal["no", "unknown"] = "unknown" if call.pays else "no"
        may_pay = " What was sent may still be billed." if call.pays else ""
        try:
            return self._send(call, until)
        except _NOT_SENT:
            return ProviderUnreachable(f"{self.label} can't be reached: check the connection, then try again.")
        except (httpx.TimeoutException, TimeoutError):
            message = f"{self.label} gave no answer within {call.seconds:.0f} s.{may_pay}"
            return ProviderTimeout(message, billed=billed)
        except httpx.TransportError:
            return ProviderTimeout(f"The connection to {self.label} broke off.{may_pay}", billed=billed)
        except _UNREADABLE:
            return BadReply(f"{self.label}'s answer can't be read.{may_pay}", billed=billed)

    def _send(self, call: Call, until: float) -> Reply:
        left = max(until - time.monotonic(), 0.1)
        request = self._client.build_request(
            call.method,
            self._address(call),
            headers=self._headers(call),
            json=call.json,
            content=call.content,
            timeout=httpx.Timeout(left, connect=min(left, 10.0), pool=min(left, 10.0)),
        )
        answer = self._client.send(request, stream=True)
        try:
            content = b"".join(self._capped(call, answer, until))
        finally:
            answer.close()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(self.label, answer.status_code, headers, content, call.pays)

    def _headers(self, call: Call) -> dict[str, str]:
        headers = dict(call.headers)
        if call.key is not None:
            headers["Authorization"] = f"{self.scheme} {call.key.get_secret_value()}"
        return headers

    def _capped(self, call: Call, answer: httpx.Response, until: float) -> Iterator[bytes]:
        size = 0
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > call.most_bytes:
                message = f"{self.label} sent more than {call.most_bytes / 2**20:.0f} MB, which is not taken."
                raise BadReply(message, billed="unknown" if call.pays else "no")
            if time.monotonic() > until:
                raise TimeoutError
            yield chunk

    def _pause(self, call: Call, outcome: Reply | GenerationFailed, wait: float | None) -> float | None:
        """Return the seconds to wait before a repeat, or None for no repeat."""
        if wait is None or (call.once and not _surely_unpaid(outcome)):
            return None
        if isinstance(outcome, Reply):
            if outcome.status not in BUSY or (outcome.retry_after or 0) > LONGEST_WAIT:
                return None
            wait = outcome.retry_after or wait
        return wait * (1 + secrets.randbelow(250) / 1000)


def _is_lost(outcome: Reply | GenerationFailed) -> bool:
    """Whether the provider may have taken the call without its own answer coming back."""
    if isinstance(outcome, Reply):
        # A gateway's page stands where the provider's words should.
        return outcome.status in GATEWAY and "json" not in outcome.headers.get("content-type", "")
    return not isinstance(outcome, ProviderUnreachable)


def _surely_unpaid(outcome: Reply | GenerationFailed) -> bool:
    return isinstance(outcome, ProviderUnreachable) or (isinstance(outcome, Reply) and outcome.status == 429)


def _said(outcome: Reply | GenerationFailed) -> str:
    return f"status {outcome.status}" if isinstance(outcome, Reply) else type(outcome).__name__


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
    return False
