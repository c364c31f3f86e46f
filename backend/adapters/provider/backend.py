"""What every provider's backend does alike: whose key pays, and what is said where there's none."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
from pydantic import SecretStr

from backend.adapters.base import Backend
from backend.adapters.job import Job, Waiter
from backend.adapters.provider.line import Call, Line, Reply
from backend.adapters.provider.ordering import place
from backend.adapters.provider.refusals import refused
from backend.domain.caller import Caller
from backend.domain.errors import NotReady
from backend.domain.providers import Facts
from backend.settings import Settings


class ProviderBackend(Backend):
    """A backend that runs on somebody's account: the visitor's own key pays, else the server's."""

    facts: Facts
    line: Line

    def __init__(self, settings: Settings) -> None:
        self._server_key = settings.key_of(self.facts)

    def missing(self, caller: Caller) -> str | None:
        """Ask for a key where neither the visitor nor the server has one."""
        return self.facts.no_key if self.key_for(caller) is None else None

    def has_own_key(self, caller: Caller) -> bool:
        """Whether the visitor's own key pays."""
        return self.name in caller.keys

    def key_for(self, caller: Caller) -> SecretStr | None:
        """Return the key that pays for this caller, or None."""
        return caller.keys.get(self.name) or self._server_key

    def require_key(self, caller: Caller) -> SecretStr:
        """Return the key that pays for this caller; raise `NotReady` where there's none."""
        key = self.key_for(caller)
        if key is None:
            raise NotReady(self.facts.no_key)
        return key

    def check_payer(self, ids: Mapping[str, Any], caller: Caller) -> None:
        """Raise `NotReady` where a run, by the ids that it stored, was paid with an own key that the caller lacks."""
        if ids.get("own_key") and not self.has_own_key(caller):
            raise NotReady(self.facts.own_key_gone, billed="unknown")

    def order(self, call: Call, job: Job, ids: Mapping[str, Any]) -> Reply:
        """Place an order that is a single call, once the run's `ids` are on disk, and return its answer (2xx).

        It is sent once, as to a provider that can't tell a repeat from a second order. Raises `Cancelled` and
        `StorageFull` before it is sent, the errors of `Line.ask`, and for any other answer what its status says.
        """

        def send(waiter: Waiter) -> Reply:
            patience: dict[str, Any] = {"wanted": waiter.wants, "told": waiter.hears}
            return self.line.ask(replace(call, method="POST", pays=True, once=True, **patience))

        reply = place(job, ids, send)
        if not reply.ok:
            raise refused(self.facts, reply, call.key)
        return reply

    def close(self) -> None:
        """Close the connections."""
        self.line.close()


def line_to(facts: Facts, settings: Settings, transport: httpx.BaseTransport | None = None) -> Line:
    """Return the line to a provider at the addresses that are set; it connects to nothing before the first call.

    `transport` is for tests.
    """
    base, *further = settings.addresses_of(facts)
    return Line(facts.label, base, scheme=facts.scheme, origins=tuple(further), media=facts.media, transport=transport)
