"""The proxy that this machine's variables name, which may not be there any more."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

NAMES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")


def told(environment: Mapping[str, str] = os.environ) -> str:
    """Say through which proxy everything is loaded, as a sentence to follow another; nothing where there is none.

    Of the address only machine and port are shown, since it may hold a password.
    """
    name = next((name for name in NAMES if environment.get(name)), None)
    if name is None:
        return ""
    return f" All is loaded through the proxy {_place(environment[name])}, as {name} says: unset it if it isn't there."


def _place(address: str) -> str:
    return urlsplit(address if "//" in address else f"//{address}").netloc.rpartition("@")[2] or "that it names"
