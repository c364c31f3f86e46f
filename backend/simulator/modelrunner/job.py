"""A request that the simulated ModelRunner took, and what it says of it."""

import secrets
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from backend.simulator.modelrunner.schema import ENDPOINT, ModelInput

OFF_HOST = "https://queue.elsewhere.test"
SUBSTITUTE = "tongyi-mai/z-image/turbo/controlnet/lora"

FATES = {
    "off_host": "the status and result addresses lie on another host",
    "fail": "COMPLETED, with billingStatus failed; the result answers 422",
    "give_up": "FAILED, which the status says with 400",
    "purge": "done, and its payloads deleted at once",
    "substitute": "run by another model than the one asked for",
    "price_pending": "the bill is not settled when the result is there",
    "price_absent": "nobody ever says the price",
    "price_late": "the result lacks the price; the record has it",
    "shape_url": "the output is one address",
    "shape_files": "the output is a list of file objects",
    "shape_images": "the output is fal's: images, seed, has_nsfw_concepts, prompt",
    "shape_bare": "the result is fal's output, with no record around it",
}
"""Faults of a submission that decide how the request ends, with what each does."""


@dataclass(slots=True)
class Job:
    """One request; `drawing` holds the addresses of its images once they are there, or what went wrong."""

    origin: str
    given: ModelInput
    metadata: dict[str, str]
    fate: str | None
    seed: int
    price: Decimal = Decimal(0)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16)[:21])
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    drawing: "Future[list[str]]" = field(default_factory=Future)
    purged: datetime | None = None

    @property
    def status(self) -> str:
        """Return ModelRunner's word for how it stands."""
        if self.fate == "give_up":
            return "FAILED"
        if self.drawing.done():
            return "COMPLETED"
        return "IN_PROGRESS" if self.drawing.running() else "IN_QUEUE"

    @property
    def failure(self) -> str | None:
        """Return why it made no images, once it has ended so."""
        if self.fate == "fail":
            return "The upstream model returned no output"
        error = self.drawing.exception() if self.drawing.done() else None
        return str(error) if error else None

    def envelope(self, status: str | None = None) -> dict[str, Any]:
        """Return the answer to a submission and to the question for the status."""
        origin = OFF_HOST if self.fate == "off_host" else self.origin
        owner, alias = ENDPOINT.split("/")[:2]
        base = f"{origin}/{owner}/{alias}/requests/{self.id}"
        # Both vendors' clients fail without `queue_position` and `logs`.
        return {
            "status": status or self.status,
            "request_id": self.id,
            "response_url": base,
            "status_url": f"{base}/status",
            "cancel_url": f"{base}/cancel",
            "queue_position": 0,
            "logs": [],
        }

    def record(self, *, priced: bool = True) -> dict[str, Any]:
        """Return the request's record; `priced` says whether it is one that has the price."""
        done = self.status == "COMPLETED"
        found: dict[str, Any] = {
            "id": self.id,
            "modelEndpoint": SUBSTITUTE if self.fate == "substitute" else ENDPOINT,
            "requestedModelEndpoint": ENDPOINT if self.fate == "substitute" else None,
            "status": self.status,
            "billingStatus": self._billing() if done else "pending",
            "input": None if self.purged else self.given.model_dump(mode="json"),
            "output": self.output() if done and not self.failure and not self.purged else None,
            "error": self.failure,
            "logs": "",
            "inferenceTime": 4120,
            "delayTime": 310,
            "createdAt": self.created.isoformat(),
            "metadata": self.metadata,
            "payloadsPurgedAt": self.purged.isoformat() if self.purged else None,
        }
        hidden = self.fate in ("price_absent", "price_pending") or (self.fate == "price_late" and not priced)
        if done and not self.failure and not hidden:
            found["totalPrice"] = str(self.price)
        return found

    def output(self) -> Any:
        """Return the images in the shape that this request's fate names; a list of addresses otherwise."""
        addresses = self.drawing.result()
        files = [{"url": address, "content_type": f"image/{self.given.output_format}"} for address in addresses]
        match self.fate:
            case "shape_url":
                return addresses[0]
            case "shape_files":
                return files
            case "shape_images" | "shape_bare":
                flags = [False] * len(files)
                return {"images": files, "seed": self.seed, "has_nsfw_concepts": flags, "prompt": self.given.prompt}
            case _:
                return addresses

    def _billing(self) -> str:
        if self.failure:
            return "failed"
        return "pending" if self.fate == "price_pending" else "charged"
