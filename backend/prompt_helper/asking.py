"""The prompt helper: words a prompt better or describes a picture, under the visitor's rate and caps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import get_args

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotAllowed, NotReady, OverBudget, Problem
from backend.money.ledger import Budget
from backend.prompt_helper.exchange import Exchange
from backend.prompt_helper.instructions import Language, Messages, describing, enhancing, language_of
from backend.prompt_helper.looking import PORTS, find
from backend.prompt_helper.prices import MOST_OF_A_PICTURE
from backend.prompt_helper.question import MOST_TOKENS, Charge, ask
from backend.prompt_helper.replies import MOST_CHARACTERS, whole
from backend.prompt_helper.server import Server, server_of
from backend.prompt_helper.suggestion import Suggestion, suggestion
from backend.settings import Settings
from backend.visitors.rates import Rate, Rates

RATE = Rate(10, seconds=60)
RATE_OF_AN_ADDRESS = Rate(60, seconds=60)
PICTURE_PIXELS = 1024
"""The longer side of the copy that is sent of a picture."""
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""What a description may be written in."""
UNPRICED = (
    "Nobody knows beforehand what the prompt helper costs, so it can't be asked under a spend cap: its owner has to "
    "set `PLAYGROUND_LLM_USD_PER_MILLION`."
)


@dataclass(slots=True)
class Found:
    """The server that the owner let look for, until the playground ends."""

    server: Server | None = None


@dataclass(frozen=True, slots=True)
class PromptHelper:
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
        if whole(prompt) != prompt:
            raise InvalidRequest([Problem("prompt", "holds half a sign, which no text has; write it anew.")])
        server = self._admitted(caller)
        yield from self._asked(caller, server, enhancing(prompt), prompt, len(prompt.encode()))

    def describe(
        self, caller: Caller, picture: Callable[[], bytes], language: Language = "en"
    ) -> Iterator[Suggestion | None]:
        """Ask what a picture shows, as a prompt; yields and raises as `enhance` does.

        `picture` returns a small JPEG; it is called once the question is admitted, and may raise what is wrong with it.
        """
        server = self._admitted(caller)
        yield from self._asked(caller, server, describing(picture(), language), "", MOST_OF_A_PICTURE)

    def _admitted(self, caller: Caller) -> Server:
        """Return who is asked; raise `NotReady` where nobody is, and `TooManyRequests` on a public page."""
        server = self.server
        if server is None:
            raise NotReady("This playground has no prompt helper: its owner can set `PLAYGROUND_LLM_BASE_URL`.")
        if self.settings.public:
            self.rates.take("questions to the prompt helper", RATE_OF_AN_ADDRESS, caller.address)
            self.rates.take("questions to the prompt helper", RATE, caller.visitor)
        return server

    def _asked(
        self, caller: Caller, server: Server, messages: Messages, before: str, weight: int
    ) -> Iterator[Suggestion | None]:
        told = len(str(messages[0]["content"]).encode()) + weight
        charge = self._reserved(caller, server, told)
        exchange = Exchange(partial(ask, self.budget, charge, server, messages))
        if caller.press:
            caller.press.carry(exchange)
        for answer in exchange.watch():
            yield None if answer is None else suggestion(server, *answer, before)

    def _reserved(self, caller: Caller, server: Server, told: int) -> Charge | None:
        """Set money aside for at most `told` tokens: none has less than a byte. Nothing for a server that is free."""
        prices = server.prices
        if prices is not None and prices.free:
            return None
        charge = Charge(caller.visitor, caller.room)
        most = None if prices is None else prices.of(told + 64, MOST_TOKENS)
        address = None if caller.signed_in else caller.address
        standings = self.budget.standings(caller.visitor, room=caller.room, address=address)
        if most is None and standings:
            raise OverBudget(UNPRICED)
        self.budget.reserve(charge, most, address=address)
        return charge


def language_for(prompt: str, accepted: str = "") -> Language:
    """Return a description's language: the prompt's, else that which a browser asks for first (`Accept-Language`)."""
    return language_of(prompt, "zh" if accepted.strip().lower().startswith("zh") else "en")
