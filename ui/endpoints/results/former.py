"""Where result links led before their pages had addresses of their own: `/?result=…`, which goes on working."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.serving.address import RESULT

_NO_TOKENS = re.compile(r"[^\w-]", re.ASCII)
_MOST_TOKEN = 64


class FormerResultLinks:
    """ASGI middleware that sends who comes by an address of before, `/?result=…`, to the result's page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer such a request, or pass it on."""
        token = _former(scope)
        await (RedirectResponse(f"./{RESULT}/{token}", 308) if token else self.app)(scope, receive, send)


def _former(scope: Scope) -> str | None:
    """Return the token that such an address names, without what no token has."""
    if scope["type"] != "http" or scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
        return None
    named = Request(scope).query_params.get(RESULT)
    return (_NO_TOKENS.sub("", named)[:_MOST_TOKEN] or "none") if named else None
