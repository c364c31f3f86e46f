"""The paths of `/v1`."""

import json

from starlette.routing import Route

from backend.domain.errors import NotFound
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.door.route import Call, Door, Reply
from ui.endpoints.openai.files import PATH, Files
from ui.endpoints.openai.form import OpenAIForm
from ui.endpoints.openai.images import Images
from ui.endpoints.openai.models import all_models


def routes(ordering: Ordering) -> list[Route]:
    """Return where OpenAI's API lies on this server; what it has and we don't is told in its own form."""
    playground, form = ordering.playground, OpenAIForm()
    files = Files(playground)
    images = Images(ordering, files, form)

    def models(call: Call) -> Reply:
        return Reply(json.dumps({"object": "list", "data": [*all_models(playground, call.caller)]}).encode())

    def model(call: Call) -> Reply:
        asked = call.request.path_params["id"]
        found = next((each for each in all_models(playground, call.caller) if each["id"] == asked), None)
        if found is None:
            message = f"There is no model {asked[:60]!r} here; /v1/models lists those that there are."
            raise NotFound(message, details={"field": "model", "code": "model_not_found"})
        return Reply(json.dumps(found).encode())

    return [
        Route("/v1/images/generations", Door(playground, form, post=images.generations)),
        Route("/v1/images/edits", Door(playground, form, post=images.edits)),
        Route("/v1/images/variations", Door(playground, form, post=images.variations)),
        Route(PATH + "{name}", Door(playground, form, anyone=True, get=files.fetch)),
        Route("/v1/models", Door(playground, form, get=models)),
        Route("/v1/models/{id:path}", Door(playground, form, get=model)),
        Route("/v1", Door(playground, form)),
        Route("/v1/{rest:path}", Door(playground, form)),
    ]
