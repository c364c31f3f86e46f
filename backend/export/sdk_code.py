"""A run's order as a program for the provider's own Python client."""

from typing import Any

from backend.export.literal import literal, text
from backend.export.orders import Orders
from backend.export.python_code import DATA_URI, leaf, origin_of, output_type, result_field

RUNWARE_URL = "https://api.runware.ai/v1"
MODELRUNNER_HOSTS = (".modelrunner.run/", ".modelrunner.ai/")

_RUNWARE = '''"""Makes the run again with Runware's own client: orders it once, and saves picture-1.{suffix} and so on.

Needs an environment of its own, since the older package `runware` is a module of the same name:
`python -m venv sdk && sdk/bin/pip install "runware-sdk>=1.8,<2"`, then `sdk/bin/python` with this file, and the key in
RUNWARE_API_KEY. Started again, it orders, and pays, again.
{notes}"""

import asyncio
import base64
import os
import pathlib
import urllib.request

from runware import Runware
{data_uri}
TASKS = {tasks}


def content(result):
    """Return the picture's file."""
    {content}


async def main():
    async with Runware(api_key=os.environ["RUNWARE_API_KEY"], transport="rest"{address}) as client:
        for number, task in enumerate(TASKS, start=1):
            for result in await client.run(task):
                pathlib.Path(f"picture-{{number}}.{suffix}").write_bytes(content(result))
                print(f"picture-{{number}}.{suffix}", result.get("seed"), result.get("cost"))


asyncio.run(main())
'''
_CONTENTS = {
    "URL": 'return urllib.request.urlopen(result["imageURL"]).read()',
    "base64Data": 'return base64.b64decode(result["imageBase64Data"])',
    "dataURI": 'return base64.b64decode(result["imageDataURI"].partition(",")[2])',
}
_MODELRUNNER = '''"""Makes the run again with ModelRunner's client: orders once, and saves picture-1.{suffix} and so on.

Needs `pip install "modelrunner-ai>=0.6,<0.7"`, and the key in MODELRUNNER_KEY. Started again, it orders and pays again.
{notes}"""

import pathlib
import sys
import urllib.request

import modelrunner_ai
from modelrunner_ai import client
{address}
ORDERS = {orders}


def ordered(body):
    """Order once: on its own, the client sends an order up to ten times whose answer is lost, and each may be paid."""
    tries, client.MAX_ATTEMPTS = client.MAX_ATTEMPTS, 1
    try:
        return modelrunner_ai.submit({endpoint}, arguments=body{headers})
    finally:
        client.MAX_ATTEMPTS = tries


def pictures(record):
    """Return the pictures' addresses; COMPLETED may be a failure, too."""
    output = record.get("output", record.get("images"))
    if record.get("error") or record.get("billingStatus") == "failed" or not output:
        sys.exit(f"It failed: {{record.get('error') or record}}")
    if isinstance(output, dict):
        output = output.get("images") or output.get("image") or output.get("url")
    entries = output if isinstance(output, list) else [output]
    return [entry["url"] if isinstance(entry, dict) else entry for entry in entries]


saved = 0
for handle in [ordered(body) for body in ORDERS]:
    for url in pictures(handle.get()):
        saved += 1
        pathlib.Path(f"picture-{{saved}}.{suffix}").write_bytes(urllib.request.urlopen(url).read())
        print(f"picture-{{saved}}.{suffix}")
'''
_MODELRUNNER_ADDRESS = """
client.QUEUE_URL_FORMAT = client.RUN_URL_FORMAT = {queue}
client.REST_URL = {storage}
"""


def sdk_code(orders: Orders) -> str:
    """Return a program for `runware-sdk` (1.8) or `modelrunner-ai` (0.6), by who was paid."""
    return _of_runware(orders) if orders.provider == "runware" else _of_modelrunner(orders)


def _of_runware(orders: Orders) -> str:
    field = result_field(orders)
    return _RUNWARE.format(
        suffix=orders.suffix,
        notes=_lines(orders),
        data_uri=DATA_URI if orders.shows_images else "",
        tasks=literal([_without_id(task) for task in orders.tasks], leaf),
        content=_CONTENTS[output_type(orders)].replace("imageURL", field),
        address="" if orders.url == RUNWARE_URL else f", http_base_url={text(orders.url)}",
    )


def _of_modelrunner(orders: Orders) -> str:
    origin = origin_of(orders)
    address = _MODELRUNNER_ADDRESS.format(queue=text(origin), storage=text(origin.rstrip("/")))
    return _MODELRUNNER.format(
        suffix=orders.suffix,
        notes=_lines(orders),
        address="" if origin.endswith(MODELRUNNER_HOSTS) else address,
        orders=literal(orders.tasks, leaf),
        endpoint=text(orders.url.removeprefix(origin)),
        headers=f", headers={literal(dict(orders.headers), leaf)}" if orders.headers else "",
    )


def _lines(orders: Orders) -> str:
    return "".join(f"{note}\n" for note in orders.notes)


def _without_id(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without an id of its own: the client draws it."""
    return {name: value for name, value in task.items() if name != "taskUUID"}
