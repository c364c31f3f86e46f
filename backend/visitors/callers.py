"""From what a request says to the caller that a generation knows."""

from dataclasses import dataclass, field, replace

from backend.domain.caller import Caller
from backend.visitors.addresses import Addresses
from backend.visitors.identity import Visit, guest_id, is_token, login_id, visitor_id
from backend.visitors.keys import KeyRing, Owner


@dataclass(frozen=True, slots=True)
class Callers:
    """Knows visitors by cookie or login, adds the keys of their session and the mark of their address."""

    addresses: Addresses
    keys: KeyRing = field(default_factory=KeyRing)

    def caller(self, visit: Visit, *, room: str | None = None) -> Caller:
        """Return who asks; a request without a cookie is a visitor of its own, known to nobody afterwards."""
        owner = self.owner(visit)
        address = self.addresses.mark(visit.peer, visit.forwarded)
        found = Caller(visitor=owner[0], room=room, address=address, signed_in=visit.login is not None)
        return self._with_keys(found, owner)

    def again(self, caller: Caller) -> Caller:
        """Return who asked before, with the keys that their page session has now."""
        return self._with_keys(caller, (caller.visitor, caller.page or ""))

    def _with_keys(self, caller: Caller, owner: Owner) -> Caller:
        keys = self.keys.of(owner)
        return replace(caller, keys=keys, holds=lambda backend: self.keys.has(owner, backend, keys.get(backend)))

    def owner(self, visit: Visit) -> Owner:
        """Return whose keys the request may use: this visitor's, of this page session."""
        if visit.login is not None:
            visitor = login_id(visit.login)
        elif visit.token is not None and is_token(visit.token):
            visitor = guest_id(visit.token) if visit.guest else visitor_id(visit.token)
        else:
            visitor = guest_id(f"session {visit.session or ''}")
        return visitor, visit.session or ""
