"""What a chat server's answer says: the words alone, its tokens, its cost, or why there are none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.domain.errors import GenerationFailed, NotReady, PlaygroundError, ProviderBusy, ProviderRefused
from backend.prompt_helper.client import Answer, unreadable
from backend.prompt_helper.server import Server

MOST_CHARACTERS = 3000
"""A prompt's own limit."""
COST_HEADER = "x-litellm-response-cost"
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHTS = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"\A```[\w-]*\n(.*?)\n?```\Z", re.DOTALL)
_HEADING = re.compile(
    r"\A(?:#+\s*|\*\*)?"
    r"(?:(?:sure|certainly|of course|here(?:'s| is| are))\b[^\n:]{0,80}[:：](?:\*\*)?[ \t]*\n"
    r"|(?:(?:enhanced|improved|rewritten|new|final) )?(?:prompt|description)(?:\*\*)?[:：](?:\*\*)?"
    r"|(?:优化|改写|新)?后?的?提示词[:：])\s*",
    re.IGNORECASE,
)
_AROUND = (('"', '"'), ("“", "”"), ("'", "'"), ("`", "`"), ("「", "」"))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an answer, whether they end where the model was cut short, and what the server says that it took.

    `tokens` are those sent and answered; `usd` is the server's own bill. Both are None where it says nothing.
    """

    text: str
    cut: bool = False
    tokens: tuple[int, int] | None = None
    usd: Decimal | None = None


def read_words(server: Server, answer: Answer) -> Words:
    """Return what an answer says; raise the error of one that says nothing, each with a sentence of its own."""
    if not answer.ok:
        raise _refusal(server, answer)
    body = answer.json()
    if not isinstance(body, Mapping):
        raise unreadable(server, "it is no JSON: is the address that of a chat server, with its /v1?")
    choice = _first(body.get("choices"))
    text = clean(_content(choice))
    if not text:
        raise unreadable(server, "there are no words in it")
    if len(text) > MOST_CHARACTERS:
        raise unreadable(server, f"{len(text)} characters, where a prompt has at most {MOST_CHARACTERS}")
    usage = body.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    return Words(text, choice.get("finish_reason") == "length", _tokens(usage), _usd(usage, answer))


def clean(text: str) -> str:
    """Return an answer without what isn't meant: thoughts, a code fence, a heading, quotes around all of it."""
    text = whole(text).replace("\0", "")
    text = _END_OF_THOUGHTS.sub("", _THOUGHTS.sub("", text)).strip()
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    text = _HEADING.sub("", text, count=1).strip()
    for opening, closing in _AROUND:
        inner = text[1:-1]
        if len(text) > 1 and text[0] == opening and text[-1] == closing and not {opening, closing} & set(inner):
            return inner.strip()
    return text


def whole(text: str) -> str:
    """Return a text without halves of signs (lone surrogates), which JSON can write and nothing else can."""
    return text.encode("utf-8", "ignore").decode()


def _first(choices: object) -> Mapping[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else {}


def _content(choice: Mapping[str, Any]) -> str:
    message = choice.get("message")
    content = message.get("content") if isinstance(message, Mapping) else None
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _tokens(usage: Mapping[str, Any]) -> tuple[int, int] | None:
    found = usage.get("prompt_tokens"), usage.get("completion_tokens")
    sent, answered = found
    if type(sent) is int and type(answered) is int and sent >= 0 and answered >= 0:
        return sent, answered
    return None


def _usd(usage: Mapping[str, Any], answer: Answer) -> Decimal | None:
    """Return the bill as OpenRouter (`usage.cost`) and litellm's proxy (a header) tell it; a 0 tells nothing."""
    for told in (usage.get("cost"), answer.headers.get(COST_HEADER)):
        try:
            amount = Decimal(str(told))
        except InvalidOperation:
            continue
        if amount.is_finite() and amount > 0:
            return amount
    return None


def _refusal(server: Server, answer: Answer) -> PlaygroundError:
    where, status = f"The prompt helper at {server.host}", answer.status
    if status in (401, 403):
        return NotReady(f"{where} refuses its key (status {status}): its owner has to set another.")
    if status == 404:
        return NotReady(f"{where} has no such path or model (status 404): its owner has to look at address and model.")
    if status in (429, 503):
        return ProviderBusy(f"{where} has no room just now (status {status}): try again in a minute.")
    if status < 400:
        return ProviderRefused(f"{where} points to another address (status {status}), which is not followed.")
    if status < 500:
        why = "perhaps no model is set, or it sees no pictures, or reads less"
        return ProviderRefused(f"{where} refuses this (status {status}): {why}.")
    return GenerationFailed(f"{where} failed (status {status}): try again later.", billed="unknown")
