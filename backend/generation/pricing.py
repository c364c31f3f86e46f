"""What a request may cost this visitor, as the page and the API say it before the run."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from backend.adapters.base import Backend
from backend.adapters.job import Heard
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import GenerationFailed
from backend.domain.requests import Request
from backend.generation.bought_maps import with_known_maps
from backend.generation.generate import book, prepare
from backend.generation.picture_access import check_pictures
from backend.money.spending import drift
from backend.playground import Playground
from backend.prompts.expansion import is_dynamic


def exact_price_of(playground: Playground, caller: Caller, backend: Backend, request: Request) -> Decimal:
    """Ask the provider what a run would be billed (USD); nothing is ordered, and it counts as a run in the rates.

    Where a provider draws all the same, or its answer is lost, what may be billed is recorded as a run that failed.
    """
    playground.admit(caller)
    check_pictures(playground, caller, request)
    prepared = prepare(backend, caller, request)
    heard = Heard()
    try:
        return backend.exact_price(with_known_maps(playground, caller, backend, prepared), caller, heard)
    except GenerationFailed as error:
        if error.billed != "no":
            book(playground, caller, backend, prepared, heard=heard, error=error)
        raise


def estimate_of(playground: Playground, caller: Caller, backend: Backend, request: Request) -> Estimate:
    """Return what a generation would reserve for: control maps that the visitor has bought before cost nothing again.

    A prompt with choices is a run an image, each of which pays for its own maps.
    """
    known = with_known_maps(playground, caller, backend, request)
    if known.count == 1 or not (is_dynamic(known.prompt) or is_dynamic(known.negative_prompt)):
        return backend.estimate(known, caller)
    return total([backend.estimate(known.model_copy(update={"count": 1}), caller)] * known.count)


def total(estimates: Sequence[Estimate]) -> Estimate:
    """Return what several runs may cost together; an amount is None where one of them is."""
    return Estimate(
        likely=_sum([one.likely for one in estimates]),
        low=_sum([one.low for one in estimates]),
        high=_sum([one.most for one in estimates]),
        free=all(one.free for one in estimates),
        note=estimates[0].note if len({one.note for one in estimates}) == 1 else "",
    )


def _sum(prices: Sequence[Decimal | None]) -> Decimal | None:
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def price_of(playground: Playground, caller: Caller, backend: Backend, request: Request) -> Estimate:
    """Return the estimate, with how far the visitor's bills were from it so far in its note; asks no provider."""
    estimate = estimate_of(playground, caller, backend, request)
    seen = None if estimate.free else drift(playground.store.engine, caller.visitor, backend.name)
    if seen is None:
        return estimate
    runs = "1 run" if seen.runs == 1 else f"{seen.runs} runs"
    told = f"Your bills so far: {seen.median:.2g} × the estimate (median of {runs})."
    return replace(estimate, note=f"{estimate.note} {told}".strip())
