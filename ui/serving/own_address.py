"""This playground's own address, as whoever asks has written it."""

from starlette.requests import Request

from backend.gate.origin import is_secure


def own_address(request: Request) -> str:
    """Return it with a slash behind: the host that was asked, over TLS where the request or its proxy says so."""
    address = request.base_url
    return str(address.replace(scheme="https") if is_secure(address.scheme, request.headers) else address)
