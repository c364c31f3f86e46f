"""The response headers that let a browser protect the visitor."""

from starlette.datastructures import MutableHeaders

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


def shield(headers: MutableHeaders, *, file: bool, framed: bool) -> None:
    """Add them; `file` for what a visitor uploaded or made, `framed` for a Space, which other sites may frame."""
    login = " https://huggingface.co" if framed else ""
    policy = (_FILE if file else _PAGE).format(frames=_FRAMES[framed], login=login)
    headers["content-security-policy"] = policy
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "same-origin"
    headers["permissions-policy"] = "geolocation=(), microphone=(), payment=(), usb=()"
    if not framed:
        headers["x-frame-options"] = "SAMEORIGIN"
    if file:
        headers["cache-control"] = "private, max-age=3600"
