"""A1111's form of a refusal: `{"error", "detail", "body", "errors"}`, `detail` one sentence that names the field."""

import json

from ui.endpoints.door.refusals import Refused
from ui.endpoints.door.route import JSON, Reply

_UNPROCESSABLE = 422
"""What A1111 answers where a value is wrong (`modules/api/api.py`)."""


class A1111Form:
    """Writes refusals as A1111's clients read them."""

    def refusal(self, refused: Refused, call_id: str) -> Reply:
        """Return the answer that says why there is none, with the runs that it is about and their bill."""
        status = _UNPROCESSABLE if refused.status == 400 else refused.status
        body = {"error": refused.code, "detail": refused.message, "body": "", "errors": refused.message}
        if refused.runs:
            body["playground"] = {"run_ids": list(refused.runs), "billed": refused.billed}  # type: ignore[assignment]
        return Reply(json.dumps(body).encode(), status, {**JSON, "x-request-id": call_id, **refused.headers})
