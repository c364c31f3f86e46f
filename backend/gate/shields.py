"""The response headers that let a browser protect the visitor."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders

from backend.gate.routes import Kind

_FRAMES = {False: "'self'", True: "'self' https://huggingface.co https://*.huggingface.co https://*.hf.space"}

_PAGE = (
    "default-src 'self'; "
    # Gradio starts its page from inline scripts and compiles the templates of its HTML components.
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'{login}; frame-ancestors {frames}"
)
_FILE = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors {frames}"
_RESULT = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {frames}"
)
"""Plain HTML with pictures and a style sheet of ours: nothing runs there."""
_POLICIES: Mapping[Kind, str] = {
    "page": _PAGE,
    "file": _FILE,
    "result": _RESULT,
    "result's file": _FILE,
    "room's file": _FILE,
}


def shield(headers: MutableHeaders, kind: Kind, *, framed: bool) -> None:
    """Add them, by what the answer is; `framed` for a Space, which other sites may frame."""
    login = " https://huggingface.co" if framed else ""
    headers["content-security-policy"] = _POLICIES[kind].format(frames=_FRAMES[framed], login=login)
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "same-origin"
    headers["permissions-policy"] = "geolocation=(), microphone=(), payment=(), usb=()"
    if not framed:
        headers["x-frame-options"] = "SAMEORIGIN"
    if kind == "file":
        headers["cache-control"] = "private, max-age=3600"
