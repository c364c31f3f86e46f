"""Money, time and errors as text: the words that the page and the API share."""

from decimal import Decimal

from backend.domain.capabilities import Estimate
from backend.domain.errors import (
    BadImage,
    Billed,
    InvalidRequest,
    NotFound,
    NotReady,
    OutOfMemory,
    OverBudget,
    PlaygroundError,
    ProviderUnreachable,
    StorageFull,
    Unsupported,
)
from backend.domain.records import SENT_SEED, CostKind, Run, RunImage
from backend.domain.requests import MODE_LABELS, TABBED, Mode
from backend.generation.allowance import Allowance
from backend.money.caps import Scope

UNKNOWN_SEED = "unknown"
UNKNOWN_COST = "cost unknown"
FREE = "free"

BILLED: dict[Billed, str] = {
    "no": "Nothing was billed.",
    "yes": "This was billed.",
    "unknown": "Whether this was billed isn't known: the provider's own account page will say.",
}

BILLED_OF_ONE: dict[Billed, str] = BILLED | {
    "no": "Nothing was billed for this one.",
    "yes": "This one was billed.",
}
"""Of one run among several."""

BILLED_OF_THE_REST: dict[Billed, str] = {
    "no": "Nothing was billed for what is missing.",
    "yes": "What is missing was billed, too.",
    "unknown": "Whether what is missing was billed isn't known: the provider's own account page will say.",
}
"""Of a run beside the images that came of it."""

_TITLES: tuple[tuple[type[PlaygroundError], str], ...] = (
    (Unsupported, "This backend can't do that"),
    (InvalidRequest, "Some values need another look"),
    (BadImage, "This image can't be used"),
    (NotReady, "Not ready yet"),
    (OverBudget, "More than the spend cap leaves"),
    (StorageFull, "No room to keep the image"),
    (OutOfMemory, "Not enough memory for this run"),
    (ProviderUnreachable, "The provider can't be reached"),
)


def tabless(mode: object) -> str:
    """Return what is said where the settings of an enlargement come into the form; nothing of a mode that has a tab."""
    return "" if mode in TABBED else "Upscale has no tab: its picture's words and seed are in the form."


def error_title(error: PlaygroundError) -> str:
    """Return the headline of an error card."""
    return next((title for kind, title in _TITLES if isinstance(error, kind)), "The run didn't finish")


def dollars(amount: Decimal) -> str:
    """Return USD with four decimals, more only where they carry the value: `$0.0013`, `$1.50`."""
    if amount == 0:
        return "$0"
    text = f"{amount:.2f}" if amount >= 1 else f"{amount:.4f}" if amount >= Decimal("0.0001") else f"{amount:.6f}"
    return f"${text}"


def price(estimate: Estimate) -> str:
    """Return what a run may cost before it starts; an estimate always wears `≈`."""
    if estimate.free:
        return FREE
    if estimate.likely is None:
        return "price unknown"
    most = f" (up to {dollars(estimate.high)})" if estimate.high and estimate.high > estimate.likely else ""
    return f"≈ {dollars(estimate.likely)}{most}"


def cost(amount: Decimal | None, kind: CostKind) -> str:
    """Return what an image or a run cost (USD); only an estimate wears `≈`, and unknown is never 0."""
    if kind == "free":
        return FREE
    if amount is None or kind == "unknown":
        return UNKNOWN_COST
    return f"≈ {dollars(amount)}" if kind == "estimated" else dollars(amount)


def unable(label: str, mode: Mode) -> str:
    """Return that a backend doesn't do a mode."""
    return f"{label} doesn't do {MODE_LABELS[mode]}"


_CAPS: dict[Scope | None, tuple[str, str]] = {
    None: ("in 24 hours", "no cap"),
    "visitor": ("in 24 hours", "your cap leaves {}"),
    "address": ("for your network in 24 hours", "its cap leaves {}"),
    "house": ("for everybody in 24 hours", "the cap leaves {}"),
    "room": ("in this room", "its cap leaves {}"),
    "key": ("on this key", "its cap leaves {}"),
}
"""Where what counts was spent, and what may still be, by the tightest cap."""


def money_line(stand: Allowance, estimate: Estimate) -> str:
    """Return in one line what this run, those before it and the tightest cap are; nothing where nobody pays.

    The button has the whole range of the price. What counts so far holds reservations of what isn't billed yet, so it
    is called counted, and not billed.
    """
    if stand.payer == "nobody":
        return ""
    where, cap = _CAPS[stand.scope]
    leaves = "your own key pays" if stand.payer == "visitor" else cap.format(dollars(stand.left_usd or Decimal(0)))
    likely = price(Estimate(estimate.likely))
    return f"This run {likely} · counted {where} {dollars(stand.counted_usd)} · {leaves}"


def counted(count: int, what: str) -> str:
    """Return a number of things: `1 run`, `2 runs`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def gone(count: int) -> str:
    """Return what emptying the trash did."""
    return f"{counted(count, 'run')} {'is' if count == 1 else 'are'} gone for good."


def duration(seconds: float | None) -> str:
    """Return seconds for people: `1.4 s`, `2 min 5 s`."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def stopped(seconds: float, run: Run | None = None, *, submitted: bool) -> str:
    """Return what Stop did, and what came of the run once that is known; an order can't be taken back."""
    if not seconds and run is None:
        return "Not begun."
    said = f"Stopped after {duration(seconds)}"
    if run is not None:
        return f"{said}; {_came(run)}."
    if submitted:
        return f"{said}. The provider had accepted it and goes on to the end: what it makes and costs comes here."
    return f"{said}."


def _came(run: Run) -> str:
    count = len(run.images)
    images = "1 image was" if count == 1 else f"{count} images were" if count else "no image was"
    if run.cost_kind == "free":
        return f"{images} ready"
    if run.cost_usd is None:
        return f"{images} made, what was billed isn't known"
    return f"{images} made, {'nothing' if run.cost_usd == 0 else cost(run.cost_usd, run.cost_kind)} was billed"


def lost_file(error: PlaygroundError) -> str:
    """Say in an image's place why it isn't shown, and the way out."""
    if isinstance(error, NotFound):
        return "Its file is gone from the data folder. Its settings are kept: run them again with the same seed."
    if isinstance(error, BadImage):
        return "Its file is damaged. Its settings are kept: run them again with the same seed."
    return str(error)


def seed_text(seed: int | None) -> str:
    """Return a seed as text; browsers lose integers above 2^53."""
    return UNKNOWN_SEED if seed is None else str(seed)


def seed_of(image: RunImage) -> str:
    """Return an image's seed as text, with what is known of it where it was only sent."""
    sent = image.details.get(SENT_SEED)
    if image.seed is not None or not sent:
        return seed_text(image.seed)
    return f"{sent['seed']} sent, not kept" if sent["verdict"] == "refuted" else f"{sent['seed']} sent, not proven"


def seed_again(image: RunImage) -> str | None:
    """Return the seed that may make the image again, also one that was only sent; None where there's none."""
    sent = image.details.get(SENT_SEED)
    return str(image.seed) if image.seed is not None else str(sent["seed"]) if sent else None


def sentence(error: PlaygroundError) -> str:
    """Return the whole error as text, for the API: what happened, and whether it was billed."""
    if isinstance(error, InvalidRequest):
        return str(error)
    return f"{error} {BILLED[error.billed]}"
