"""What a visitor may still spend on the server's keys, for the line beside the price and for the button."""

from dataclasses import dataclass
from decimal import Decimal

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.money.caps import UNPRICED, Scope
from backend.money.ledger import Payer
from backend.playground import Playground


@dataclass(frozen=True, slots=True)
class Allowance:
    """How a run stands under the caps.

    `left_usd` is what the tightest cap leaves, and `scope` which one that is; both are None where no cap holds, such as
    on a visitor's own key. `counted_usd` counts under that cap so far; without one, of the visitor's last 24 hours; it
    holds what may yet be billed, so it is no bill. `refusal` says why this run would be refused, or is None.
    """

    payer: Payer
    left_usd: Decimal | None = None
    scope: Scope | None = None
    refusal: str | None = None
    counted_usd: Decimal = Decimal(0)


def allowance(playground: Playground, caller: Caller, backend: Backend, estimate: Estimate) -> Allowance:
    """Return what is left for a run of this price; reads the ledger, and reserves nothing."""
    payer = payer_of(backend, caller, estimate)
    address = None if caller.signed_in else caller.address
    if payer == "nobody":
        return Allowance(payer)
    if payer == "visitor":
        return Allowance(payer, counted_usd=playground.budget.counted(caller.visitor, payer))
    standings = playground.budget.standings(caller.visitor, room=caller.room, address=address)
    if not standings:
        return Allowance(payer, counted_usd=playground.budget.counted(caller.visitor, payer))
    tightest = min(standings, key=lambda standing: standing.left)
    refusal = None
    if estimate.most is None:
        refusal = UNPRICED
    elif estimate.most > tightest.left:
        refusal = tightest.refusal(estimate.most)
    return Allowance(payer, tightest.left, tightest.scope, refusal, tightest.spent)


def payer_of(backend: Backend, caller: Caller, estimate: Estimate) -> Payer:
    """Say whose money a run takes: nobody's on this machine, the visitor's with their own key, else the house's."""
    if estimate.free or not backend.takes_money:
        return "nobody"
    return "visitor" if backend.name in caller.keys else "house"
