"""The WebSocket at the same path: authenticated once, pinged, and each result in a frame of its own."""

import asyncio
import json
import uuid
from collections import deque
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.simulator.faults import Fault
from backend.simulator.runware.checks import Task, told
from backend.simulator.runware.desk import Desk, without_images
from backend.simulator.runware.rest import BAD_KEY, CODES
from backend.simulator.runware.schema import Error

MOST_MISSED = 100
IDLE_SECONDS = 120.0
"""A conversation in which nothing is said for so long is ended."""


class Socket:
    """The WebSocket transport of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.missed: dict[str, deque[str]] = {}
        """What nobody was there to hear, by session: said when the session is resumed."""

    async def talk(self, socket: WebSocket) -> None:
        """Hold one conversation until the other side hangs up; what was ordered is finished all the same."""
        await _Conversation(self.desk, socket, self.missed).hold()


class _Conversation:
    def __init__(self, desk: Desk, socket: WebSocket, missed: dict[str, deque[str]]) -> None:
        self.desk = desk
        self.socket = socket
        self.missed = missed
        self.session: str | None = None
        self.gone = False
        self._working: set[asyncio.Task[None]] = set()

    async def hold(self) -> None:
        await self.socket.accept()
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    text = await self.socket.receive_text()
                for task in _tasks(text):
                    await self._take(task)
        except WebSocketDisconnect:
            return
        except TimeoutError:
            await self.socket.close()
        finally:
            self.gone = True

    async def _take(self, task: Task) -> None:
        kind = task.get("taskType")
        if kind == "authentication":
            await self._authenticate(task)
        elif kind == "ping":
            await self._say({"taskType": "ping", "pong": True})
        elif self.session is None:
            await self._refuse(BAD_KEY)
        else:
            working = asyncio.create_task(self._work(task))
            self._working.add(working)
            working.add_done_callback(self._working.discard)

    async def _authenticate(self, task: Task) -> None:
        fault = self.desk.world.faults.take("runware.authentication")
        if fault and fault.kind == "hang":
            return
        if task.get("apiKey") != self.desk.world.key:
            self.session = None
            await self._refuse(BAD_KEY)
            return
        self.session = session = task.get("connectionSessionUUID") or str(uuid.uuid4())
        await self._say({"taskType": "authentication", "connectionSessionUUID": session})
        for frame in self.missed.pop(session, ()):
            await self.socket.send_text(frame)

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
        self.gone = self.gone or silent
        async for item, errors in iterate_in_threadpool(self.desk.perform(task, origin, fault)):
            if item:
                await self._say(item)
            for error in errors:
                await self._refuse(error)
        if silent:
            await self.socket.close(1011)

    async def _say(self, item: dict[str, Any]) -> None:
        await self._send({"data": [item]})

    async def _refuse(self, error: Error) -> None:
        await self._send({"errors": [error]})

    async def _send(self, message: dict[str, Any]) -> None:
        frame = json.dumps(message)
        if not self.gone:
            await self.socket.send_text(frame)
        elif self.session:
            self.missed.setdefault(self.session, deque(maxlen=MOST_MISSED)).append(frame)


def _tasks(text: str) -> list[Task]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [task for task in found if isinstance(task, dict)] if isinstance(found, list) else []


def _simulated(fault: Fault) -> Error:
    code = fault.code or CODES.get(fault.status, "internalServerError")
    return {"code": code, "message": f"Simulated: {code}."}
