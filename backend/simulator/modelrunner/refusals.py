"""How the simulated ModelRunner says no."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.simulator.faults import Fault
from backend.simulator.world import World

_TITLES = {
    400: ("Bad Request", "The request is not valid"),
    401: ("Unauthorized", "Invalid API key"),
    402: ("Payment Required", "Insufficient balance"),
    403: ("Forbidden", "This key may not do that"),
    404: ("Not Found", "No such request or model"),
    409: ("Conflict", "The request is not completed yet"),
    410: ("Gone", "The payloads of this request were deleted"),
    429: ("Too Many Requests", "The provider asks to slow down"),
}


def no(status: int, message: str | None = None) -> Response:
    """Return a refusal in the form of the API's description."""
    title, otherwise = _TITLES.get(status, ("Internal Server Error", "Something went wrong"))
    return _stamped({"error": title, "message": message or otherwise, "statusCode": status}, status)


def wrong(issues: list[dict[str, Any]]) -> Response:
    """Return a refusal of inputs: a list of issues."""
    return _stamped({"error": issues}, 400)


def unusable(message: str) -> Response:
    """Return the answer to the question for a result that is none."""
    problem = {"instancePath": "", "message": message}
    return _stamped({"error": message, "details": {"code": "INVALID_OUTPUT", "validationErrors": [problem]}}, 422)


def refuse(fault: Fault) -> Response:
    """Return the refusal that a fault asks for."""
    return no(fault.status, fault.code)


def stranger(world: World, request: Request) -> Response | None:
    """Return a refusal where the key is not the simulator's, or None."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return None if (scheme, key) == ("Key", world.key) else no(401)


def _stamped(body: dict[str, Any], status: int) -> Response:
    request_id = secrets.token_urlsafe(16)[:21]
    return JSONResponse({**body, "request_id": request_id}, status, {"x-modelrunner-request-id": request_id})
