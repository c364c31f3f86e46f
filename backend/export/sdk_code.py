"""A provider's call as a program for its own Python client, made from the payload that was sent."""

from urllib.parse import urlsplit

from pydantic import JsonValue

from backend.exchanges import Exchange
from backend.export.http_code import PYTHON_FILE, fresh, has_images, python_literal

RUNWARE_HOST = "api.runware.ai"
_IDS = ("taskUUID",)

_RUNWARE = '''"""Makes the run again. Needs `pip install runware-sdk`, and the key in RUNWARE_API_KEY."""
{imports}
from runware import Runware
{data_uri}
tasks = {tasks}


async def main():
    async with Runware(api_key=os.environ["RUNWARE_API_KEY"], transport="rest"{address}) as client:
        for task in tasks:
            for result in await client.run(task):
                print(result)


asyncio.run(main())
'''
_MODELRUNNER = '''"""Makes the run again. Needs `pip install modelrunner-ai`, and the key in MODELRUNNER_KEY."""

import modelrunner_ai
{address}
arguments = {arguments}
# The first run's picture is gone from the storage after a while: put it there again.
arguments["image_url"] = modelrunner_ai.upload_file("image-1.png")

print(modelrunner_ai.subscribe("{endpoint}", arguments=arguments))
'''
_MODELRUNNER_ADDRESS = """from modelrunner_ai import client

client.QUEUE_URL_FORMAT = client.RUN_URL_FORMAT = {address!r} + "/"
client.REST_URL = {address!r}
"""


def runware_code(exchange: Exchange) -> str:
    """Return a program for `runware-sdk` (1.8); its images are files named `image-1.png` and so on."""
    images = has_images(exchange.sent)
    modules = ["asyncio", "base64", "mimetypes", "os", "pathlib"] if images else ["asyncio", "os"]
    official = urlsplit(exchange.url).netloc == RUNWARE_HOST
    return _RUNWARE.format(
        imports="".join(f"import {module}\n" for module in modules),
        data_uri=PYTHON_FILE if images else "",
        tasks=python_literal(_without_ids(exchange.sent)),
        address="" if official else f", http_base_url={exchange.url!r}",
    )


def modelrunner_code(exchange: Exchange) -> str:
    """Return a program for `modelrunner-ai` (0.6); the control image is a file named `image-1.png`."""
    parts = urlsplit(exchange.url)
    official = parts.netloc.endswith((".modelrunner.run", ".modelrunner.ai"))
    address = f"{parts.scheme}://{parts.netloc}"
    return _MODELRUNNER.format(
        address="" if official else _MODELRUNNER_ADDRESS.format(address=address),
        arguments=python_literal(fresh(exchange.sent)),
        endpoint=parts.path.strip("/"),
    )


def _without_ids(value: JsonValue) -> JsonValue:
    """Return the tasks without ids of their own: the client draws them."""
    if isinstance(value, list):
        return [_without_ids(task) for task in value]
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name not in _IDS}
    return value
