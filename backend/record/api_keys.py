"""The keys that an owner makes for programs: each a visitor with a cap of its own, known here by its hash alone."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Engine, insert, select, update

from backend.domain.errors import InvalidRequest, NotFound, Problem
from backend.record.database.engine import exclusively
from backend.record.database.tables import NANO, api_keys
from backend.visitors.identity import key_id
from backend.visitors.redaction import OWN_KEY

MOST_NAME = 60
MOST_CAP = Decimal(1_000_000)
_NAME = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is on record: whose runs are its, what they may cost in all (USD), and since when it is revoked."""

    visitor: str
    name: str
    cap_usd: Decimal
    created: datetime
    revoked: datetime | None = None


class ApiKeys:
    """Makes keys, finds whose one is, and revokes them; nobody can read a key here."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def new(self, name: str, cap_usd: Decimal) -> str:
        """Make a key (256 random bits) under a name that no other one has, and return it: it is told this once.

        Raises `InvalidRequest` for a name or a cap (USD) that is none.
        """
        name = _checked(name, cap_usd)
        key = f"{OWN_KEY}{secrets.token_urlsafe(32)}"
        row = {"visitor": key_id(key), "name": name, "digest": _digest(key), "cap_usd": cap_usd}
        with exclusively(self.engine) as connection:
            if connection.execute(select(api_keys.c.visitor).where(*_live(name))).first():
                raise InvalidRequest([Problem("name", f"is {name!r}, which another key has: revoke that one first.")])
            connection.execute(insert(api_keys), {**row, "created": datetime.now(UTC)})
        return key

    def all(self) -> tuple[ApiKey, ...]:
        """Return every key, the revoked too, oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created)).all()
        return tuple(ApiKey(row.visitor, row.name, row.cap_usd, row.created, row.revoked) for row in rows)

    def revoke(self, name: str) -> None:
        """End a key from now on; what it began goes on. Raises `NotFound` for a name that no key has."""
        with exclusively(self.engine) as connection:
            done = connection.execute(update(api_keys).where(*_live(name)).values(revoked=datetime.now(UTC)))
        if not done.rowcount:
            raise NotFound(f"There is no key {name!r} that could be revoked: `list` shows those that there are.")

    def found(self, key: str) -> ApiKey | None:
        """Return whose key this is, or None for one that was never made, or is revoked."""
        query = select(api_keys).where(api_keys.c.digest == _digest(key), api_keys.c.revoked.is_(None))
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else ApiKey(row.visitor, row.name, row.cap_usd, row.created)


def _live(name: str) -> tuple[ColumnElement[bool], ...]:
    return api_keys.c.name == name.strip(), api_keys.c.revoked.is_(None)


def _digest(key: str) -> str:
    # As many random bits as the hash has: nothing slower would make it harder to guess.
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def _checked(name: str, cap_usd: Decimal) -> str:
    name = name.strip()
    if not _NAME.fullmatch(name) or len(name) > MOST_NAME:
        raise InvalidRequest([Problem("name", f"is {name[:MOST_NAME]!r}; give 1 to {MOST_NAME} characters in a line.")])
    if not cap_usd.is_finite() or not 0 <= cap_usd <= MOST_CAP or cap_usd * NANO % 1:
        raise InvalidRequest([Problem("cap", f"is {cap_usd}; give an amount in USD, such as 2.00.")])
    return name
