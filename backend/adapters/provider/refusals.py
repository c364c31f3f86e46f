"""Refusals that every provider has, in our words: what happened, and the way out."""

from collections.abc import Iterable

from pydantic import SecretStr

from backend.adapters.provider.messages import Reply
from backend.domain.caller import OwnKey
from backend.domain.errors import (
    GenerationFailed,
    InsufficientCredit,
    PlaygroundError,
    ProviderBusy,
    ProviderRefused,
)
from backend.domain.providers import Facts

Made = tuple[type[PlaygroundError], str]
"""The kind of an error, and its sentence."""


def key_refused(facts: Facts, said: str, key: SecretStr | None) -> Made:
    """Return the refusal of a key, the visitor's own or the server's, with what the provider `said`."""
    if isinstance(key, OwnKey):
        sentence = f"check it at {facts.key_page} and paste it again, or forget it."
        return ProviderRefused, f"{facts.label} refuses the key that you pasted ({said}): {sentence}"
    sentence = f"check `{facts.keys[0]}` at {facts.key_page}, or paste a key of your own."
    return ProviderRefused, f"{facts.label} refuses this server's key ({said}): {sentence}"


def busy(facts: Facts, said: str) -> Made:
    """Return the refusal of a provider that takes nothing just now, with what it `said`."""
    return ProviderBusy, f"{facts.label} has no room for this run now ({said}): try again in a minute."


def no_credit(facts: Facts, said: str) -> Made:
    """Return the refusal of an account that is empty, with what the provider `said`."""
    page = facts.key_page.partition("/")[0]
    sentence = f"top it up at {page}, or choose another backend."
    return InsufficientCredit, f"The {facts.label} account has no credit for this ({said}): {sentence}"


def too_large(facts: Facts, said: str) -> Made:
    """Return the refusal of images that weigh too much, with what the provider `said`."""
    return ProviderRefused, f"The images of this run are too large for {facts.label} ({said}): use smaller ones."


def value_refused(who: str, said: str, fields: Iterable[str]) -> Made:
    """Return the refusal of values by a provider or its model (`who`); `fields` are ours, where it names any."""
    named = ", ".join(f"`{name}`" for name in dict.fromkeys(fields)) or "this request"
    return ProviderRefused, f"{who} refuses {named} ({said}): change it, or choose another backend."


def by_status(facts: Facts, status: int, said: str, key: SecretStr | None) -> Made | None:
    """Return what an HTTP status says whoever answers with it; None for one that each provider means otherwise."""
    match status:
        case 401 | 403:
            return key_refused(facts, said, key)
        case 402:
            return no_credit(facts, said)
        case 413:
            return too_large(facts, said)
        case 429 | 503:
            return busy(facts, said)
    return None


def not_made(facts: Facts, said: str) -> Made:
    """Return the failure of a provider or its model, with what it `said`."""
    return GenerationFailed, f"{facts.label} could not make the image ({said}): try again, or choose another backend."


def refused(facts: Facts, reply: Reply, key: SecretStr | None) -> PlaygroundError:
    """Return the error for an answer that is none of the 2xx, by its status alone, with whether it was billed."""
    said = f"status {reply.status}"
    kind, message = by_status(facts, reply.status, said, key) or not_made(facts, said)
    return kind(message, billed=reply.billed, details={"status": reply.status, "retry_after": reply.retry_after})
