"""An example of the empty canvas: pressed, its picture and settings come into the form, as those of a run do."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.domain.caller import Caller
from backend.domain.capabilities import Drawn
from backend.domain.errors import NotFound
from backend.domain.requests import parse_request
from backend.generation.picture_access import receive_bytes
from backend.playground import Playground
from ui.events.updates import Updates
from ui.form.filling import Filling
from ui.runs.image_actions import Act

GONE = "This example isn't here any more: reload the page."


@dataclass(frozen=True, slots=True)
class DrawnExamples:
    """Answers the press of an example, as the buttons on images are answered; the browser presses Generate then."""

    playground: Playground
    filling: Filling

    def acts(self) -> dict[str, Act]:
        """Return what answers it, by the name of its act."""
        return {"example": self.fill}

    def fill(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Return the form with the example; its pictures are the visitor's from then on. Raises `NotFound`."""
        name = given.get("of", "")
        drawn = self._drawn(name, given.get("name", ""))
        pictures = {
            field: receive_bytes(self.playground, caller, path.read_bytes()) for field, path in drawn.pictures.items()
        }
        asked = {"mode": drawn.mode, "prompt": drawn.prompt, "seed": drawn.seed, **drawn.settings, **pictures}
        return self.filling.from_request(parse_request(asked), name, drawn.seed, caller.visitor)

    def _drawn(self, backend: str, name: str) -> Drawn:
        chosen = self.playground.backends.get(backend)
        found = (each for each in (chosen.capabilities.wall if chosen else ()) if each.picture.name == name)
        if (drawn := next(found, None)) is None:
            raise NotFound(GONE)
        return drawn
