"""How the simulated server says no: OpenAI's form of an error."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.simulator.faults import Fault
from backend.simulator.world import World

_KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def no(status: int, message: str, *, param: str | None = None, code: str | None = None) -> Response:
    """Return a refusal; `param` is the field that it is about."""
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return JSONResponse({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def unknown_parameter(name: str) -> Response:
    """Return what OpenAI itself says of a field that it doesn't have."""
    return no(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def poor() -> Response:
    """Return what OpenAI says of an account that is empty."""
    return no(429, "You exceeded your current quota, please check your plan.", code="insufficient_quota")


def refuse(fault: Fault) -> Response:
    """Return the refusal that a fault asks for."""
    return no(fault.status, f"Simulated: {fault.code or fault.status}.", code=fault.code)


def stranger(world: World, request: Request) -> Response | None:
    """Return a refusal where the key is not the simulator's, or None; one without a key lets everybody in."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if (scheme, key) == ("Bearer", world.key) or not world.key:
        return None
    return no(401, "Incorrect API key provided.", code="invalid_api_key")
