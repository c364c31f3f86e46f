"""Refusals that every provider has, in our words: what happened, and the way out."""

from pydantic import SecretStr

from backend.domain.caller import OwnKey
from backend.domain.errors import PlaygroundError, ProviderBusy, ProviderRefused
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
