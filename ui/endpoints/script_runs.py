"""A run as scripts ask for it, through the API or MCP: plain values in, images and records out, by the form's rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from pydantic import JsonValue, ValidationError
from sqlalchemy import Connection

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem, from_validation
from backend.domain.events import Event, Failed, Finished, Generated, Stopped
from backend.domain.records import Run, RunImage
from backend.domain.requests import IMAGE_FIELDS, Mode, Request, parse_request
from backend.generation.generate import generate
from backend.generation.opening import Noting
from backend.generation.prepared import Asked, Prepared
from backend.playground import Playground
from backend.prompts.variables import fill_request, read_variables, refuse_unknown
from ui.form.kept_size import large_note
from ui.form.library import Library
from ui.form.pasted import with_pasted
from ui.serving.uploads import Kept, Uploads


@dataclass(slots=True)
class Progressing:
    """What a script's run has come to: images and ended runs so far, and what happened last."""

    images: list[RunImage] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    event: Event | None = None
    refusal: PlaygroundError | None = None
    """Why no further image was begun, behind some that are paid."""
    over: bool = False
    notes: tuple[str, ...] = ()
    """What of the prompts acts otherwise than it reads."""
    skip: bool = False
    """Set by whoever stops a run of several and wants the next one to begin all the same."""


class NotingParts(Protocol):
    """Notes the run that is `part` (from 0) of `parts`, in the transaction that opens it."""

    def __call__(self, connection: Connection, run: Run, *, part: int, parts: int) -> None:
        """Write it down."""


def unnoted(connection: Connection, run: Run, *, part: int, parts: int) -> None:
    """Note nothing."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """Runs what scripts ask for."""

    playground: Playground
    library: Library

    def asked(self, mode: Mode, values: Mapping[str, JsonValue], caller: Caller) -> Asked:
        """Read a request out of values by name; raise `InvalidRequest` or `BadImage` with the field's name.

        `backend`, `styles` and `variables` are no fields of the request; images are files that were uploaded, or None.
        """
        backend = self.playground.choose(str(values.get("backend") or "auto"))
        given, notes = with_pasted(mode, values, backend)
        given.pop("backend", None)
        styles, variables = _names(given.pop("styles", None)), read_variables(given.pop("variables", None))
        uploads = Uploads(self.playground, caller)
        for name in IMAGE_FIELDS[mode]:
            given[name] = uploads.picture(given.get(name))
        if isinstance(given.get("controls"), list):
            given["controls"] = [_control(entry, uploads) for entry in given["controls"]]
        filled = {name: value for name, value in given.items() if value is not None}
        try:
            request = parse_request({"mode": mode, **filled})
        except ValidationError as error:
            raise from_validation(error) from error
        refuse_unknown(variables, request)
        request = fill_request(request, variables)
        large = large_note(request, self.playground.files)
        return Asked(backend, request, self.library.wording(caller, styles), (*notes, *([large] if large else ())))

    def run(self, mode: Mode, caller: Caller, values: Mapping[str, JsonValue]) -> Iterator[Progressing]:
        """Run what the values ask for, a prompt with choices as a run an image; `over` marks the last word.

        Raises a `PlaygroundError` where nothing came of it; what came before a failure is kept and told.
        """
        # A script's cancel means what it says; only a page may come back.
        caller = replace(caller, page=None)
        yield from self.carry([self.asked(mode, values, caller)], caller)

    def carry(self, asked: Sequence[Asked], caller: Caller, noting: NotingParts = unnoted) -> Iterator[Progressing]:
        """Run several requests one after the other, as `run` does one; all are checked before the first begins."""
        prepared = [each.prepared(caller) for each in asked]
        now = Progressing(notes=tuple(dict.fromkeys(note for each in prepared for note in each.notes)))
        for part, parts, ready, request in _parts(prepared):
            try:
                yield from self._images(ready, request, caller, now, partial(noting, part=part, parts=parts))
            except PlaygroundError as error:
                if now.skip and isinstance(now.event, Stopped):
                    now.skip = False
                    continue
                if not now.images:
                    raise
                now.refusal = error
            if now.refusal or isinstance(now.event, Failed):
                break
        now.over = True
        yield now

    def _images(
        self, prepared: Prepared, request: Request, caller: Caller, now: Progressing, noting: Noting
    ) -> Iterator[Progressing]:
        backend, patient, checked = prepared.backend.name, bool(now.runs), prepared.is_checked(request)
        events = generate(self.playground, caller, backend, request, patient=patient, checked=checked, noting=noting)
        for event in events:
            now.event = event
            if isinstance(now.event, Generated) and now.event.record:
                now.images.append(now.event.record)
            if isinstance(now.event, Finished | Failed) and now.event.run:
                now.runs.append(now.event.run)
            _refuse_nothing(now)
            yield now


def _parts(prepared: Sequence[Prepared]) -> Iterator[tuple[int, int, Prepared, Request]]:
    """Yield each run that they become, with its number among how many."""
    runs = [(ready, request) for ready in prepared for request in ready.requests]
    for part, (ready, request) in enumerate(runs):
        yield part, len(runs), ready, request


def _refuse_nothing(now: Progressing) -> None:
    """Raise what a run failed with where no image came of it."""
    if isinstance(now.event, Failed) and not (now.images and now.runs):
        raise now.event.error
    if isinstance(now.event, Stopped):
        raise PlaygroundError("The run was stopped on the page of its visitor.", billed="unknown")


def _names(styles: object) -> list[str]:
    if styles is None or (isinstance(styles, list) and all(isinstance(name, str) for name in styles)):
        return list(styles or ())
    raise InvalidRequest([Problem("styles", "must be a list of names; `/styles` tells them.")])


def _control(entry: object, uploads: Uploads) -> object:
    if not isinstance(entry, dict) or not isinstance(entry.get("image"), dict | Kept):
        return entry
    return {**entry, "image": uploads.picture(entry["image"])}
