"""A server's refusals in our words, each with whether it may have been billed.

What is refused as asked (4xx) costs nothing; after a 5xx, a conflict or a time-out nobody knows, so it is said.
"""

from collections.abc import Callable

from pydantic import SecretStr

from backend.adapters.openai.mapping import OURS
from backend.adapters.openai.replies import Refusal, refusal
from backend.adapters.provider.line import Reply, without_key
from backend.adapters.provider.refusals import Made, busy, key_refused, no_credit, too_large, value_refused
from backend.domain.errors import (
    GRAVITY,
    Billed,
    GenerationFailed,
    PlaygroundError,
    ProviderRefused,
)
from backend.domain.providers import Facts

MAY_HAVE_PAID = (408, 409, 424)
"""Statuses below 500 after which an order may have been carried out all the same."""
_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_credit")
_CONTENT = ("content_policy_violation", "moderation_blocked", "content_filter")


def to_error(reply: Reply, facts: Facts, key: SecretStr | None) -> PlaygroundError:
    """Return the error for an answer that is none of 2xx."""
    told = refusal(reply)
    said = without_key(told.said, key, most=300).rstrip(".")
    kind, message = _made(reply.status, told, said, facts=facts, key=key)
    billed = billed_after(reply, told)
    if billed == "unknown":
        message += " It may have been billed: it isn't ordered again."
    return kind(without_key(message, key, most=900), billed=billed, details={"status": reply.status, "code": told.code})


def billed_after(reply: Reply, told: Refusal) -> Billed:
    """Return whether what was answered so may have been billed; another playground says it itself."""
    if told.billed in GRAVITY:
        return told.billed
    return "unknown" if reply.status >= 500 or reply.status in MAY_HAVE_PAID or reply.doubtful else "no"


def _made(status: int, told: Refusal, said: str, *, facts: Facts, key: SecretStr | None) -> Made:
    if status == 402 or told.code in _CREDIT:
        return no_credit(facts, said)
    if status in (401, 403):
        return key_refused(facts, said, key) if key else (ProviderRefused, f"{facts.no_key} It said: {said}.")
    if status == 429:
        return busy(facts, said)
    if told.code in _CONTENT:
        message = f"{facts.label}'s content check stopped this run ({said}): change the prompt or the image."
        return ProviderRefused, message
    known: dict[int, Callable[[], str]] = {
        404: lambda: f"{facts.label} has no such model, or doesn't do this ({said}): check {_model(facts)}.",
        405: lambda: f"{facts.label} doesn't do this ({said}): choose another backend.",
    }
    if status == 413:
        return too_large(facts, said)
    if status in known:
        return ProviderRefused, known[status]()
    if status < 500 and status not in MAY_HAVE_PAID:
        field = OURS.get(told.parameter, told.parameter)
        return value_refused(facts.label, said, [field] if field else [])
    return GenerationFailed, f"{facts.label} could not make the image ({said})."


def _model(facts: Facts) -> str:
    return next(variable for variable in facts.own if variable.endswith("_MODEL"))
