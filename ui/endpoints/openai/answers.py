"""What came of an order in OpenAI's form, with seed, cost, seconds and run in one object of our own beside it."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backend.domain.records import Run, RunImage
from backend.images.incoming import MULTIPLE
from backend.playground import Playground
from backend.record.run_json import image_json, runs_json
from ui.endpoints.door.pictures import encoded
from ui.endpoints.openai.files import Files
from ui.endpoints.openai.wishes import Wish
from ui.endpoints.script_runs import Progressing

OURS = "playground"
"""The name of our own object in every answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Writes the answers to one request; `base` is this playground's address as the client wrote it."""

    playground: Playground
    files: Files
    wish: Wish
    base: str

    def whole(self, now: Progressing) -> dict[str, Any]:
        """Return the answer of an order that is over."""
        run = now.runs[0]
        return {
            "created": int(run.created.timestamp()),
            "data": [self.image(image, each) for each in now.runs for image in each.images],
            "background": "opaque",
            **shape(now.runs[-1].images or now.images),
            "usage": self.usage(now.runs),
            OURS: told(now),
        }

    def image(self, image: RunImage, run: Run | None = None) -> dict[str, Any]:
        """Return one image with what is known of it."""
        prompt = {"revised_prompt": run.request.prompt} if run else {}
        shown = {"url": self.files.address(image, self.base)} if self.wish.as_url else self.bytes_of(image)
        return {**shown, **prompt, OURS: image_json(image)}

    def bytes_of(self, image: RunImage) -> dict[str, str]:
        """Return an image's file."""
        return {"b64_json": encoded(self.playground, image)}

    def usage(self, runs: Sequence[Run]) -> dict[str, Any]:
        """Return the tokens that were read and drawn; nothing here is billed by them.

        An image's are the squares of 16 pixels that Z-Image draws: two VAE pixels a side, of 8 each.
        """
        text = sum(self._tokens(run) for run in runs)
        drawn = sum((image.width // MULTIPLE) * (image.height // MULTIPLE) for run in runs for image in run.images)
        details = {"text_tokens": text, "image_tokens": 0}
        return {
            "input_tokens": text,
            "output_tokens": drawn,
            "total_tokens": text + drawn,
            "input_tokens_details": details,
        }

    def _tokens(self, run: Run) -> int:
        backend = self.playground.backends.get(run.backend)
        return backend.count_tokens(run.request.prompt).tokens if backend else 0


def told(now: Progressing) -> dict[str, Any]:
    """Return what is said of the runs: as in the API, with the first image's seed and the prompts' notes."""
    said = runs_json(now.runs, now.refusal)
    return {"seed": next(iter(said["seeds"]), None), **said, "notes": list(now.notes)}


def shape(images: Sequence[RunImage]) -> dict[str, str]:
    """Return an image's size and format as OpenAI writes them."""
    if not images:
        return {}
    return {"size": f"{images[0].width}x{images[0].height}", "output_format": images[0].format, "quality": "auto"}


def heads(runs: Sequence[Run], call_id: str) -> dict[str, str]:
    """Return what stands in the head of an answer: the request, its runs, and what they cost; unknown is never 0."""
    said = runs_json(runs)
    seeds, cost = [seed for run in runs for seed in _seeds(run)], said["cost_usd"]
    return {
        "x-request-id": call_id,
        f"x-{OURS}-run-id": ",".join(run.id for run in runs),
        f"x-{OURS}-seed": ",".join("unknown" if seed is None else str(seed) for seed in seeds),
        f"x-{OURS}-cost-usd": "unknown" if cost is None else f"{cost:.6f}".rstrip("0").rstrip(".") or "0",
        f"x-{OURS}-cost-kind": said["cost_kind"],
        f"x-{OURS}-seconds": "unknown" if said["seconds"] is None else f"{said['seconds']:.3f}",
    }


def _seeds(run: Run) -> Iterator[int | None]:
    return (image.seed for image in run.images)


def preview_json(preview: bytes) -> str:
    """Return a preview (JPEG) in base64."""
    return base64.b64encode(preview).decode()
