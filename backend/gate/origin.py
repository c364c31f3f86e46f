"""Whether a request comes from our own page, and whether it reached us under a name of ours."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

_OURS = ("same-origin", "none")


def from_elsewhere(method: str, headers: Headers) -> bool:
    """Whether another site's page made the request: it may ask as a stranger, and never with a visitor's cookie.

    Following a link from elsewhere is no such request. Browsers say `Sec-Fetch-Site` on HTTPS and loopback, where no
    page can forge it; otherwise the origin has to be the host.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        arrived = method in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
        return site not in _OURS and not arrived
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def is_secure(scheme: object, headers: Headers) -> bool:
    """Whether a request came over TLS, be it only as far as a proxy: that word serves nobody but who sent it."""
    return scheme == "https" or headers.get("x-forwarded-proto", "").strip().lower().startswith("https")


def host_name(headers: Headers) -> str:
    """Return the name under which the request reached us, without its port."""
    host = headers.get("host", "").lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
