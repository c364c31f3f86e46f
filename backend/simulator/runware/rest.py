"""`POST /v1`: an array of tasks in, `data` and `errors` out."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.simulator.faults import Fault
from backend.simulator.runware.checks import Task, errors_of
from backend.simulator.runware.desk import Desk, without_images
from backend.simulator.runware.schema import Error
from backend.simulator.shell import answer

STATUS = {
    "invalidApiKey": 401,
    "insufficientCredits": 402,
    "permissionDenied": 403,
    "taskNotFound": 404,
    "rateLimitExceeded": 429,
    "inferenceError": 500,
    "internalServerError": 500,
    "serviceUnavailable": 503,
    "timeoutProvider": 504,
}
"""The HTTP status of a reply in which every task failed, by the first error's code; 400 for the others."""
CODES = {status: code for code, status in STATUS.items()} | {500: "internalServerError"}
BAD_KEY = {
    "code": "invalidApiKey",
    "message": "Invalid API key. Get one at https://my.runware.ai/signup",
    "parameter": "apiKey",
    "type": "string",
    "taskType": "authentication",
}


class Rest:
    """The REST transport of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def post(self, request: Request) -> Response:
        """Answer one call."""
        body = await request.body()
        try:
            tasks = json.loads(body)
        except ValueError:
            tasks = None
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            return _said([], [{"code": "invalidRequest", "message": "The body must be a JSON array of tasks."}])
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if tasks and tasks[0].get("taskType") == "authentication":
            key = str(tasks.pop(0).get("apiKey"))
        if key != self.desk.world.key:
            return _said([], [BAD_KEY])
        if request.headers.get("x-runware-dry-run") == "1" and self.desk.world.dry_runs:
            return self._dry(tasks)
        operation = f"runware.{tasks[0].get('taskType') if tasks else 'nothing'}"
        origin = str(request.base_url).rstrip("/")

        def handle(fault: Fault | None) -> Response:
            return self._carry_out(tasks, origin, fault)

        return await answer(self.desk.world, operation, handle, refuse=_refuse)

    def _carry_out(self, tasks: Sequence[Task], origin: str, fault: Fault | None) -> Response:
        data: list[dict[str, Any]] = []
        errors: list[Error] = []
        for position, task in enumerate(tasks):
            self.desk.world.arrived(f"runware.{task.get('taskType')}", without_images(task))
            # A part that fails is the last of the call.
            suffers = fault if fault is None or fault.kind != "partial" or position == len(tasks) - 1 else None
            for item, wrong in self.desk.perform(task, origin, suffers):
                data.extend([item] if item else [])
                errors.extend(wrong)
        return _said(data, errors)

    def _dry(self, tasks: Sequence[Task]) -> Response:
        errors = [error for task in tasks for error in errors_of(task)]
        data = [
            {"taskType": task["taskType"], "taskUUID": task["taskUUID"], "cost": float(self.desk.price(task))}
            for task in tasks
            if task.get("taskType") == "imageInference" and not errors_of(task)
        ]
        return _said(data, errors)


def _said(data: list[dict[str, Any]], errors: list[Error]) -> Response:
    body: dict[str, Any] = {"data": data}
    if errors:
        body["errors"] = errors
    status = 200 if data or not errors else STATUS.get(errors[0]["code"], 400)
    return JSONResponse(body, status)


def _refuse(fault: Fault) -> Response:
    code = fault.code or CODES.get(fault.status, "internalServerError")
    return JSONResponse({"errors": [{"code": code, "message": f"Simulated: {code}."}]}, fault.status)
