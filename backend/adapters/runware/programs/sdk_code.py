"""A run's orders as a program for Runware's own Python client."""

from typing import Any

from backend.adapters.provider.programs.literal import literal, text
from backend.adapters.provider.programs.orders import Orders
from backend.adapters.provider.programs.python_code import DATA_URI, leaf, output_type, result_field
from backend.adapters.provider.programs.sdk_parts import SAVE_TEXT, SAVE_URL, note_lines
from backend.domain.providers import RUNWARE

RUNWARE_URL = RUNWARE.addresses["RUNWARE_BASE_URL"]
_PROGRAM = '''"""Makes the run again with Runware's own client: orders it once, and saves picture-1.{suffix} and so on.

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


def sdk_code(orders: Orders) -> str:
    """Return a program for `runware-sdk` (1.8)."""
    field = result_field(orders)
    return _PROGRAM.format(
        suffix=orders.suffix,
        notes=note_lines(orders),
        base64="import base64\n" if orders.shows_images or output_type(orders) != "URL" else "",
        data_uri=DATA_URI if orders.shows_images else "",
        tasks=literal([_without_id(task) for task in orders.tasks], leaf),
        save=(SAVE_URL if output_type(orders) == "URL" else SAVE_TEXT).format(suffix=orders.suffix),
        field=text(field),
        address="" if orders.url == RUNWARE_URL else f", http_base_url={text(orders.url)}",
    )


def _without_id(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without an id of its own: the client draws it."""
    return {name: value for name, value in task.items() if name != "taskUUID"}
