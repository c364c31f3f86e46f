"""A control picture seen before the run: made by a backend, kept as the visitor's, fit to be used as it is."""

from collections.abc import Iterator, Mapping
from functools import partial

from pydantic import JsonValue

from backend.base import Backend
from backend.caller import Caller
from backend.encoding import encode
from backend.errors import PlaygroundError
from backend.events import Emit, Event, Failed, Mapped
from backend.playground import Playground
from backend.request_parts import Control
from backend.stream import Stream


def control_map(
    playground: Playground, caller: Caller, backend: Backend, control: Control, options: Mapping[str, JsonValue]
) -> Iterator[Event]:
    """Make the map of a control's image and yield what happens, ending with `Mapped` or `Failed`.

    `options` are the backend's own. The map's file is the caller's: as a control's image with the preprocessing `none`
    it guides exactly as the image did. Closing the iterator leaves the work undone.
    """
    yield from Stream(partial(_make, playground, caller, backend, control, options)).watch()


def _make(
    playground: Playground,
    caller: Caller,
    backend: Backend,
    control: Control,
    options: Mapping[str, JsonValue],
    emit: Emit,
) -> Event:
    try:
        picture = backend.control_picture(control, caller, options, emit)
        sha256 = playground.files.put(encode(picture, "png"), "png")
    except PlaygroundError as error:
        return Failed(error)
    playground.holders.add_picture(sha256, caller.visitor)
    return Mapped(sha256, picture.size)
