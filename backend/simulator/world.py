"""What the protocols of the simulator share: the artist, the account, the media, the faults, and what arrived."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.images.storage.files import ImageFiles
from backend.simulator.artist import Artist
from backend.simulator.faults import Faults, Habits

KEY = "rehearsal"
"""The key that the simulator takes; it guards nothing."""
MOST_MEDIA = 500


class Account:
    """The money of the one account (USD); safe for many threads."""

    def __init__(self, balance: Decimal = Decimal(10)) -> None:
        self._balance = balance
        self._lock = threading.Lock()
        self.bills: list[Decimal] = []

    @property
    def balance(self) -> Decimal:
        """Return what is left."""
        return self._balance

    def empty(self) -> None:
        """Take all the money away."""
        with self._lock:
            self._balance = Decimal(0)

    def afford(self, price: Decimal) -> bool:
        """Whether the balance covers a price."""
        return self._balance >= price

    def bill(self, price: Decimal) -> None:
        """Take a price off the balance."""
        with self._lock:
            self._balance -= price
            self.bills.append(price)


class Media:
    """Files by an unguessable name; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, content: bytes, content_type: str, name: str | None = None) -> str:
        """Keep a file and return its name."""
        name = name or secrets.token_urlsafe(16)
        with self._lock:
            self._files[name] = (content, content_type)
            while len(self._files) > MOST_MEDIA:
                self._files.popitem(last=False)
        return name

    def remove(self, name: str) -> None:
        """Delete a file, if it is there."""
        with self._lock:
            self._files.pop(name, None)

    def get(self, name: str) -> tuple[bytes, str] | None:
        """Return a file's bytes and content type, or None."""
        return self._files.get(name)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call as it came in: the operation (`runware.imageInference`) and what was asked, without its key."""

    operation: str
    body: Any


@dataclass(slots=True)
class World:
    """One simulated world; `strict` refuses what the real service would refuse."""

    artist: Artist
    files: ImageFiles
    key: str = KEY
    strict: bool = True
    dry_runs: bool = True
    """Whether the header of a dry run counts; where it doesn't, the task is carried out."""
    account: Account = field(default_factory=Account)
    media: Media = field(default_factory=Media)
    faults: Faults = field(default_factory=Faults)
    habits: Habits = field(default_factory=Habits)
    arrivals: list[Arrival] = field(default_factory=list)

    def billed(self, published: Decimal) -> Decimal:
        """Return the USD that are billed for what costs so much by the published prices."""
        return published * self.habits.bill_factor

    def arrived(self, operation: str, body: Any) -> None:
        """Record a call that came in."""
        self.arrivals.append(Arrival(operation, body))

    def count(self, operation: str) -> int:
        """Return how often an operation came in."""
        return sum(arrival.operation == operation for arrival in self.arrivals)
