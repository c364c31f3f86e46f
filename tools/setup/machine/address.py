"""Addresses of indexes, which may hold a name and a password."""

import re


def shown(address: str) -> str:
    """Return an address as it may be shown: without the name and the password before its machine."""
    return re.sub(r"//[^/]*@", "//", address)
