"""A run's order as a program for the provider's own Python client."""

from typing import Any

from backend.export.literal import literal, text
from backend.export.orders import Orders
from backend.export.python_code import DATA_URI, leaf, origin_of, output_type, result_field

RUNWARE_URL = "https://api.runware.ai/v1"
MODELRUNNER_HOSTS = (".modelrunner.run/", ".modelrunner.ai/")

_SAVE_URL = '''def save(number, url):
    """Save a picture, and say whether that worked; where it lies is told, so that it can be fetched later."""
    name = f"picture-{{number}}.{suffix}"
    try:
        with urllib.request.urlopen(url) as reply:
            if reply.headers.get_content_maintype() == "text":
                raise ValueError("that is no picture")
            pathlib.Path(name).write_bytes(reply.read())
    except (OSError, ValueError) as error:
        print(f"{{name}} lies at {{url}}, and couldn't be fetched: {{error}}", file=sys.stderr)
        return False
    print(name)
    return True
'''
_SAVE_TEXT = '''def save(number, content):
    """Save a picture that came within the answer."""
    pathlib.Path(f"picture-{{number}}.{suffix}").write_bytes(base64.b64decode(content.rpartition(",")[2]))
    print(f"picture-{{number}}.{suffix}")
    return True
'''
_RUNWARE = '''"""Makes the run again with Runware's own client: orders it once, and saves picture-1.{suffix} and so on.

Needs an environment of its own, since the older package `runware` is a module of the same name:
`python -m venv sdk && sdk/bin/pip install "runware-sdk>=1.8,<2"`, then `sdk/bin/python` with this file, and the key in
RUNWARE_API_KEY. Started again, it orders, and pays, again.
{notes}"""

import asyncio
{base64}import os
import pathlib
import sys
import urllib.request

from runware import Runware
{data_uri}
TASKS = {tasks}


{save}

async def main():
    saved = 0
    async with Runware(api_key=os.environ["RUNWARE_API_KEY"], transport="rest"{address}) as client:
        for number, task in enumerate(TASKS, start=1):
            try:
                results = await client.run(task)
            except Exception as error:
                print(f"Picture {{number}} didn't come: {{error}}", file=sys.stderr)
                continue
            for result in results:
                saved += save(number, result[{field}])
    sys.exit(saved < len(TASKS))


asyncio.run(main())
'''
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
        raise RuntimeError(f"It failed: {{record.get('error') or record}}")
    if isinstance(output, dict):
        output = output.get("images") or output.get("image") or output.get("url")
    entries = output if isinstance(output, list) else [output]
    return [entry["url"] if isinstance(entry, dict) else entry for entry in entries]


{save}

handles = []
for body in ORDERS:
    try:
        handles.append(ordered(body))
    except Exception as error:
        print(f"Not ordered, or without an answer; it isn't sent again: {{error}}", file=sys.stderr)
        break
count = saved = 0
for handle in handles:
    try:
        urls = pictures(handle.get())
    except Exception as error:
        print(f"{{handle.request_id}}: {{error}}", file=sys.stderr)
        continue
    for url in urls:
        count += 1
        saved += save(count, url)
sys.exit(saved < {wanted})
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
        base64="import base64\n" if orders.shows_images or output_type(orders) != "URL" else "",
        data_uri=DATA_URI if orders.shows_images else "",
        tasks=literal([_without_id(task) for task in orders.tasks], leaf),
        save=(_SAVE_URL if output_type(orders) == "URL" else _SAVE_TEXT).format(suffix=orders.suffix),
        field=text(field),
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
        save=_SAVE_URL.format(suffix=orders.suffix),
        wanted=sum(body.get("num_images", 1) for body in orders.tasks),
        endpoint=text(orders.url.removeprefix(origin)),
        headers=f", headers={dict(orders.headers)!r}" if orders.headers else "",
    )


def _lines(orders: Orders) -> str:
    return "".join(f"{note}\n" for note in orders.notes)


def _without_id(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without an id of its own: the client draws it."""
    return {name: value for name, value in task.items() if name != "taskUUID"}
