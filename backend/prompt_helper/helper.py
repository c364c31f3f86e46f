"""The prompt helper: words a prompt better or describes a picture, under the visitor's rate and caps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotAllowed, NotReady, OverBudget, PlaygroundError, Problem
from backend.money.ledger import Budget
from backend.prompt_helper.client import call
from backend.prompt_helper.exchange import Exchange
from backend.prompt_helper.instructions import Language, Messages, describing, enhancing, language_of
from backend.prompt_helper.kept_words import Checked, check_kept
from backend.prompt_helper.language import script_of
from backend.prompt_helper.looking import PORTS, find
from backend.prompt_helper.prices import MOST_OF_A_PICTURE, Cost, cost_of
from backend.prompt_helper.replies import MOST_CHARACTERS, Words, read_words
from backend.prompt_helper.server import Server, server_of
from backend.settings import Settings
from backend.visitors.rates import Rate, Rates

NAME = "prompt-helper"
"""What it is called in the ledger."""
MOST_TOKENS = 2048
"""Of an answer; those that think before they speak need most of them for that."""
_OTHER_NAME = "max_completion_tokens"
"""What OpenAI's own models that think have called it since 2024, refusing `max_tokens`."""
RATE = Rate(10, seconds=60)
RATE_OF_AN_ADDRESS = Rate(60, seconds=60)
PICTURE_PIXELS = 1024
"""The longer side of the copy that is sent of a picture."""
UNPRICED = (
    "Nobody knows beforehand what the prompt helper costs, so it can't be asked under a spend cap: its owner has to "
    "set `PLAYGROUND_LLM_USD_PER_MILLION`."
)


@dataclass(slots=True)
class Found:
    """The server that the owner let look for, until the playground ends."""

    server: Server | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A new text beside the old one; nothing takes it over but the visitor.

    `before` is empty for a description. `put_back` is what the model had lost of what has to stay; `added` are quotes
    and marks of its own; `other_language` and `cut` say that it answered in another script, and not to its end.
    """

    text: str
    before: str
    host: str
    model: str
    cost: Cost
    put_back: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    other_language: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Charge:
    """What the ledger knows of a question."""

    visitor: str
    room: str | None
    backend: str = NAME
    id: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, slots=True)
class Helper:
    """Asks the server that is set, or was found; `found` is shared by all pages of a playground."""

    settings: Settings
    budget: Budget
    rates: Rates
    found: Found

    @property
    def server(self) -> Server | None:
        """Return who is asked, or None where nobody is set."""
        return server_of(self.settings) or self.found.server

    @property
    def may_look(self) -> bool:
        """Whether somebody may look for a server here: only the owner does, so on a public page nobody may."""
        return not self.settings.public and self.settings.llm_base_url is None

    def look(self) -> Iterator[Server | None]:
        """Look on this machine's two usual ports, once each; yield None meanwhile, then the server, which is kept.

        Raises `NotAllowed` on a public page, and `NotReady` where no server is there.
        """
        if not self.may_look:
            raise NotAllowed("Only the owner of a playground that nobody else reaches may look for a prompt helper.")
        for server in Exchange(partial(find, PORTS, self.settings.llm_model or "")).watch():
            self.found.server = server or self.found.server
            yield server

    def enhance(self, caller: Caller, prompt: str) -> Iterator[Suggestion | None]:
        """Ask for a better wording; yield None meanwhile, then the suggestion, unless it was stopped.

        Raises `InvalidRequest` for an empty or overlong prompt, `NotReady` without a server, `TooManyRequests`,
        `OverBudget`, and `GenerationFailed` and its kin for what the server does.
        """
        prompt = prompt.strip()
        if not prompt:
            raise InvalidRequest([Problem("prompt", "is empty; write a few words to be worded better.")])
        if len(prompt) > MOST_CHARACTERS:
            raise InvalidRequest([Problem("prompt", f"has {len(prompt)} characters; the most is {MOST_CHARACTERS}.")])
        yield from self._asked(caller, enhancing(prompt), prompt, len(prompt.encode()))

    def describe(self, caller: Caller, picture: bytes, language: Language = "en") -> Iterator[Suggestion | None]:
        """Ask what a picture (a small JPEG) shows, as a prompt; yields and raises as `enhance` does."""
        yield from self._asked(caller, describing(picture, language), "", MOST_OF_A_PICTURE)

    def _asked(self, caller: Caller, messages: Messages, before: str, weight: int) -> Iterator[Suggestion | None]:
        server = self.server
        if server is None:
            raise NotReady("This playground has no prompt helper: its owner can set `PLAYGROUND_LLM_BASE_URL`.")
        if self.settings.public:
            self.rates.take("questions to the prompt helper", RATE_OF_AN_ADDRESS, caller.address)
            self.rates.take("questions to the prompt helper", RATE, caller.visitor)
        told = len(str(messages[0]["content"]).encode()) + weight
        charge = self._reserved(caller, server, told)
        exchange = Exchange(partial(_ask, self.budget, charge, server, messages))
        if caller.press:
            caller.press.carry(exchange)
        for answer in exchange.watch():
            yield None if answer is None else _suggestion(server, answer, before)

    def _reserved(self, caller: Caller, server: Server, told: int) -> _Charge | None:
        """Set money aside for at most `told` tokens: none has less than a byte. Nothing for a server that is free."""
        prices = server.prices
        if prices is not None and prices.free:
            return None
        charge = _Charge(caller.visitor, caller.room)
        most = None if prices is None else prices.of(told + 64, MOST_TOKENS)
        address = None if caller.signed_in else caller.address
        standings = self.budget.standings(caller.visitor, room=caller.room, address=address)
        if most is None and standings:
            raise OverBudget(UNPRICED)
        self.budget.reserve(charge, most, address=address)
        return charge


async def _ask(budget: Budget, charge: _Charge | None, server: Server, messages: Messages) -> tuple[Words, Cost]:
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


def _suggestion(server: Server, answer: tuple[Words, Cost], before: str) -> Suggestion:
    words, cost = answer
    checked = check_kept(before, words.text) if before else Checked(words.text)
    was, now = script_of(before), script_of(words.text)
    return Suggestion(
        checked.text,
        before,
        server.host,
        server.model,
        cost,
        checked.put_back,
        checked.added,
        other_language=bool(was and now and was != now),
        cut=words.cut,
    )


def language_for(prompt: str, accepted: str = "") -> Language:
    """Return a description's language: the prompt's, else that which a browser asks for first (`Accept-Language`)."""
    return language_of(prompt, "zh" if accepted.strip().lower().startswith("zh") else "en")
