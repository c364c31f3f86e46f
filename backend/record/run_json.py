"""A run as the JSON that the API, the zip and the page's request view show."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from backend.domain.errors import PlaygroundError
from backend.domain.events import Mapped
from backend.domain.parts import SAFE_INTEGER
from backend.domain.records import AS_MADE, DREW, SENT_SEED, Run, RunImage
from backend.domain.requests import IN_DIGITS, seeds
from backend.images.keep import UNSIGNED


def run_json(run: Run) -> dict[str, Any]:
    """Return a run as JSON; an unknown cost or seed is null, and seeds from 2^53 on are strings.

    `model` of an image is the one of this machine that drew it, and null where a provider's did; `unsigned` says why it
    has no signature where results are signed here, and is null else. `sent_seed` is a seed that went along and isn't
    proven, `as_made` says in what it isn't what was asked for; or null.
    """
    return {
        "run_id": run.id,
        "backend": run.backend,
        "mode": run.request.mode,
        "status": run.status,
        "error": run.error,
        "billed": run.billed,
        "seeds": [seed_json(image.seed) for image in run.images] or [seed_json(seed) for seed in seeds(run.request)],
        "cost_usd": _usd(_cost(run)),
        "cost_kind": run.cost_kind,
        "estimate_usd": _usd(run.estimate_usd),
        "seconds": run.seconds,
        "request": {
            **run.request.model_dump(mode="json"),
            **{name: seed_json(getattr(run.request, name)) for name in sorted(IN_DIGITS)},
        },
        "images": [image_json(image) for image in run.images],
    }


def runs_json(runs: Sequence[Run], refusal: PlaygroundError | None = None) -> dict[str, Any]:
    """Return one answer for the runs that one request became, a run an image where its prompt had choices.

    It reads as the first run's, with every image and seed and the sums of costs and seconds; `runs` holds each by
    itself where there are several. `refusal` says why the rest was not begun.
    """
    if refusal is not None:
        return {**runs_json(runs), "status": "partial", "error": str(refusal), "billed": refusal.billed}
    if len(runs) == 1:
        return run_json(runs[0])
    told = [run_json(run) for run in runs]
    whole = all(run.status == "finished" for run in runs)
    return {
        **told[0],
        "status": "finished" if whole else "partial",
        "error": next((each["error"] for each in told if each["error"]), None),
        "billed": next((each["billed"] for each in told if each["billed"]), None),
        "seeds": [seed for each in told for seed in each["seeds"]],
        "images": [image for each in told for image in each["images"]],
        "cost_kind": told[0]["cost_kind"] if len({run.cost_kind for run in runs}) == 1 else "unknown",
        "cost_usd": _sum(_cost(run) for run in runs),
        "estimate_usd": _sum(run.estimate_usd for run in runs),
        "seconds": _sum(run.seconds for run in runs),
        "runs": told,
    }


def map_json(made: Mapped) -> dict[str, Any]:
    """Return a control map as JSON: its size in pixels and what this call has cost; an unknown cost is null."""
    width, height = made.size
    picture = {"sha256": made.sha256, "width": width, "height": height}
    if made.run is None:
        return {**picture, "run_id": None, "cost_usd": 0.0, "cost_kind": "free"}
    return {**picture, "run_id": made.run.id, "cost_usd": _usd(_cost(made.run)), "cost_kind": made.run.cost_kind}


def seed_json(seed: int | None) -> int | str | None:
    """Return a seed so that every JSON reader keeps its digits."""
    return seed if seed is None or seed < SAFE_INTEGER else str(seed)


def image_json(image: RunImage) -> dict[str, Any]:
    """Return one image as JSON, its size in pixels; an unknown cost or seed is null."""
    return {
        "seed": seed_json(image.seed),
        "cost_usd": _usd(image.cost_usd),
        "sha256": image.sha256,
        "width": image.width,
        "height": image.height,
        "flagged": image.flagged,
        "model": image.details.get(DREW),
        "unsigned": image.details.get(UNSIGNED),
        "sent_seed": _sent(image),
        "as_made": image.details.get(AS_MADE),
    }


def _sent(image: RunImage) -> int | str | None:
    sent = image.details.get(SENT_SEED)
    return seed_json(int(sent["seed"])) if sent else None


def _cost(run: Run) -> Decimal | None:
    """Return a run's cost (USD): what is free costs nothing, also before it has ended, or where its end isn't known."""
    return Decimal(0) if run.cost_kind == "free" else run.cost_usd


def _sum(values: Iterable[Decimal | float | None]) -> float | None:
    known = [*values]
    return None if None in known else float(sum(value for value in known if value is not None))


def _usd(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
