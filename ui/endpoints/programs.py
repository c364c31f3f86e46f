"""What programs of others' making reach beside the page."""

from starlette.routing import Route

from backend.library.shipped import load_presets
from backend.playground import Playground
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.openai.routes import routes as openai_routes
from ui.endpoints.script_runs import Scripts
from ui.endpoints.sdapi.routes import routes as a1111_routes
from ui.form.library import Library


def programs_of(playground: Playground) -> list[Route]:
    """Return the routes of OpenAI's images API, and of A1111's; behind `--auth` they need an owner's key."""
    ordering = Ordering(Scripts(playground, Library(playground, load_presets())))
    return [*openai_routes(ordering), *a1111_routes(ordering)]
