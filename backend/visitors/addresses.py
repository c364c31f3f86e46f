"""Where a visitor comes from, as an opaque mark: forwarded addresses count only from a proxy that is trusted."""

import hashlib
import hmac
import secrets
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
PRIVATE: tuple[Network, ...] = (
    *LOOPBACK,
    ip_network("10.0.0.0/8"),
    ip_network("172.16.0.0/12"),
    ip_network("192.168.0.0/16"),
    ip_network("100.64.0.0/10"),
    ip_network("fc00::/7"),
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
)
"""The networks that nobody outside can send from, as a Space's own proxies do (RFC 1918, 6598, 4193, 3927, 4291)."""


class Addresses:
    """Finds the visitor's address behind trusted proxies and turns it into a mark that only this playground makes."""

    def __init__(self, secret: bytes, trusted: tuple[Network, ...] = ()) -> None:
        self.trusted = trusted
        self._secret = secret

    def mark(self, peer: str | None, forwarded: str | None) -> str | None:
        """Return the mark of the nearest address that isn't a trusted proxy; None where only proxies are known.

        A whole IPv6 /64 gets one mark, since one home has as many addresses as it likes.
        """
        found = self._visitor(peer, forwarded)
        if found is None:
            return None
        return self._of(found if isinstance(found, IPv4Address) else ip_network((found, 64), strict=False))

    def mark_of_one(self, peer: str | None, forwarded: str | None) -> str | None:
        """Return the mark of that very address, by which a neighbour in the same IPv6 /64 isn't meant."""
        found = self._visitor(peer, forwarded)
        return None if found is None else self._of(found)

    def _of(self, whose: Address | Network) -> str:
        return hmac.new(self._secret, f"{whose}".encode(), hashlib.sha256).hexdigest()[:32]

    def _visitor(self, peer: str | None, forwarded: str | None) -> Address | None:
        chain = [peer or "", *reversed((forwarded or "").split(","))]
        for text in chain:
            address = _address(text)
            if address is None:
                return None
            if not any(address in network for network in self.trusted):
                return address
        return None


def is_within(text: str, several: tuple[Network, ...]) -> bool:
    """Whether a text is an address of one of several networks."""
    address = _address(text)
    return address is not None and any(address in network for network in several)


def same_address(one: str, other: str) -> bool:
    """Whether two texts are one address; a name is none."""
    first = _address(one)
    return first is not None and first == _address(other)


def networks(text: str) -> tuple[Network, ...]:
    """Read `PLAYGROUND_TRUSTED_PROXY`: addresses or networks, separated by commas; raise ValueError for others."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def address_secret(data: Path) -> bytes:
    """Return the key of the marks: kept beside the record, so that a restart counts on, and readable by us alone."""
    path = data / "addresses.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        part = data / f".{secrets.token_hex(8)}"
        part.touch(mode=0o600)
        part.write_bytes(secrets.token_bytes(32))
        part.rename(path)
    return path.read_bytes()


def playground_id(data: Path) -> str:
    """Return what tells a playground from others, the same for every process on its data folder."""
    return hmac.new(address_secret(data), b"playground", hashlib.sha256).hexdigest()[:16]


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
