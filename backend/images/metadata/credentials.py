"""What a file's Content Credentials say, and whether they hold."""

from dataclasses import dataclass
from typing import Literal

Standing = Literal["trusted", "unknown issuer", "broken", "invalid", "unreadable", "not checked"]
"""Whether they hold.

`trusted`: nothing was changed, and the issuer is one of the server's list, or the server itself; `unknown issuer`:
nothing was changed, and anybody may have signed; `broken`: the file was changed afterwards; `invalid`: the certificate
has ended, or may not sign this.
"""


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A picture that a file was made of, as the file's signer says."""

    title: str
    relationship: str
    """C2PA's word: parentOf, componentOf or inputTo."""
    signed: bool
    """Whether it had Content Credentials of its own."""
    holds: bool
    """Whether those held when it was taken in."""
    issuer: str = ""
    source_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Content Credentials of a file; texts are as they stand there, shortened, and empty where it says none."""

    standing: Standing
    issuer: str = ""
    """The organisation in the certificate; anybody can write any, so it counts only where the issuer is trusted."""
    time: str = ""
    """When a time-stamp authority saw the signature (RFC 3339)."""
    generator: str = ""
    source_types: tuple[str, ...] = ()
    """IPTC's digital source types of the actions that are claimed."""
    ingredients: tuple[Ingredient, ...] = ()
    more: int = 0
    """Further ingredients, which are not listed."""

    @property
    def holds(self) -> bool:
        """Whether the file is as somebody signed it."""
        return self.standing in ("trusted", "unknown issuer")


NOT_CHECKED = Credentials("not checked")
UNREADABLE = Credentials("unreadable")


def not_checked(_: bytes) -> Credentials:
    """Take a file's credentials as they are, where nobody asks whether they hold."""
    return NOT_CHECKED
