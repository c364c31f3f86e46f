"""ModelRunner's half of the simulator: its queue and its storage, on the paths that its own clients use.

May import: domain, images, simulator; nothing of the adapters.
"""

from starlette.routing import BaseRoute, Route

from backend.simulator.modelrunner.desk import Counter
from backend.simulator.modelrunner.storage import Storage
from backend.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    """Return the routes; a request is reached by its id alone, by the model's short name, and by its full name."""
    counter, storage = Counter(world), Storage(world)
    return [
        Route("/storage/upload/initiate", storage.initiate, methods=["POST"]),
        Route("/s3/{name:path}", storage.put, methods=["PUT"]),
        Route("/requests", counter.history, methods=["GET"]),
        *_of_a_request("/requests", counter),
        *_of_a_request("/{model:path}/requests", counter),
        Route("/{endpoint:path}", counter.submit, methods=["POST"]),
    ]


def _of_a_request(prefix: str, counter: Counter) -> list[BaseRoute]:
    return [
        Route(f"{prefix}/{{id}}/status", counter.status, methods=["GET"]),
        Route(f"{prefix}/{{id}}/cancel", counter.cancel, methods=["GET", "PUT"]),
        Route(f"{prefix}/{{id}}/payloads", counter.purge, methods=["DELETE"]),
        Route(f"{prefix}/{{id}}", counter.result, methods=["GET"]),
    ]
