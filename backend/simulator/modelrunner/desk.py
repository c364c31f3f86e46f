"""The simulated queue: takes requests, has them drawn one after the other, and says how they stand."""

import json
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.simulator.faults import Fault
from backend.simulator.modelrunner.drawing import draw, size_of
from backend.simulator.modelrunner.job import FATES, Job
from backend.simulator.modelrunner.prices import published
from backend.simulator.modelrunner.refusals import no, refuse, stranger, unusable, wrong
from backend.simulator.modelrunner.schema import ENDPOINT, RESERVED, ModelInput, issues, metadata_of
from backend.simulator.shell import answer
from backend.simulator.world import World

STANDS = {"queued": "IN_QUEUE", "in_progress": "IN_PROGRESS", "unheard_of": "PAUSED"}
"""Faults of the status: what it says, whatever is true."""
Told = Callable[[Job, Fault | None], Response]


class Counter:
    """Answers the queue's calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._artists = ThreadPoolExecutor(1, thread_name_prefix="artist")

    async def submit(self, request: Request) -> Response:
        """Take a request, or say no."""
        body = await _body(request)
        endpoint, origin = request.path_params["endpoint"], str(request.base_url).rstrip("/")

        def handle(fault: Fault | None) -> Response:
            self.world.arrived("modelrunner.submit", body)
            if endpoint != ENDPOINT:
                return no(404, f"Model {endpoint} not found")
            if body is None:
                return no(400, "The body is no JSON object")
            return self._take(body, origin, fault)

        refusal = stranger(self.world, request)
        return refusal or await answer(self.world, "modelrunner.submit", handle, refuse=refuse)

    async def status(self, request: Request) -> Response:
        """Say how a request stands; FAILED comes as 400."""

        def tell(job: Job, fault: Fault | None) -> Response:
            if fault and fault.kind in STANDS:
                return JSONResponse(job.envelope(STANDS[fault.kind]))
            if job.status == "FAILED":
                return JSONResponse({**job.envelope(), "error": "The platform gave this request up"}, 400)
            return JSONResponse(job.envelope())

        return await self._about(request, "modelrunner.status", tell)

    async def cancel(self, request: Request) -> Response:
        """Say how a request stands: nothing is cancelled, as with the real one."""
        return await self._about(request, "modelrunner.cancel", lambda job, _: JSONResponse(job.envelope()))

    async def purge(self, request: Request) -> Response:
        """Delete what a request was given and made."""

        def tell(job: Job, _fault: Fault | None) -> Response:
            if not job.drawing.done():
                return no(409)
            job.purged = datetime.now(UTC)
            return JSONResponse({})

        return await self._about(request, "modelrunner.purge", tell)

    async def result(self, request: Request) -> Response:
        """Return what a request made; by its id alone, the record as it stands."""
        by_id = "model" not in request.path_params

        def tell(job: Job, fault: Fault | None) -> Response:
            if by_id:
                return JSONResponse(job.record())
            if job.status != "COMPLETED" or (fault and fault.kind == "not_yet"):
                return no(409)
            if job.failure:
                return unusable(job.failure)
            if job.purged:
                return no(410)
            return JSONResponse(job.output() if job.fate == "shape_bare" else job.record(priced=False))

        return await self._about(request, "modelrunner.record" if by_id else "modelrunner.result", tell)

    async def history(self, request: Request) -> Response:
        """List the requests, the newest first, by their tags and status."""
        asked = request.query_params

        def handle(_fault: Fault | None) -> Response:
            self.world.arrived("modelrunner.history", dict(asked))
            tags = json.loads(asked.get("metadata", "{}")).items()
            with self._lock:
                jobs = list(self.jobs.values())
            found = [job.record() for job in reversed(jobs) if tags <= job.metadata.items()]
            found = [each for each in found if asked.get("status") in (None, each["status"])]
            limit, page = int(asked.get("limit", 20)), int(asked.get("page", 1))
            return JSONResponse({"data": found[(page - 1) * limit : page * limit], "total": len(found), "page": page})

        refusal = stranger(self.world, request)
        return refusal or await answer(self.world, "modelrunner.history", handle, refuse=refuse)

    async def _about(self, request: Request, operation: str, tell: Told) -> Response:
        def handle(fault: Fault | None) -> Response:
            self.world.arrived(operation, {"id": request.path_params["id"]})
            job = self.jobs.get(request.path_params["id"])
            return no(404) if job is None else tell(job, fault)

        refusal = stranger(self.world, request)
        return refusal or await answer(self.world, operation, handle, refuse=refuse)

    def _take(self, body: dict[str, Any], origin: str, fault: Fault | None) -> Response:
        try:
            given = ModelInput.model_validate({k: v for k, v in body.items() if k not in RESERVED})
            metadata = metadata_of(body)
        except ValidationError as error:
            return wrong(issues(error))
        except ValueError as error:
            return wrong([{"path": ["metadata"], "message": str(error), "code": "custom"}])
        if not self.world.account.afford(_upper_price(self.world, given)):
            return no(402)
        seed = secrets.randbelow(2**32) if given.seed is None else given.seed
        job = Job(origin, given, metadata, fault.kind if fault and fault.kind in FATES else None, seed)
        # Before the drawing begins, so that a client whose connection was cut finds it in the history.
        with self._lock:
            self.jobs[job.id] = job
        said = job.envelope("IN_QUEUE")
        if job.fate == "fail":
            job.drawing.set_result([])
        elif job.fate != "give_up":
            self._begin(job)
        return JSONResponse(said, 201)

    def _begin(self, job: Job) -> None:
        def draw_it() -> None:
            job.drawing = self._artists.submit(self._draw, job)

        waiting = threading.Timer(self.world.habits.job_seconds, draw_it)
        waiting.daemon = True
        if waiting.interval:
            waiting.start()
        else:
            draw_it()

    def _draw(self, job: Job) -> list[str]:
        addresses = draw(self.world, job)
        if job.fate == "purge":
            job.purged = datetime.now(UTC)
        return addresses


async def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = await request.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _upper_price(world: World, given: ModelInput) -> Any:
    try:
        return world.billed(published(given, size_of(world, given)))
    except ValueError:
        return 0
