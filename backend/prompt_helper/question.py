"""One question to a chat server, whose reservation is closed by what is known of its bill."""

from dataclasses import dataclass, field
from uuid import uuid4

from backend.domain.errors import PlaygroundError
from backend.money.ledger import Budget
from backend.prompt_helper.client import call
from backend.prompt_helper.instructions import Messages
from backend.prompt_helper.prices import Cost, cost_of
from backend.prompt_helper.replies import Words, read_words
from backend.prompt_helper.server import Server

NAME = "prompt-helper"
"""What it is called in the ledger."""
MOST_TOKENS = 2048
"""Of an answer; those that think before they speak need most of them for that."""
_OTHER_NAME = "max_completion_tokens"
"""What OpenAI's own models that think have called it since 2024, refusing `max_tokens`."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What the ledger knows of a question."""

    visitor: str
    room: str | None
    backend: str = NAME
    id: str = field(default_factory=lambda: uuid4().hex)


async def ask(budget: Budget, charge: Charge | None, server: Server, messages: Messages) -> tuple[Words, Cost]:
    """Ask once, and close the reservation by what is known: a bill, nothing billed, or nobody knows."""
    held = True
    try:
        words = await _words(server, messages)
        cost = cost_of(words.usd, words.tokens, server.prices)
        if charge is not None and cost.usd is not None:
            budget.settle(charge.id, cost.usd)
            held = False
        return words, cost
    except PlaygroundError as error:
        held = error.billed != "no"
        if charge is not None and not held:
            budget.release(charge.id)
        raise
    finally:
        if charge is not None and held:
            budget.hold(charge.id)


async def _words(server: Server, messages: Messages) -> Words:
    named = {"model": server.model} if server.model else {}
    body = {**named, "messages": messages, "stream": False}
    answer = await call(server, "/chat/completions", {**body, "max_tokens": MOST_TOKENS})
    if answer.status == 400 and _OTHER_NAME.encode() in answer.content:
        # A refusal of a field is billed by nobody: this is no second order.
        answer = await call(server, "/chat/completions", {**body, _OTHER_NAME: MOST_TOKENS})
    return read_words(server, answer)
