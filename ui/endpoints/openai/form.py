"""OpenAI's form of a refusal: `{"error": {"message", "type", "param", "code"}}`, and of every head."""

import json
from collections.abc import Mapping
from typing import Any

from ui.endpoints.door.refusals import Refused
from ui.endpoints.door.route import JSON, Reply

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    424: "generation_error",
    429: "rate_limit_error",
}
"""What the official client library names these statuses by; others are by their hundred."""


class OpenAIForm:
    """Writes refusals as OpenAI's clients read them."""

    def refusal(self, refused: Refused, call_id: str) -> Reply:
        """Return the answer that says why there is none."""
        headers = {**JSON, "x-request-id": call_id, **refused.headers}
        return Reply(json.dumps(error_json(refused)).encode(), refused.status, headers)


def error_json(refused: Refused) -> dict[str, Any]:
    """Return a refusal as OpenAI writes it, with the runs that it is about, and their bill, in our own object."""
    kind = _TYPES.get(refused.status, "invalid_request_error" if refused.status < 500 else "server_error")
    error = {"message": refused.message, "type": kind, "param": refused.field, "code": refused.code}
    if not refused.runs:
        return {"error": error}
    return {"error": {**error, "playground": {"run_ids": list(refused.runs), "billed": refused.billed}}}


def event(name: str, values: Mapping[str, Any]) -> bytes:
    """Return a server-sent event."""
    return f"event: {name}\ndata: {json.dumps(values, separators=(',', ':'))}\n\n".encode()
