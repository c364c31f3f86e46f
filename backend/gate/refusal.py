"""A request that goes no further."""

from starlette.responses import JSONResponse

_TOLD = ("No value provided for required argument", "Parameter `")
"""How the sentences begin with which Gradio names a parameter that is missing or unknown."""


class Refusal(Exception):
    """Why a request goes no further: its status and a sentence."""

    def __init__(self, status: int, message: str, *, wait_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait_seconds = wait_seconds

    def response(self) -> JSONResponse:
        """Return it as Gradio's own errors look."""
        headers = None if self.wait_seconds is None else {"Retry-After": str(self.wait_seconds)}
        return JSONResponse({"detail": str(self)}, self.status, headers)


def too_large(most_bytes: int) -> Refusal:
    """Return the refusal of a body above its limit."""
    return Refusal(413, f"This is too large: the most is {most_bytes // 2**20} MB.")


def unreadable(error: Exception) -> Refusal:
    """Return the refusal of an event that Gradio broke down on before it began; a missing parameter is named."""
    sentence = str(error).partition(" Please click")[0].removesuffix(".")
    if isinstance(error, TypeError) and sentence.startswith(_TOLD):
        return Refusal(400, f"{sentence}. /gradio_api/info lists what each endpoint takes.")
    return Refusal(400, "The request couldn't be read: /gradio_api/info lists the endpoints and what each takes.")
