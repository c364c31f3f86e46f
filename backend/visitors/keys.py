"""The visitors' own keys: in this process's memory, by visitor and page session, and nowhere else."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from pydantic import SecretStr

from backend.domain.caller import OwnKey
from backend.domain.errors import InvalidRequest, Problem

MOST_SESSIONS = 10_000
IDLE_SECONDS = 12 * 3600
"""After which an unused key is forgotten."""

_KEY = re.compile(r"[\x21-\x7e]{8,512}")

Owner = tuple[str, str]
"""A visitor's id and the page session; one alone, replayed by somebody else, opens nothing."""


class KeyRing:
    """Keys by visitor, session and backend; the longest unused are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rings: OrderedDict[Owner, tuple[float, dict[str, SecretStr]]] = OrderedDict()

    def put(self, owner: Owner, backend: str, key: str) -> None:
        """Keep a key until it is forgotten; raise `InvalidRequest`, without its text, where it can't be one."""
        secret = _read(key)
        with self._lock:
            _, keys = self._rings.pop(owner, (0.0, {}))
            self._rings[owner] = (self._clock(), {**keys, backend: secret})
            self._forget_old()

    def of(self, owner: Owner) -> Mapping[str, SecretStr]:
        """Return the keys by backend name, at most as old as `IDLE_SECONDS` without use."""
        with self._lock:
            self._forget_old()
            found = self._rings.pop(owner, None)
            if found is None:
                return {}
            self._rings[owner] = (self._clock(), found[1])
            return dict(found[1])

    def has(self, owner: Owner, backend: str, key: SecretStr | None) -> bool:
        """Whether this is the key that is kept now; asking is no use of it."""
        with self._lock:
            _, keys = self._rings.get(owner, (0.0, {}))
            return key is not None and keys.get(backend) == key

    def forget(self, owner: Owner, backend: str | None = None) -> None:
        """Forget one backend's key, or with none named all of this session's, as when its page is closed."""
        with self._lock:
            used, keys = self._rings.get(owner, (0.0, {}))
            left = {name: key for name, key in keys.items() if backend is not None and name != backend}
            if left:
                self._rings[owner] = (used, left)
            else:
                self._rings.pop(owner, None)

    def secrets(self) -> tuple[str, ...]:
        """Return every key as plain text, for the log's redaction."""
        with self._lock:
            return tuple(key.get_secret_value() for _, keys in self._rings.values() for key in keys.values())

    def __repr__(self) -> str:
        return f"KeyRing({len(self._rings)} sessions)"

    def _forget_old(self) -> None:
        now = self._clock()
        while self._rings:
            used, _ = next(iter(self._rings.values()))
            if len(self._rings) <= MOST_SESSIONS and now - used <= IDLE_SECONDS:
                return
            self._rings.popitem(last=False)


def _read(key: str) -> SecretStr:
    key = key.strip()
    if not _KEY.fullmatch(key):
        raise InvalidRequest([Problem("key", "is no key: it has 8 to 512 letters, digits and signs without spaces.")])
    return OwnKey(key)
