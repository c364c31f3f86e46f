"""A server over HTTP: the one POST that orders an image, and the questions that cost nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from backend.adapters.job import Waiter
from backend.adapters.openai.mapping import Route
from backend.adapters.openai.pictures import Parts, data_uri
from backend.adapters.provider.line import Call, Line, Reply
from backend.domain.errors import BadReply
from backend.visitors.passing import HEADER

ORDER_ID = "X-Client-Request-Id"
ORDER_SECONDS = 600.0
"""How long one image may take; what OpenAI's own clients wait for."""
LOOK_SECONDS = 5.0
MOST_IMAGE = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Way:
    """An order's id, and the playgrounds that it has passed, the last one this."""

    order_id: str
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A server, with a key for each call, or none."""

    line: Line

    def order(
        self,
        route: Route,
        fields: Mapping[str, Any],
        parts: Parts,
        *,
        key: SecretStr | None,
        way: Way,
        waiter: Waiter,
    ) -> Reply:
        """Order one image, once: it is sent again only where it surely never was taken.

        Its id goes along as `Idempotency-Key`, which no server has to heed, and as `X-Client-Request-Id`, by which
        OpenAI's support finds it; what it has passed tells another playground whether it goes round. Raises as
        `Line.ask`.
        """
        headers = {"Idempotency-Key": way.order_id, ORDER_ID: way.order_id, HEADER: ", ".join(way.passed)}
        patience: dict[str, Any] = {"seconds": ORDER_SECONDS, "wanted": waiter.wants, "told": waiter.hears}
        said: dict[str, Any] = {"json": dict(fields)} if not parts else {**_form(fields, parts)}
        headers |= said.pop("headers", {})
        call = Call(
            method="POST", url=f"/images/{route}", key=key, headers=headers, pays=True, once=True, **said, **patience
        )
        return self.line.ask(call)

    def models(self, key: SecretStr | None) -> Reply:
        """Ask which models it has."""
        return self.line.ask(Call(url="/models", key=key, seconds=LOOK_SECONDS))

    def has(self, route: Route, key: SecretStr | None) -> Reply:
        """Knock at a path with an empty order, which can't be carried out: it has neither words nor picture."""
        return self.line.ask(
            Call(method="POST", url=f"/images/{route}", key=key, json={}, once=True, seconds=LOOK_SECONDS)
        )

    def fetch(self, url: str, key: SecretStr | None) -> bytes:
        """Return the file that an answer names by its address, also one without a host, such as SGLang's.

        Raises `BadReply` and its kin where it isn't there, or isn't to be followed.
        """
        whole = self._whole(url)
        if not self.line.may_see_key(whole):
            return self.line.fetch(whole, most_bytes=MOST_IMAGE)
        reply = self.line.ask(Call(url=whole, key=key, most_bytes=MOST_IMAGE))
        if not reply.ok:
            raise BadReply(f"{self.line.label} made a file that answers {reply.status}; recover the run later.")
        return reply.content

    def _whole(self, url: str) -> str:
        try:
            whole = httpx.URL(self.line.base_url).join(url)
        except httpx.InvalidURL:
            whole = httpx.URL()
        if whole.scheme not in ("http", "https"):
            raise BadReply(f"{self.line.label} named an address that can't be followed; it may have been billed.")
        return str(whole)


def _form(fields: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    """Return a form of several parts, its content type, and what is noted of it."""
    texts = {name: str(value) for name, value in fields.items()}
    files = {name: (f"{name}.png", png, "image/png") for name, png in parts.items()}
    form = httpx.Request("POST", "http://form", data=texts, files=files)
    shown = {**fields, **{name: data_uri(png) for name, png in parts.items()}}
    return {"content": form.read(), "headers": {"Content-Type": form.headers["Content-Type"]}, "shown": shown}
