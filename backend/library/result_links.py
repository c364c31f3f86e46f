"""Result links: one run's page for whoever has its address, made on request and revocable."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from backend.domain.errors import NotFound
from backend.domain.recipes import Recipe
from backend.domain.records import DREW, SENT_SEED, Run, RunImage
from backend.images.metadata.request_text import recipe
from backend.record.database.engine import exclusively, writing
from backend.record.database.tables import links, runs
from backend.record.store import Store

_GONE = "This link shows nothing any more: it was taken back, or its run was deleted, or the address is cut off."
_TOLD = (SENT_SEED, DREW)
"""Of an image's details, what others may see: its seed where that was only sent, and the model that drew it."""


@dataclass(frozen=True, slots=True)
class SharedRun:
    """What a result link shows: images and settings; no visitor, no input picture, no provider's id, no cost."""

    backend: str
    recipe: Recipe
    images: tuple[RunImage, ...]
    created: datetime
    seconds: float | None


class ResultLinks:
    """Tokens that open one run each; the run's owner makes and revokes them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def share(self, run_id: str, visitor: str) -> str:
        """Return the token of the visitor's run (128 bits, for `result/…`); the same one when asked again.

        Raises `NotFound` for a run that isn't theirs, or has no image.
        """
        run = self.store.run(run_id, visitor)
        if not run.images:
            raise NotFound("This run has no image yet: share it when one has come.")
        with exclusively(self.store.engine) as connection:
            if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
                raise NotFound(_GONE)
            known = connection.execute(select(links.c.token).where(links.c.run_id == run_id)).scalar()
            if known is not None:
                return str(known)
            token = secrets.token_urlsafe(16)
            values = {"token": token, "run_id": run_id, "visitor": visitor, "created": datetime.now(UTC)}
            connection.execute(insert(links).values(**values))
        return token

    def revoke(self, run_id: str, visitor: str) -> None:
        """Take the link back; its address never opens anything again."""
        self.store.run(run_id, visitor)
        with writing(self.store.engine) as connection:
            connection.execute(delete(links).where(links.c.run_id == run_id, links.c.visitor == visitor))

    def token(self, run_id: str, visitor: str) -> str | None:
        """Return the token of a run that the visitor shares, or None where it isn't shared."""
        query = select(links.c.token).where(links.c.run_id == run_id, links.c.visitor == visitor)
        with self.store.engine.connect() as connection:
            found: str | None = connection.execute(query).scalar()
            return found

    def opened(self, token: str) -> SharedRun:
        """Return what the link shows; raise `NotFound` for a token that was revoked or never was."""
        linked = select(links.c.run_id).where(links.c.token == token)
        found = self.store.read(select(runs).where(runs.c.id.in_(linked), runs.c.deleted.is_(None)))
        if not found:
            raise NotFound(_GONE)
        return _shown(found[0])


def _shown(run: Run) -> SharedRun:
    return SharedRun(run.backend, recipe(run.request), tuple(map(_told, run.images)), run.created, run.seconds)


def _told(image: RunImage) -> RunImage:
    """Return what of an image others may see."""
    details = {name: image.details[name] for name in _TOLD if name in image.details}
    return replace(image, cost_usd=None, original=None, details=details)
