"""ModelRunner's messages on their way in: read with patience, since what they hold is paid for."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.adapters.provider.lenient import Cost, Number, Seed, Text
from backend.domain.errors import BadReply, Billed

_FILES = ("images", "image", "image_url", "url", "output", "urls")
"""Where an output holds its files: seen in ModelRunner's documents, its clients' recipes, and fal's own schema."""
_LISTS = ("data", "requests", "items", "results")
"""Where the history holds its entries; its documents don't say."""


class Envelope(BaseModel):
    """How a request stands: the answer to a submission, and to the question for its status."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Text = None
    request_id: Text = None
    status_url: Text = None
    response_url: Text = None


class Record(BaseModel):
    """A request with what came of it; `output` has the model's own shape."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: Text = None
    status: Text = None
    endpoint: Text = Field(None, alias="modelEndpoint")
    asked_endpoint: Text = Field(None, alias="requestedModelEndpoint")
    """Set where ModelRunner ran the request on another model than the one asked for."""
    billing: Text = Field(None, alias="billingStatus")
    price: Cost = Field(None, alias="totalPrice")
    inference_ms: Number = Field(None, alias="inferenceTime")
    delay_ms: Number = Field(None, alias="delayTime")
    purged: Text = Field(None, alias="payloadsPurgedAt")
    metadata: Any = None
    output: Any = None
    error: Any = None
    seed: Seed = None

    @property
    def failed(self) -> bool:
        """Whether it ended without images: COMPLETED alone is no success."""
        return self.billing == "failed" or bool(self.error) or self.status in ("FAILED", "CANCELLED")

    @property
    def billed(self) -> Billed:
        """Whether a failed request was billed: ModelRunner settles when it completes, and bills no failure."""
        if self.billing in ("charged", "partial") or (self.price or 0) > 0:
            return "yes"
        return "unknown" if self.billing == "pending" else "no"

    @property
    def paid(self) -> Billed:
        """Whether a request that made images was billed."""
        return "yes" if self.price or self.billing == "charged" else "unknown"

    @property
    def substituted(self) -> bool:
        """Whether another model than the one asked for made the images."""
        return self.asked_endpoint is not None and self.asked_endpoint != self.endpoint

    @property
    def addresses(self) -> list[str]:
        """Return where the images lie, in their order."""
        return list(_addresses(self.output))

    @property
    def told_seed(self) -> int | None:
        """Return the seed of the first image where the reply says it."""
        told = _Told.model_validate(self.output if isinstance(self.output, dict) else {})
        return self.seed if told.seed is None else told.seed

    @property
    def expanded_prompt(self) -> str | None:
        """Return the prompt that was drawn, where the reply says it."""
        return _Told.model_validate(self.output if isinstance(self.output, dict) else {}).prompt

    def flagged(self, index: int) -> bool | None:
        """Whether the safety check flagged an image, where the reply says it."""
        flags = self.output.get("has_nsfw_concepts") if isinstance(self.output, dict) else None
        flag = flags[index] if isinstance(flags, list) and index < len(flags) else None
        return flag if isinstance(flag, bool) else None


class _Told(BaseModel):
    """What an output may say beside its files."""

    seed: Seed = None
    prompt: Text = None


def read_envelope(payload: Any) -> Envelope:
    """Read a status; what is none has no status."""
    return Envelope.model_validate(payload if isinstance(payload, dict) else {})


def read_record(payload: Any) -> Record:
    """Read a result, wrapped in its record or bare; raise `BadReply` where it is neither."""
    if isinstance(payload, dict) and ("output" in payload or "status" in payload or "id" in payload):
        try:
            return Record.model_validate(payload)
        except ValidationError as error:
            raise BadReply("ModelRunner's record of this run can't be read; recover the run later.") from error
    if isinstance(payload, dict | list | str) and list(_addresses(payload)):
        return Record(output=payload)
    raise BadReply("ModelRunner's answer is no record of a run; recover the run later.")


def read_history(payload: Any) -> Iterator[Record]:
    """Yield the entries of the history that can be read."""
    if isinstance(payload, dict):
        payload = next((payload[name] for name in _LISTS if isinstance(payload.get(name), list)), [])
    for entry in payload if isinstance(payload, list) else []:
        if isinstance(entry, dict):
            entry.setdefault("id", entry.get("request_id"))
            yield Record.model_validate(entry)


def said(payload: Any) -> str:
    """Return a refusal's words from wherever ModelRunner puts them: `message`, `error` (text or issues), `detail`."""
    if isinstance(payload, str):
        return payload
    if isinstance(payload, list):
        return "; ".join(filter(None, map(_issue, payload)))
    if not isinstance(payload, dict):
        return ""
    inner = payload.get("details")
    found = inner.get("validationErrors") if isinstance(inner, dict) else None
    parts = [said(payload.get(name)) for name in ("message", "error", "detail")] + [said(found)]
    return "; ".join(dict.fromkeys(filter(None, parts)))


def named_fields(payload: Any) -> list[str]:
    """Return the inputs that a refusal names, in ModelRunner's words."""
    issues = payload.get("error") if isinstance(payload, dict) else None
    paths = [issue.get("path") for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
    return [str(path[0] if isinstance(path, list) and path else path) for path in paths if path]


def _addresses(output: Any) -> Iterator[str]:
    if isinstance(output, str):
        if output.startswith(("https://", "http://", "data:image/")):
            yield output
    elif isinstance(output, list):
        for entry in output:
            yield from _addresses(entry)
    elif isinstance(output, Mapping):
        for name in _FILES:
            if output.get(name):
                yield from _addresses(output[name])
                return


def _issue(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    return (
        next((str(entry[name]) for name in ("message", "msg") if name in entry), "") if isinstance(entry, dict) else ""
    )
