"""The record of runs: written as they happen, read by the history."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, insert, select, tuple_, update

from backend.domain.errors import NotFound
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request, references
from backend.record.database.engine import exclusively, write, writing
from backend.record.database.processes import carried_elsewhere, carry, left_by_others, put_down, take_over
from backend.record.database.search_words import table as prompts
from backend.record.database.search_words import words_of
from backend.record.database.stored import count_image, count_run
from backend.record.database.tables import images, inputs, runs

_OF_THE_REQUEST = ("mode", "prompt", "steps")
_ENDED = ("status", "seconds", "cost_usd", "cost_kind", "error", "billed")
_OWN = (*_OF_THE_REQUEST, "request")
_RUN_COLUMNS = tuple(column.name for column in runs.c if column.name not in _OWN)
_IMAGE_COLUMNS = ("sha256", "format", "width", "height", "seed", "cost_usd", "flagged", "original", "bytes", "details")

# Values go along as parameters: built into the statement, each one costs as much as the database takes for it all.
_CHANGE = update(runs).where(runs.c.id == bindparam("changed"))
_ADD_RUN, _ADD_IMAGE, _ADD_PROMPT = insert(runs), insert(images), insert(prompts)
_THIS_IMAGE = select(images.c.position).where(
    images.c.run_id == bindparam("run_id"), images.c.position == bindparam("position")
)


class Store:
    """Runs and their images in a database; every write is on disk when its call returns."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add(self, run: Run, *, connection: Connection | None = None) -> None:
        """Record a run that is about to start; with `connection`, as part of that transaction."""
        values = {name: getattr(run, name) for name in _RUN_COLUMNS}
        values |= {name: getattr(run.request, name) for name in _OF_THE_REQUEST}
        values["request"] = run.request.model_dump_json()
        with self._writing(connection) as connection:
            connection.execute(_ADD_RUN, values)
            carry(self.engine, connection, run.id)
            connection.execute(_ADD_PROMPT, words_of(run))
            count_run(connection, run.id)
            for sha256 in set(references(run.request)):
                connection.execute(insert(inputs), {"run_id": run.id, "sha256": sha256})

    def submitted(self, run_id: str, provider_ids: Mapping[str, Any]) -> None:
        """Record a provider's ids, before it is asked."""
        with writing(self.engine) as connection:
            connection.execute(_CHANGE, {"changed": run_id, "provider_ids": dict(provider_ids)})

    def add_image(self, run_id: str, image: RunImage, *, connection: Connection | None = None) -> None:
        """Record an image that lies in the data folder; one that is there already (collected twice) stays.

        With `connection`, as part of that transaction.
        """
        values = {name: getattr(image, name) for name in _IMAGE_COLUMNS} | {"run_id": run_id, "position": image.index}
        values["details"] = dict(image.details)

        def add(connection: Connection) -> None:
            if connection.execute(_THIS_IMAGE, values).first() is None:
                connection.execute(_ADD_IMAGE, values)
                count_image(connection, run_id, image.bytes)

        if connection is None:
            write(self.engine, add)
        else:
            add(connection)

    def finish(self, run: Run, *, connection: Connection | None = None) -> None:
        """Record how a run ended; with `connection`, as part of that transaction."""
        ended = {name: getattr(run, name) for name in _ENDED}
        ended["provider_ids"] = dict(run.provider_ids)
        with self._writing(connection) as connection:
            connection.execute(_CHANGE, ended | {"changed": run.id})
            put_down(connection, run.id)

    def reopen(self, run_id: str) -> Run:
        """Let a run go on that had ended, so that nobody deletes it meanwhile, and return it as it stands.

        Raises `NotFound` where it was deleted, or where another playground is at it.
        """
        with exclusively(self.engine) as connection:
            found = connection.execute(select(runs.c.status, runs.c.deleted).where(runs.c.id == run_id)).first()
            if found is None or found.deleted is not None:
                raise NotFound("This run was deleted meanwhile: take it out of the trash, if it is there still.")
            if found.status == "running" and carried_elsewhere(self.engine, connection, run_id):
                raise NotFound("This run is being brought home already: look into the history in a moment.")
            connection.execute(_CHANGE, {"changed": run_id, "status": "running"})
            put_down(connection, run_id)
            carry(self.engine, connection, run_id)
        return self.run(run_id)

    def run(self, run_id: str, visitor: str | None = None) -> Run:
        """Return a run; with `visitor`, only that visitor's. Raise `NotFound` otherwise."""
        query = select(runs).where(runs.c.id == run_id)
        if visitor is not None:
            query = query.where(runs.c.visitor == visitor)
        found = self.read(query)
        if not found:
            raise NotFound(f"There is no run {run_id!r} of yours; it may have been deleted.")
        return found[0]

    def is_of(self, run_id: str, visitor: str) -> bool:
        """Whether a run is a visitor's."""
        query = select(runs.c.id).where(runs.c.id == run_id, runs.c.visitor == visitor)
        with self.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def runs(self, visitor: str, *, limit: int = 20, before: Run | None = None) -> list[Run]:
        """Return a visitor's runs, newest first; `before` continues a page."""
        query = select(runs).where(runs.c.visitor == visitor, runs.c.deleted.is_(None))
        if before is not None:
            # Compared as a pair, not by `or`: only so does the index lead straight to the page.
            query = query.where(tuple_(runs.c.created, runs.c.id) < (before.created, before.id))
        return self.read(query.order_by(runs.c.created.desc(), runs.c.id.desc()).limit(limit))

    def take_over(self) -> list[str]:
        """Make this process the one that carries what playgrounds that are gone left running; return the runs' ids."""
        with self.engine.connect() as connection:
            if connection.execute(left_by_others(self.engine).limit(1)).first() is None:
                return []
        with exclusively(self.engine) as connection:
            return take_over(self.engine, connection)

    def of_picture(self, visitor: str, backend: str, sha256: str, prompt: str) -> list[Run]:
        """Return a visitor's finished runs on a backend that took this picture with this prompt, newest first."""
        took = select(inputs.c.run_id).where(inputs.c.sha256 == sha256)
        mine = (runs.c.visitor == visitor, runs.c.backend == backend, runs.c.prompt == prompt, runs.c.id.in_(took))
        ended_well = (runs.c.status == "finished", runs.c.deleted.is_(None))
        return self.read(select(runs).where(*mine, *ended_well).order_by(runs.c.created.desc()))

    def unfinished(self) -> list[Run]:
        """Return the runs that go on in some process, or that one has left, oldest first."""
        return self.read(select(runs).where(runs.c.status == "running").order_by(runs.c.created))

    def read(self, query: Select[Any]) -> list[Run]:
        """Return the runs that a select over the table `runs` finds, each with its images."""
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
            wanted = select(images).where(images.c.run_id.in_([row.id for row in rows])).order_by(images.c.position)
            pictures = connection.execute(wanted).all() if rows else []
        return [_run(row, [_image(picture) for picture in pictures if picture.run_id == row.id]) for row in rows]

    def _writing(self, connection: Connection | None) -> AbstractContextManager[Connection]:
        return writing(self.engine) if connection is None else nullcontext(connection)


def _run(row: Row[Any], pictures: Sequence[RunImage]) -> Run:
    columns = {name: getattr(row, name) for name in _RUN_COLUMNS}
    return Run(request=parse_request(json.loads(row.request)), images=tuple(pictures), **columns)


def _image(row: Row[Any]) -> RunImage:
    return RunImage(index=row.position, **{name: getattr(row, name) for name in _IMAGE_COLUMNS})
