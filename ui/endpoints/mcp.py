"""The playground as tools for assistants: MCP over streamable HTTP, each call by itself, on the rules of the API."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from anyio.to_thread import run_sync
from pydantic import JsonValue
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.events import Event, Mapped, Progress, Queued
from backend.domain.requests import MODES
from backend.images.incoming import opened
from backend.images.small_copy import small_copy
from backend.prompt_helper.server import Server as ChatServer
from backend.prompt_helper.suggestion import Suggestion, suggestion_json
from backend.record.run_json import map_json, runs_json
from backend.version import VERSION
from backend.visitors.identity import guest_id
from ui.endpoints.endpoints import Api
from ui.endpoints.mcp_schemas import (
    CONTROL_MAP,
    IMAGE,
    INSTRUCTIONS,
    control_map_schema,
    describe,
    estimate_schema,
    input_schema,
    wording_schema,
)
from ui.endpoints.prompt_helper import TASKS, told_of
from ui.endpoints.script_runs import Progressing
from ui.look import words
from ui.serving.caller import caller_of
from ui.serving.own_address import own_address
from ui.serving.served import Served, url
from ui.serving.uploads import keep_address

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolResult, Tool

    Serving = Server[Any, Any]

PATH = "/mcp"
VIEW_PIXELS = 768
"""The longer side of the view that an assistant gets; the file itself lies at the address in the answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """One step of a tool: what goes on, or the answer with its views (JPEG)."""

    event: Event | None = None
    answer: dict[str, object] | None = None
    views: tuple[bytes, ...] = ()


class Tools:
    """An ASGI app that answers MCP's requests; what it takes to do so is loaded with the first one."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._server: Serving | None = None

    def route(self) -> Route:
        """Return the place of the tools among the page's routes."""
        return Route(PATH, self, methods=["POST"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request in a session of its own, which ends with it."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        if self._server is None:
            self._server = await run_sync(self._built)
        sessions = StreamableHTTPSessionManager(app=self._server, stateless=True)
        async with sessions.run():
            await sessions.handle_request(scope, receive, send)

    def _built(self) -> "Serving":
        from mcp.server.lowlevel import Server
        from mcp.types import CallToolResult, Tool

        server: Serving = Server("Z-Image Playground", version=VERSION, instructions=INSTRUCTIONS)

        async def listed() -> list[Tool]:
            return tools(self.api.playground.prompt_helper.server)

        async def called(name: str, arguments: dict[str, JsonValue]) -> CallToolResult:
            return await _carry_out(server, self.steps(name, arguments, server.request_context.request))

        server.list_tools()(listed)  # type: ignore[no-untyped-call]
        server.call_tool()(called)
        return server

    def steps(self, name: str, arguments: dict[str, JsonValue], request: Request | None) -> Iterator[Said]:
        """Yield what a tool does, its answer last; raise a `PlaygroundError` or `gr.Error` where there is none."""
        asker = gr.Request(request)
        match name:
            case "backends":
                yield Said(answer={"backends": self.api.backends(asker)})
            case "styles":
                yield Said(answer={"styles": self.api.styles(asker)})
            case "read_metadata":
                yield Said(answer=self.api.read_metadata(_files(arguments, self.api.served)["image"], asker))
            case "estimate":
                values = _files(arguments, self.api.served)
                mode = values.pop("mode", "text_to_image")
                yield Said(answer=self.api.price(mode, caller_of(self.api.playground, asker), values))
            case "control_map":
                yield from self._map(arguments, asker)
            case "enhance":
                prompt = arguments.get("prompt")
                yield from _suggested(self.api.prompt_helper.enhance(caller_of(self.api.playground, asker), prompt))
            case "describe":
                caller, values = caller_of(self.api.playground, asker), _files(arguments, self.api.served)
                yield from _suggested(self.api.prompt_helper.describe(caller, **values))
            case _:
                yield from self._run(name, arguments, asker)

    def _run(self, name: str, arguments: dict[str, JsonValue], asker: gr.Request) -> Iterator[Said]:
        mode = next((mode for mode in MODES if mode == name), None)
        if mode is None:
            raise InvalidRequest([Problem("tool", f"{name!r} isn't one of this playground's.")])
        caller = caller_of(self.api.playground, asker)
        for now in self.api.scripts.run(mode, caller, _files(arguments, self.api.served)):
            yield self._answer(now, caller, asker) if now.over else Said(event=now.event)

    def _answer(self, now: Progressing, caller: Caller, asker: gr.Request) -> Said:
        copied, lost = self.api.served.copies(now.images, _guest(caller))
        files = [_address(path, asker) for _, path in copied]
        views = tuple(self._view(image.sha256) for image, _ in copied)
        told = runs_json(now.runs, now.refusal)
        told |= {name: value for name, value in (("lost", lost), ("notes", list(now.notes))) if value}
        return Said(answer={**told, "files": files}, views=views)

    def _map(self, arguments: dict[str, JsonValue], asker: gr.Request) -> Iterator[Said]:
        caller = caller_of(self.api.playground, asker)
        for event in self.api.maps.events(caller, **_files(arguments, self.api.served)):
            if isinstance(event, Mapped):
                file = _address(self.api.served.copy_of(event.sha256, _guest(caller)), asker)
                yield Said(answer={**map_json(event), "file": file}, views=(self._view(event.sha256),))
            else:
                yield Said(event=event)

    def _view(self, sha256: str) -> bytes:
        with opened(self.api.playground.files.path(sha256)) as picture:
            return small_copy(picture, VIEW_PIXELS)


def _suggested(steps: Iterator[Suggestion | None]) -> Iterator[Said]:
    for found in steps:
        yield Said(answer=suggestion_json(found) if found else None)


def tools(helper: ChatServer | None = None) -> "list[Tool]":
    """Return every tool with its description and the schema of its inputs; `helper` is where prompts are worded."""
    from mcp.types import Tool, ToolAnnotations

    reads = ToolAnnotations(readOnlyHint=True)
    nothing: dict[str, object] = {"type": "object", "properties": {}, "additionalProperties": False}
    picture = {**nothing, "properties": {"image": {"type": "string", "description": IMAGE}}, "required": ["image"]}
    price = "Tell what a request may cost in USD before it is run; null where nobody knows."
    makers = "List who can make images here: modes, limits, what each lacks, and whether it is ready."
    asked = (
        ("estimate", price, estimate_schema()),
        ("backends", makers, nothing),
        ("styles", "List the styles by name, each with the words that it lays around a prompt.", nothing),
        ("read_metadata", "Read the settings that an image carries, of this and of other programs.", picture),
    )
    adds = ToolAnnotations(readOnlyHint=False, destructiveHint=False)
    once = ToolAnnotations(readOnlyHint=False, destructiveHint=False, idempotentHint=True)
    making = ((mode, describe(mode), input_schema(mode), adds) for mode in MODES)
    mapping = ("control_map", CONTROL_MAP, control_map_schema(), once)
    away = ToolAnnotations(readOnlyHint=False, destructiveHint=False, openWorldHint=True)
    wording = ((task, told_of(task, helper), wording_schema(task), away) for task in TASKS)
    telling = ((*one, reads) for one in asked)
    return [
        Tool(name=name, description=said, inputSchema=schema, annotations=hints)
        for name, said, schema, hints in (*making, mapping, *wording, *telling)
    ]


def _guest(caller: Caller) -> str:
    """Return a guest's id for the caller's files: whoever has the address may open it, as assistants hand it on."""
    return guest_id(f"tools {caller.visitor}")


def _address(file: Path, asker: gr.Request) -> str:
    return (own_address(asker.request) if asker.request else "") + url(file)


async def _carry_out(server: "Serving", steps: Iterator[Said]) -> "CallToolResult":
    """Take the steps in threads, tell the assistant how far they are, and return the answer or what went wrong."""
    from mcp.types import CallToolResult, TextContent

    said: Said | None = None
    try:
        while step := await run_sync(next, steps, None):
            said = step
            await _tell(server, said.event)
    except (PlaygroundError, gr.Error) as error:
        text = words.sentence(error) if isinstance(error, PlaygroundError) else str(error.message)
        return CallToolResult(content=[TextContent(type="text", text=text)], isError=True)
    finally:
        steps.close()  # type: ignore[attr-defined]  # a generator: whoever leaves stops the run
    return _result(said)


async def _tell(server: "Serving", event: Event | None) -> None:
    context = server.request_context
    token = context.meta.progressToken if context.meta else None
    if token is None or not isinstance(event, Progress | Queued):
        return
    if isinstance(event, Queued):
        done, total, text = 0, None, f"Waiting: {event.ahead} ahead" if event.ahead else "Starting"
    else:
        done, total, text = event.step, event.total or None, event.doing
    request_id = str(context.request_id)
    await context.session.send_progress_notification(token, done, total, text, related_request_id=request_id)


def _result(said: Said | None) -> "CallToolResult":
    from mcp.types import CallToolResult, ImageContent, TextContent

    assert said is not None
    views = [
        ImageContent(type="image", data=base64.b64encode(view).decode(), mimeType="image/jpeg") for view in said.views
    ]
    text = TextContent(type="text", text=json.dumps(said.answer))
    return CallToolResult(content=[*views, text], structuredContent=said.answer)


def _files(arguments: dict[str, JsonValue], served: Served) -> dict[str, Any]:
    """Return the arguments with each image as a file that was uploaded."""
    given = {name: arguments[name] for name in ("image", "mask") if arguments.get(name) is not None}
    found: dict[str, object] = {name: keep_address(value, served) for name, value in given.items()}
    controls = arguments.get("controls")
    if isinstance(controls, list):
        found["controls"] = [
            {**each, "image": keep_address(each.get("image"), served)} if isinstance(each, dict) else each
            for each in controls
        ]
    return {**arguments, **found}
