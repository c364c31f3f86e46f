"""A control picture seen before the run: made by a backend, kept as the visitor's, fit to be used as it is."""

from collections.abc import Iterator, Mapping
from functools import partial

from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import FREE, Estimate
from backend.domain.errors import PlaygroundError
from backend.domain.events import Event, Failed, Finished, Mapped
from backend.domain.parts import Control
from backend.generation.bought_maps import known_map
from backend.generation.generate import draw_control
from backend.images.encoding import encode
from backend.images.incoming import opened
from backend.playground import Playground
from backend.threads.stream import Audience, Stream

MAP_BYTES = 2**20
"""What a map may take: of 2048² edges, a PNG stays below."""


def control_map(
    playground: Playground,
    caller: Caller,
    backend: Backend,
    control: Control,
    options: Mapping[str, JsonValue],
    *,
    buy: bool = False,
) -> Iterator[Event]:
    """Make the map of a control's image and yield what happens, ending with `Mapped`, `Failed` or `Stopped`.

    `options` are the backend's own. With `buy`, one that costs money is ordered, unless the caller has it already. The
    map's file is the caller's: as a control's image with the preprocessing `none` it guides exactly as the image did.
    Closing the iterator leaves the work undone, but what was ordered is collected.
    """
    free = backend.control_estimate(control, caller).free
    known = None if free else known_map(playground, caller, backend, control)
    if known:
        with opened(playground.files.path(known)) as picture:
            yield Mapped(known, picture.size)
    elif buy and not free:
        yield from _bought(draw_control(playground, caller, backend.name, control))
    else:
        stream = Stream(partial(_make, playground, caller, backend, control, options))
        if caller.press:
            caller.press.carry(stream)
        yield from stream.watch()


def map_price(playground: Playground, caller: Caller, backend: Backend, control: Control) -> Estimate:
    """Return what it costs to see a control picture; one that was bought before is free."""
    price = backend.control_estimate(control, caller)
    return FREE if not price.free and known_map(playground, caller, backend, control) else price


def _bought(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Finished):
            (made,) = event.run.images
            yield Mapped(made.sha256, (made.width, made.height), event.run)
        else:
            yield event


def _make(
    playground: Playground,
    caller: Caller,
    backend: Backend,
    control: Control,
    options: Mapping[str, JsonValue],
    audience: Audience,
) -> Event:
    try:
        playground.disk.check(MAP_BYTES)
        picture = backend.control_picture(control, caller, options, audience.tell)
        sha256 = playground.files.put(encode(picture, "png"), "png")
    except PlaygroundError as error:
        return Failed(error)
    playground.holders.add_picture(sha256, caller.visitor)
    return Mapped(sha256, picture.size)
