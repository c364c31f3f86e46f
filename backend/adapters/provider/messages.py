"""What goes over the line to a provider and what comes back."""

import email.utils
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import SecretStr

from backend.domain.errors import BadReply, Billed

MOST_BYTES = 96 * 2**20
"""What an answer may weigh: 20 PNGs of 1024² as base64 come to about 45 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a provider; `url` is a path below the line's base, or an address that the provider named.

    `pays`: without an answer nobody knows whether it was billed. `once`: it is never sent again when it may have
    arrived, since the provider could not tell the repeat from a second order. `wanted`: whether an order may be sent
    again at all, asked before each repeat. `told` hears in words what is waited for. `seconds` covers all repeats.
    `shown` is the JSON that is noted of a body that isn't `json`.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    url: str = ""
    key: SecretStr | None = None
    json: Any = None
    content: bytes | None = None
    shown: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pays: bool = False
    once: bool = False
    wanted: Callable[[], bool] = lambda: True
    told: Callable[[str], None] = lambda _: None
    seconds: float = 180.0
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers (names in lower case) and the body, whole.

    `doubtful`: an earlier try may have arrived, though its answer didn't come back.
    """

    label: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    pays: bool = False
    doubtful: bool = False

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def billed(self) -> Billed:
        """Whether what was ordered was billed, as far as an answer tells that has no image and no word of its own.

        A fault, a gateway's page or a time-out may have come after the order was taken, and so may any answer to a
        repeat whose first try was lost.
        """
        in_doubt = self.doubtful or self.status >= 500 or self.status == 408
        return "unknown" if self.pays and in_doubt else "no"

    @property
    def retry_after(self) -> float | None:
        """Return the seconds that the provider asks to wait, if it does."""
        return _seconds(self.headers.get("retry-after"))

    def json(self) -> Any:
        """Read the body as JSON; raise `BadReply` where it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            kind = self.headers.get("content-type", "no type").partition(";")[0]
            message = f"{self.label} answered {self.status} with {kind} that is no JSON; try again later."
            raise BadReply(message, billed="unknown" if self.pays else "no") from None


def without_key(text: str, key: SecretStr | None, *, most: int = 500) -> str:
    """Return a provider's words fit to be shown: on one line, cut at `most` characters, the key blacked out."""
    if key is not None:
        text = text.replace(key.get_secret_value(), "•••")
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _seconds(text: str | None) -> float | None:
    """Read a Retry-After header: seconds, or a date."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment.tzinfo else None
