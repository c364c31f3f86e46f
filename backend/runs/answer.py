"""A run as the JSON that the API, the zip and the page's request view show."""

from decimal import Decimal
from typing import Any

from backend.requests import seeds
from backend.runs.records import Run, RunImage

SAFE_INTEGER = 2**53


def run_json(run: Run) -> dict[str, Any]:
    """Return a run as JSON; an unknown cost or seed is null, and seeds from 2^53 on are strings."""
    return {
        "run_id": run.id,
        "backend": run.backend,
        "mode": run.request.mode,
        "status": run.status,
        "error": run.error,
        "billed": run.billed,
        "seeds": [seed_json(image.seed) for image in run.images] or [seed_json(seed) for seed in seeds(run.request)],
        "cost_usd": _usd(run.cost_usd),
        "cost_kind": run.cost_kind,
        "estimate_usd": _usd(run.estimate_usd),
        "seconds": run.seconds,
        "request": {**run.request.model_dump(mode="json"), "seed": seed_json(run.request.seed)},
        "images": [_image_json(image) for image in run.images],
    }


def seed_json(seed: int | None) -> int | str | None:
    """Return a seed so that every JSON reader keeps its digits."""
    return seed if seed is None or seed < SAFE_INTEGER else str(seed)


def _image_json(image: RunImage) -> dict[str, Any]:
    return {
        "seed": seed_json(image.seed),
        "cost_usd": _usd(image.cost_usd),
        "sha256": image.sha256,
        "width": image.width,
        "height": image.height,
        "flagged": image.flagged,
    }


def _usd(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
