"""The WebSocket at the same path: authenticated once, pinged, and each result in a frame of its own."""

import asyncio
import json
import uuid
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.simulator.faults import Fault
from backend.simulator.runware.checks import Task, told
from backend.simulator.runware.desk import Desk, without_images
from backend.simulator.runware.rest import BAD_KEY, CODES
from backend.simulator.runware.schema import Error


class Socket:
    """The WebSocket transport of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def talk(self, socket: WebSocket) -> None:
        """Hold one conversation until the other side hangs up."""
        await _Conversation(self.desk, socket).hold()


class _Conversation:
    def __init__(self, desk: Desk, socket: WebSocket) -> None:
        self.desk = desk
        self.socket = socket
        self.known = False
        self._working: set[asyncio.Task[None]] = set()

    async def hold(self) -> None:
        await self.socket.accept()
        try:
            while True:
                for task in _tasks(await self.socket.receive_text()):
                    await self._take(task)
        except WebSocketDisconnect:
            return
        finally:
            for working in self._working:
                working.cancel()

    async def _take(self, task: Task) -> None:
        kind = task.get("taskType")
        if kind == "authentication":
            await self._authenticate(task)
        elif kind == "ping":
            await self._say({"taskType": "ping", "pong": True})
        elif not self.known:
            await self._refuse(BAD_KEY)
        else:
            working = asyncio.create_task(self._work(task))
            self._working.add(working)
            working.add_done_callback(self._working.discard)

    async def _authenticate(self, task: Task) -> None:
        fault = self.desk.world.faults.take("runware.authentication")
        if fault and fault.kind == "hang":
            return
        self.known = task.get("apiKey") == self.desk.world.key
        if not self.known:
            await self._refuse(BAD_KEY)
            return
        session = task.get("connectionSessionUUID") or str(uuid.uuid4())
        await self._say({"taskType": "authentication", "connectionSessionUUID": session})

    async def _work(self, task: Task) -> None:
        operation = f"runware.{task.get('taskType')}"
        fault = self.desk.world.faults.take(operation)
        kind = fault.kind if fault else None
        if fault and kind in ("slow", "hang"):
            await asyncio.sleep(fault.seconds)
        if kind in ("drop", "hang"):
            await self.socket.close(1011)
        elif fault and kind == "status":
            await self._refuse(told(_simulated(fault), task))
        else:
            self.desk.world.arrived(operation, without_images(task))
            await self._carry_out(task, fault, silent=kind == "drop_after")

    async def _carry_out(self, task: Task, fault: Fault | None, *, silent: bool) -> None:
        origin = f"http://{self.socket.headers['host']}"
        async for item, errors in iterate_in_threadpool(self.desk.perform(task, origin, fault)):
            if silent:
                continue
            if item:
                await self._say(item)
            for error in errors:
                await self._refuse(error)
        if silent:
            await self.socket.close(1011)

    async def _say(self, item: dict[str, Any]) -> None:
        await self.socket.send_text(json.dumps({"data": [item]}))

    async def _refuse(self, error: Error) -> None:
        await self.socket.send_text(json.dumps({"errors": [error]}))


def _tasks(text: str) -> list[Task]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [task for task in found if isinstance(task, dict)] if isinstance(found, list) else []


def _simulated(fault: Fault) -> Error:
    code = fault.code or CODES.get(fault.status, "internalServerError")
    return {"code": code, "message": f"Simulated: {code}."}
