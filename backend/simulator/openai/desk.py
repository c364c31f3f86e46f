"""The simulated server: takes an order, draws and bills it, and answers with the pictures in the same call."""

import base64
from collections.abc import Mapping
from typing import Any

from PIL import Image
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.domain.parts import OutputFormat
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from backend.simulator.openai.drawing import draw
from backend.simulator.openai.prices import published
from backend.simulator.openai.refusals import no, poor, refuse, stranger, unknown_parameter
from backend.simulator.openai.schema import MODEL, Order
from backend.simulator.shell import answer
from backend.simulator.world import World

FAULTS: Mapping[str, str] = {
    "empty": "does and bills everything, then answers 200 with no picture in it",
    "address": "answers with the picture's address instead of the picture",
    "small": "draws at half the size that was asked for",
    "lossy": "answers with a JPEG",
    "unknown_parameter": "refuses the parameter `code`, as OpenAI does those it doesn't have",
}
"""The faults of this protocol's own."""
_BUILT = 1_790_000_000


class Desk:
    """Answers the calls."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def models(self, request: Request) -> Response:
        """List the one model."""
        listed = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": _BUILT, "owned_by": "nobody"}]}
        return stranger(self.world, request) or JSONResponse(listed)

    async def generations(self, request: Request) -> Response:
        """Make pictures of words."""
        try:
            given = await request.json()
        except ValueError:
            given = None
        return await self._ordered(request, "openai.generations", given if isinstance(given, dict) else {}, {})

    async def edits(self, request: Request) -> Response:
        """Make pictures of a picture; of its masked part alone where a mask comes along."""
        if not self.world.habits.edits:
            return no(404, "Not Found")
        async with request.form() as form:
            # OpenAI's clients, and litellm for one picture too, call a list's parts `image[]`.
            parts = {name.removesuffix("[]"): part for name, part in form.items() if isinstance(part, UploadFile)}
            files = {name: await part.read() for name, part in parts.items()}
            given = {name: value for name, value in form.items() if isinstance(value, str)}
        if given and "image" not in files:
            return no(400, "Missing required parameter: 'image'.", param="image", code="missing_required_parameter")
        return await self._ordered(request, "openai.edits", given, files)

    async def _ordered(
        self, request: Request, operation: str, given: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> Response:
        refusal = stranger(self.world, request)
        if refusal or "prompt" not in given:
            # Whoever only knocks orders nothing, and suffers nothing.
            code = "missing_required_parameter"
            return refusal or no(400, "Missing required parameter: 'prompt'.", param="prompt", code=code)
        origin = str(request.base_url).rstrip("/")

        def handle(fault: Fault | None) -> Response:
            self.world.arrived(operation, {**given, **{name: len(content) for name, content in files.items()}})
            return self._take(given, files, origin, fault)

        return await answer(self.world, operation, handle, refuse=refuse)

    def _take(self, given: Mapping[str, Any], files: Mapping[str, bytes], origin: str, fault: Fault | None) -> Response:
        kind = fault.kind if fault else ""
        if fault and kind == "unknown_parameter":
            return unknown_parameter(fault.code or "seed")
        try:
            order = Order.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            return no(400, first["msg"], param=str(first["loc"][0]), code="invalid_value")
        price = self.world.billed(published(order.sides)) * order.n
        if not self.world.account.afford(price):
            return poor()
        pictures = [draw(self.world, order, files, index) for index in range(order.n)]
        self.world.account.bill(price)
        data = [self._entry(picture, order, origin, kind) for picture in pictures]
        return JSONResponse({"created": _BUILT, "data": [] if kind == "empty" else data})

    def _entry(self, picture: Image.Image, order: Order, origin: str, kind: str) -> dict[str, Any]:
        if kind == "small":
            picture = picture.resize((picture.width // 2, picture.height // 2))
        image_format: OutputFormat = "jpeg" if kind == "lossy" else "png"
        content = encode(picture, image_format, 90)
        if order.response_format == "url" or kind == "address":
            return {"url": f"{origin}/media/{self.world.media.put(content, f'image/{image_format}')}"}
        return {"b64_json": base64.b64encode(content).decode("ascii"), "revised_prompt": None}
