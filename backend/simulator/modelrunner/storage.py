"""The simulated storage: an address to put a file at, without the key, and one where it lies then, open to all."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.simulator.faults import Fault
from backend.simulator.modelrunner.refusals import no, refuse, stranger
from backend.simulator.shell import answer
from backend.simulator.world import World

LIFECYCLE = "x-modelrunner-object-lifecycle-preference"


class Storage:
    """Answers the storage's calls; a file goes only to an address that was given out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._given_out: dict[str, str] = {}

    async def initiate(self, request: Request) -> Response:
        """Give out an address."""
        body: dict[str, Any] = await request.json()

        def handle(fault: Fault | None) -> Response:
            known = {**body, "lifecycle": request.headers.get(LIFECYCLE)}
            self.world.arrived("modelrunner.initiate", known)
            if not {"file_name", "content_type"} <= body.keys():
                return no(400, "file_name and content_type are required")
            suffix = str(body["file_name"]).rpartition(".")[2]
            name = f"{secrets.token_urlsafe(16)}.{suffix}"
            self._given_out[name] = str(body["content_type"])
            origin = str(request.base_url).rstrip("/")
            store = "https://files.elsewhere.test" if fault and fault.kind == "off_host" else origin
            return JSONResponse(
                {"upload_url": f"{store}/s3/{name}?X-Amz-Signature=simulated", "file_url": f"{origin}/media/{name}"}
            )

        refusal = stranger(self.world, request)
        return refusal or await answer(self.world, "modelrunner.initiate", handle, refuse=refuse)

    async def put(self, request: Request) -> Response:
        """Take a file; S3 refuses one that comes with an Authorization of another scheme, and so does this."""
        content, name = await request.body(), request.path_params["name"]

        def handle(_fault: Fault | None) -> Response:
            self.world.arrived("modelrunner.put", {"name": name, "bytes": len(content)})
            if "authorization" in request.headers or "x-amz-signature" not in str(request.url).lower():
                return no(400, "Only one auth mechanism allowed")
            if self._given_out.get(name) != request.headers.get("content-type"):
                return no(403, "SignatureDoesNotMatch")
            self.world.media.put(content, self._given_out.pop(name), name)
            return Response()

        return await answer(self.world, "modelrunner.put", handle, refuse=refuse)
