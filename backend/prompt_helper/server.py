"""A chat server: where it is, which model it is asked for, and what it takes."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from backend.domain.errors import NotReady
from backend.domain.providers import FACTS
from backend.money.token_prices import TokenPrices
from backend.prompt_helper.prices import FREE
from backend.settings import LOOPBACK, Settings


@dataclass(frozen=True, slots=True)
class Server:
    """The base address (`…/v1`), the model's name, a key or none, and prices where they are known."""

    base_url: str
    model: str
    key: SecretStr | None = None
    prices: TokenPrices | None = None

    @property
    def host(self) -> str:
        """Return where everything is sent to, as a visitor is told: the host, with its port where one is named."""
        parts = urlsplit(self.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, which nothing leaves then."""
        return urlsplit(self.base_url).hostname in LOOPBACK

    def check_key(self) -> None:
        """Raise `NotReady` where the key would travel in the clear, or can't be one."""
        if self.key is None:
            return
        if not all("!" <= sign <= "~" for sign in self.key.get_secret_value()):
            raise NotReady("The prompt helper's key holds a space or a sign that no key has: set it anew.")
        if urlsplit(self.base_url).scheme != "https" and not _is_near(urlsplit(self.base_url).hostname or ""):
            raise NotReady(
                f"The prompt helper's address at {self.host} has no https: its key would travel in the clear."
            )


def server_of(settings: Settings) -> Server | None:
    """Return the server that the owner has set, or None.

    A server on this machine that wants no key and has no price is free. Runware's own address takes Runware's key.
    """
    if settings.llm_base_url is None:
        return None
    key = settings.llm_api_key or _providers_key(settings, settings.llm_base_url)
    alone = Server(settings.llm_base_url.rstrip("/"), settings.llm_model or "", key, settings.llm_prices)
    free = alone.prices is None and alone.is_here and key is None
    return Server(alone.base_url, alone.model, key, FREE if free else alone.prices)


def _providers_key(settings: Settings, address: str) -> SecretStr | None:
    facts = FACTS["runware"]
    same = any(_origin(address) == _origin(own) for own in settings.addresses_of(facts))
    return settings.key_of(facts) if same else None


def _origin(address: str) -> tuple[str, str, int | None]:
    url = httpx.URL(address)
    return url.scheme, url.host, url.port


def _is_near(host: str) -> bool:
    """Whether nobody outside reads along: an address of this machine or network, or a name without a domain."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))
