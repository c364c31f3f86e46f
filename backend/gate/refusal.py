"""A request that goes no further."""

import logging
import uuid

from starlette.responses import JSONResponse

log = logging.getLogger(__name__)

MOST_WAIT_SECONDS = 10
_TYPES = {403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_CODES = {403: "not_allowed", 404: "not_found", 413: "too_large", 429: "rate_limit_exceeded", 507: "no_room"}
"""How OpenAI's clients name statuses, and what stands under `code`."""
_TOLD = ("No value provided for required argument", "Parameter `")
"""How the sentences begin with which Gradio names a parameter that is missing or unknown."""


class Refusal(Exception):
    """Why a request goes no further: its status and a sentence."""

    def __init__(self, status: int, message: str, *, wait_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait_seconds = wait_seconds

    def response(self, form: str | None = None) -> JSONResponse:
        """Return it as Gradio's own errors look, or in a program's `form`: `v1` (OpenAI's) or `sdapi` (A1111's).

        A program is told the id by which the log names its request, as with any other of its answers.
        """
        headers = {} if self.wait_seconds is None else {"Retry-After": str(self.wait_seconds)}
        if form is not None:
            call_id = uuid.uuid4().hex
            headers |= {"x-should-retry": "true" if self._soon else "false", "x-request-id": call_id}
            log.info("Request %s was refused: %s", call_id, self)
        return JSONResponse(self._body(form), self.status, headers)

    @property
    def _soon(self) -> bool:
        """Whether a program may wait for it; stock clients sleep up to two minutes without a word."""
        return self.wait_seconds is not None and self.wait_seconds <= MOST_WAIT_SECONDS

    def _body(self, form: str | None) -> dict[str, object]:
        if form == "v1":
            kind = _TYPES.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
            code = _CODES.get(self.status, "refused")
            param = "body" if self.status == 413 else None
            return {"error": {"message": str(self), "type": kind, "param": param, "code": code}}
        if form == "sdapi":
            name = _CODES.get(self.status, "refused")
            return {"error": name, "detail": str(self), "body": "", "errors": str(self)}
        return {"detail": str(self)}


def too_large(most_bytes: int) -> Refusal:
    """Return the refusal of a body above its limit."""
    return Refusal(413, f"This is too large: the most is {most_bytes // 2**20} MB.")


def unreadable(error: Exception) -> Refusal:
    """Return the refusal of an event that Gradio broke down on before it began; a missing parameter is named."""
    sentence = str(error).partition(" Please click")[0].removesuffix(".")
    if isinstance(error, TypeError) and sentence.startswith(_TOLD):
        return Refusal(400, f"{sentence}. /gradio_api/info lists what each endpoint takes.")
    return Refusal(400, "The request couldn't be read: /gradio_api/info lists the endpoints and what each takes.")
