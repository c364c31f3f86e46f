"""What an assistant gets, through MCP's own client over HTTP."""

import asyncio
import base64
import io
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ImageContent, ListToolsResult, TextContent
from PIL import Image

from app import launch_options
from backend.adapters.fake import FakeBackend
from backend.domain.events import Progress, Tell
from backend.domain.requests import MODES
from backend.images.encoding import encode
from backend.playground import Playground
from backend.version import VERSION
from tests.backend.adapters.runware.scene import ONE, runware_scene
from tests.serving import Site, free_port, page_of
from ui.endpoints.mcp import PATH

Told = list[tuple[float, float | None, str | None]]


def within(site: Site, use: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """Open a session, use it, and return what that gave."""

    async def opened() -> Any:
        async with (
            streamable_http_client(f"{site.address}mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            told = await session.initialize()
            assert told.serverInfo.version == VERSION
            return await use(session)

    # In a thread of its own: where Chromium was driven before, this one has an event loop that never stops.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(opened())).result()


def call(site: Site, name: str, told: Told | None = None, **arguments: Any) -> CallToolResult:
    """Call a tool, noting its progress in `told`."""

    async def note(progress: float, total: float | None, message: str | None) -> None:
        if told is not None:
            told.append((progress, total, message))

    async def use(session: ClientSession) -> CallToolResult:
        return await session.call_tool(name, arguments, progress_callback=note if told is not None else None)

    return within(site, use)


def answer(result: CallToolResult) -> dict[str, Any]:
    assert not result.isError, result.content
    assert result.structuredContent is not None
    return result.structuredContent


def said(result: CallToolResult) -> str:
    assert result.isError
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def picture(colour: str = "red", size: tuple[int, int] = (256, 256)) -> str:
    content = encode(Image.new("RGB", size, colour), "png")
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def test_every_tool_says_when_it_serves_and_what_each_input_means(site: Site) -> None:
    async def use(session: ClientSession) -> ListToolsResult:
        return await session.list_tools()

    tools = {tool.name: tool for tool in within(site, use).tools}
    assert set(tools) == {
        *MODES,
        "control_map",
        "enhance",
        "describe",
        "estimate",
        "backends",
        "styles",
        "read_metadata",
    }
    for mode in MODES:
        assert len(tools[mode].description or "") > 80
        inputs = tools[mode].inputSchema["properties"]
        assert all(field.get("description") or field.get("title") for field in inputs.values())
        assert inputs["steps"]["maximum"] == 50
        assert "mode" not in inputs
    assert tools["inpaint"].inputSchema["required"] == ["prompt", "image", "mask"]
    assert tools["estimate"].annotations
    assert tools["estimate"].annotations.readOnlyHint
    assert all(tool.annotations and not tool.annotations.destructiveHint for tool in tools.values())
    shown = tools["control_map"]
    assert shown.inputSchema["required"] == ["image"]
    assert all(field["description"] for field in shown.inputSchema["properties"].values())
    assert "price" in (shown.description or "")


def test_a_prompt_becomes_a_view_the_file_and_its_record_with_progress(site: Site) -> None:
    told: Told = []
    result = call(site, "text_to_image", told, prompt="a red fox", seed=7, count=2, options={"seconds": 0.5})
    found = answer(result)
    assert found["seeds"] == [7, 8]
    assert found["cost_kind"] == "free"
    views = [each for each in result.content if isinstance(each, ImageContent)]
    assert [Image.open(io.BytesIO(base64.b64decode(view.data))).size for view in views] == [(256, 256)] * 2
    assert Image.open(io.BytesIO(httpx.get(found["files"][1]).content)).size == (256, 256)
    assert (8.0, 8.0, "Drawing") in told


def test_pictures_come_as_data_addresses_or_as_what_the_upload_returned(site: Site, tmp_path: Path) -> None:
    sides = {"right": 64, "options": {"seconds": 0}}
    assert answer(call(site, "outpaint", prompt="a fox", image=picture(), **sides))["mode"] == "outpaint"
    mask = picture("white")
    assert answer(call(site, "inpaint", prompt="a fox", image=picture(), mask=mask))["mode"] == "inpaint"
    control = {"image": picture("blue"), "preprocess": "none"}
    found = answer(call(site, "controlnet", prompt="a fox", image=picture(), controls=[control]))
    assert len(found["request"]["controls"]) == 1
    again = answer(call(site, "image_to_image", prompt="a fox", image=found["files"][0]))
    assert again["request"]["image"] == found["images"][0]["sha256"]
    files = {"files": ("a.png", encode(Image.new("RGB", (64, 64), "red"), "png"), "image/png")}
    (path,) = httpx.post(f"{site.address}gradio_api/upload", files=files).json()
    assert answer(call(site, "image_to_image", prompt="a fox", image=path))["mode"] == "image_to_image"


def test_a_control_map_is_seen_for_nothing_where_this_machine_makes_it(site: Site) -> None:
    told: Told = []
    result = call(site, "control_map", told, image=picture("teal", (96, 64)), preprocess="depth")
    found = answer(result)
    assert (found["width"], found["height"], found["cost_usd"], found["cost_kind"]) == (96, 64, 0, "free")
    assert Image.open(io.BytesIO(httpx.get(found["file"]).content)).size == (96, 64)
    (view,) = [each for each in result.content if isinstance(each, ImageContent)]
    assert Image.open(io.BytesIO(base64.b64decode(view.data))).size == (96, 64)


def test_a_slow_control_map_tells_how_far_it_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(control: object, caller: object, options: object, tell: Tell) -> Image.Image:
        tell(Progress(1, 2, doing="Making the depth map"))
        return Image.new("RGB", (64, 64))

    monkeypatch.setattr(site.fake, "control_picture", slow)
    told: Told = []
    answer(call(site, "control_map", told, image=picture(), preprocess="depth"))
    assert told == [(1.0, 2.0, "Making the depth map")]


def test_a_map_that_is_sold_says_its_price_is_bought_on_a_yes_and_followed(tmp_path: Path) -> None:
    image = picture("teal", (96, 64))
    with runware_scene(tmp_path, GRADIO_SERVER_PORT=free_port()) as scene, page_of(scene.playground) as address:
        there = Site(address, scene.playground, FakeBackend(scene.playground.files))
        assert "$0.0006" in said(call(there, "control_map", image=image, preprocess="depth"))
        assert scene.world.account.bills == []
        found = answer(call(there, "control_map", image=image, preprocess="depth", buy=True))
        assert (found["cost_usd"], found["cost_kind"]) == (0.0006, "billed")
        run = answer(call(there, "controlnet", prompt="a fox", image=found["file"], preprocess="none"))
        assert run["request"]["image"] == found["sha256"]
        assert scene.world.account.bills == [ONE, ONE]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"preprocess": "lines"}, "'lines' is not one of"),
        ({"backend": "nowhere"}, "nowhere"),
        ({"options": {"depth_detector": "Zoe"}}, "`options.depth_detector`"),
        ({"image": "https://example.org/a.png"}, "upload"),
    ],
)
def test_what_is_wrong_with_a_control_map_is_said(site: Site, values: dict[str, Any], words: str) -> None:
    assert words in said(call(site, "control_map", **{"image": picture(), **values}))


@pytest.mark.parametrize(
    "image",
    ["https://a.example/a.png", "//a.example/gradio_api/file=/etc/passwd", "/etc/passwd", "data:image/png;base64,?"],
)
def test_nothing_is_fetched_and_no_file_is_read_that_was_not_brought(site: Site, image: str) -> None:
    assert "upload" in said(call(site, "image_to_image", prompt="a fox", image=image)) or image.endswith("?")


def test_what_is_wrong_is_said_in_words(site: Site) -> None:
    assert "multiple of 16" in said(call(site, "text_to_image", prompt="a fox", width=1000, height=1000))
    assert "no style" in said(call(site, "text_to_image", prompt="a fox", styles=["Nobody"]))
    assert "gave up" in said(call(site, "text_to_image", prompt="a fox", options={"fail_after": 0}))
    assert said(call(site, "nothing"))


def test_the_tools_that_only_tell(site: Site) -> None:
    assert answer(call(site, "backends"))["backends"][0]["name"] == "fake"
    price = answer(call(site, "estimate", prompt="a fox", options={"provider": True}))
    assert price["likely_usd"] == pytest.approx(0.0013)
    assert answer(call(site, "styles"))["styles"]
    file = base64.b64encode(httpx.get(answer(call(site, "text_to_image", prompt="a fox"))["files"][0]).content)
    read = answer(call(site, "read_metadata", image=f"data:image/png;base64,{file.decode()}"))
    assert read["request"]["prompt"] == "a fox"


def test_who_leaves_stops_the_run(site: Site) -> None:
    async def use(session: ClientSession) -> None:
        arguments = {"prompt": "a fox", "options": {"seconds": 60}}
        task = asyncio.create_task(session.call_tool("text_to_image", arguments))
        while not site.fake.running:
            await asyncio.sleep(0.05)
        task.cancel()

    within(site, use)
    for _ in range(600):
        if not site.fake.running:
            return
        time.sleep(0.1)
    raise AssertionError("the run outlived its assistant")


def test_behind_a_login_there_are_no_tools(playground: Playground) -> None:
    assert PATH in [route.path for route in launch_options(playground)["app_kwargs"]["routes"]]
    guarded = replace(playground, settings=playground.settings.model_copy(update={"auth": "ann:secret"}))
    assert PATH not in [route.path for route in launch_options(guarded)["app_kwargs"]["routes"]]
