"""ModelRunner's refusals in our words: what happened, whether it was billed, and the way out."""

from typing import Any

from pydantic import SecretStr

from backend.adapters.modelrunner.replies import Record, named_fields, said
from backend.adapters.provider.line import Reply, without_key
from backend.adapters.provider.refusals import Made, by_status, value_refused
from backend.domain.errors import (
    Billed,
    GenerationFailed,
    PlaygroundError,
    ProviderRefused,
)
from backend.domain.providers import MODELRUNNER

FIELDS = {
    "image_url": "image",
    "num_inference_steps": "steps",
    "num_images": "count",
    "image_size": "width",
    "enable_prompt_expansion": "prompt_expansion",
    "enable_safety_checker": "safety",
}
"""Wire names in our words, where they differ."""


def refused(reply: Reply, key: SecretStr | None, *, billed: Billed = "no") -> PlaygroundError:
    """Return the error for an answer that is none of the 2xx; `billed` is what is known of the run it was about."""
    payload = _payload(reply)
    words = without_key(said(payload), key).rstrip(".") or f"status {reply.status}"
    made = _own(reply.status, words, named_fields(payload)) or by_status(MODELRUNNER, reply.status, words, key)
    kind, message = made or (GenerationFailed, f"ModelRunner has a fault of its own now ({words}): try again later.")
    request_id = reply.headers.get("x-modelrunner-request-id")
    details = {"status": reply.status, "request_id": request_id, "retry_after": reply.retry_after}
    return kind(message, billed=billed, details={name: value for name, value in details.items() if value is not None})


def failed(record: Record, key: SecretStr | None, *, request_id: str | None) -> PlaygroundError:
    """Return the error for a request that ended without images."""
    words = without_key(said({"error": record.error}), key).rstrip(".") or "it gives no reason"
    return GenerationFailed(
        f"ModelRunner accepted this run, but the model failed ({words}): change the request, or try again.",
        billed=record.billed,
        details={"request_id": request_id},
    )


def purged(request_id: str | None, *, billed: Billed = "unknown") -> PlaygroundError:
    """Return the error for a request whose images ModelRunner has deleted."""
    return GenerationFailed(
        "ModelRunner has deleted what this run made, so that it can't be collected any more: run the request again.",
        billed=billed,
        details={"request_id": request_id},
    )


def _payload(reply: Reply) -> Any:
    try:
        return reply.json()
    except PlaygroundError:
        return None


def _own(status: int, words: str, fields: list[str]) -> Made | None:
    """Return what a status says that means this at ModelRunner alone."""
    if status == 404:
        return ProviderRefused, (
            f"ModelRunner knows no such model or run ({words}): the key may be of another account than the run's."
        )
    if status == 413:
        return ProviderRefused, f"The image is too large for ModelRunner ({words}): use a smaller one."
    if status == 422:
        return GenerationFailed, f"The model at ModelRunner failed ({words}): change the request, or try again."
    if status in (400, 409):
        return value_refused("ModelRunner", words, (FIELDS.get(name, name) for name in fields))
    return None
