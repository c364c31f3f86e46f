"""A room, as most tests of rooms begin."""

import pytest

from backend.library.rooms import Room
from backend.playground import Playground


@pytest.fixture
def attic(playground: Playground) -> Room:
    """A room that Ann has opened and Bob and Cem have joined."""
    room = playground.rooms.open("ann", room_name="The attic", name="Ann")
    for name in ("bob", "cem"):
        playground.rooms.join(room.id, name, name=name.title())
    return room
