"""How others reach a room, and whether it is this machine's own browser that asks."""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request

from backend.gate.origin import host_name
from backend.playground import Playground
from backend.settings import LOOPBACK
from ui.serving.caller import ROOM
from ui.serving.own_address import own_address


@dataclass(frozen=True, slots=True)
class Link:
    """A room's address, and who else reaches it: `others`, `nobody`, or others, but not under `this name`."""

    address: str
    reached: Literal["others", "nobody", "not by this name"] = "others"


def room_link(playground: Playground, http: Request, room_id: str) -> Link:
    """Return a room's link as others can use it: over the share link where there is one."""
    query = f"?{ROOM}={room_id}"
    if not is_at_home(http):
        return Link(own_address(http) + query)
    if outside := playground.pages.shared_address:
        return Link(outside.rstrip("/") + "/" + query)
    return Link(own_address(http) + query, "not by this name" if playground.settings.public else "nobody")


def is_at_home(http: Request) -> bool:
    """Whether the page is looked at under a name that only this machine itself knows it by."""
    return host_name(http.headers) in LOOPBACK
