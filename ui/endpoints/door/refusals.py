"""From what went wrong to what a program is told: status, sentence, field, and whether asking again makes sense.

What was or may have been billed is never told by a status that clients ask again on: 408, 409, 429 and 5xx.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.errors import (
    AskedOtherwise,
    BadImage,
    BadLink,
    Billed,
    GenerationFailed,
    InsufficientCredit,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotReady,
    OutOfMemory,
    OverBudget,
    PlaygroundError,
    Problem,
    ProviderBusy,
    ProviderRefused,
    ProviderUnreachable,
    StorageFull,
    TooManyRequests,
    Unsupported,
    WrongKey,
)
from backend.domain.records import Run
from backend.domain.requests import REQUEST_TYPES
from ui.endpoints.door.body import BODY
from ui.look import words

MOST_WAIT_SECONDS = 10
"""Stock clients sleep for as long as `Retry-After` says, up to two minutes without a word: longer waits are told."""
BROKE_DOWN = "The playground broke down on this request; its log says why."
NAMED = re.compile(r"`(\w+)`")
"""A field, or another name, within a sentence."""
_FIELDS = frozenset(name for kind in REQUEST_TYPES.values() for name in kind.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a request gets no images: an HTTP status, a short code, a sentence, and the field that it is about.

    `again` says whether asking once more makes sense, after `wait` seconds where that is known.
    """

    status: int
    code: str
    message: str
    field: str | None = None
    again: bool = False
    wait: int | None = None
    billed: Billed = "no"
    runs: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """Return what stands in the head of the answer, whatever its form."""
        found = {"x-should-retry": "true" if self.again else "false"}
        if self.wait is not None:
            found["retry-after"] = str(self.wait)
        if self.runs:
            found["x-playground-run-id"] = ",".join(self.runs)
        return found


_KINDS: tuple[tuple[type[PlaygroundError], int, str, bool], ...] = (
    (AskedOtherwise, 422, "idempotency_key_reused", False),
    (WrongKey, 401, "invalid_api_key", False),
    (Unsupported, 400, "unsupported_value", False),
    (InvalidRequest, 400, "invalid_value", False),
    (BadImage, 400, "invalid_image", False),
    (BadLink, 400, "invalid_value", False),
    (NotAllowed, 403, "not_allowed", False),
    (NotFound, 404, "not_found", False),
    (NotReady, 409, "not_ready", False),
    (OverBudget, 402, "spend_cap_reached", False),
    (InsufficientCredit, 402, "insufficient_credit", False),
    (TooManyRequests, 429, "rate_limit_exceeded", True),
    (StorageFull, 503, "no_room", True),
    (OutOfMemory, 400, "out_of_memory", False),
    (ProviderRefused, 400, "refused_by_provider", False),
    (ProviderBusy, 503, "provider_busy", True),
    (ProviderUnreachable, 502, "provider_unreachable", True),
)


def refused(error: PlaygroundError, runs: Sequence[Run] = ()) -> Refused:
    """Return what is told of an error, with the runs that had begun: what the record says of their bills counts too.

    An error of ours may name its `field` and its `code` in its details; a provider's code there is about its own API,
    and would read as if this one's key or field were meant.
    """
    status, code, again = next(
        ((status, code, again) for kind, status, code, again in _KINDS if isinstance(error, kind)),
        (502, "generation_failed", True),
    )
    if not isinstance(error, GenerationFailed):
        code = error.details.get("code", code)
    found = Refused(status=status, code=code, message=_sentence(error), field=_field(error), again=again)
    if isinstance(error, TooManyRequests):
        wait = int(error.wait_seconds)
        found = replace(found, wait=wait, again=wait <= MOST_WAIT_SECONDS)
    return _with_bill(found, error, runs)


def broken(run_ids: Iterable[str]) -> Refused:
    """Return what is told of a fault of our own: once a run began it may be billed, and isn't asked again."""
    runs = tuple(run_ids)
    if not runs:
        return Refused(status=500, code="broke_down", message=BROKE_DOWN)
    message = f"{BROKE_DOWN} {words.BILLED['unknown']}"
    return Refused(status=424, code="broke_down", message=message, billed="unknown", runs=runs)


def _with_bill(found: Refused, error: PlaygroundError, runs: Sequence[Run]) -> Refused:
    known = [_bill_of(run) for run in runs]
    billed: Billed = "unknown" if "unknown" in (*known, error.billed) else error.billed
    if runs and all(run.cost_kind == "free" for run in runs):
        billed = "no"
    if "yes" in known and billed == "no":
        billed = "yes"
    found = replace(found, billed=billed, runs=tuple(run.id for run in runs))
    if billed == "no":
        return found
    status = 402 if isinstance(error, InsufficientCredit | OverBudget) else 424
    return replace(found, status=status, again=False, wait=None, message=f"{found.message} {words.BILLED[billed]}")


def _bill_of(run: Run) -> Billed:
    """Return what the record says of a run's bill; one that is well over says it by what it cost alone."""
    if run.billed or run.cost_kind == "free":
        return run.billed or "no"
    if run.images:
        return "yes" if run.cost_kind == "billed" else "unknown"
    return "unknown" if run.status == "running" else "no"


def _sentence(error: PlaygroundError) -> str:
    if not isinstance(error, InvalidRequest):
        return str(error)
    told = dict.fromkeys(f"`{_named(problem)}`: {problem.message}" for problem in error.problems)
    return " ".join(told)


def _field(error: PlaygroundError) -> str | None:
    if isinstance(error, BadImage):
        return "image"
    if isinstance(error, ProviderRefused):  # Whose sentence names the fields that it refuses, where they are told.
        return next((name for name in NAMED.findall(str(error)) if name in _FIELDS), None)
    named = error.problems[0] if isinstance(error, InvalidRequest) and error.problems else None
    return _named(named) if named else error.details.get("field")


def _named(problem: Problem) -> str:
    """Return a problem's field; of several together, the first that the sentence names."""
    told = NAMED.search(problem.message)
    return problem.field or (told[1] if told else BODY)
