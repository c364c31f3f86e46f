"""A run's orders as a program for ModelRunner's own Python client."""

from backend.adapters.provider.programs.literal import literal, text
from backend.adapters.provider.programs.orders import Orders
from backend.adapters.provider.programs.python_code import leaf, origin_of
from backend.adapters.provider.programs.sdk_parts import SAVE_URL, note_lines

HOSTS = (".modelrunner.run/", ".modelrunner.ai/")

_PROGRAM = '''"""Makes the run again with ModelRunner's client: orders once, and saves picture-1.{suffix} and so on.

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
_ADDRESS = """
client.QUEUE_URL_FORMAT = client.RUN_URL_FORMAT = {queue}
client.REST_URL = {storage}
"""


def sdk_code(orders: Orders) -> str:
    """Return a program for `modelrunner-ai` (0.6)."""
    origin = origin_of(orders)
    address = _ADDRESS.format(queue=text(origin), storage=text(origin.rstrip("/")))
    return _PROGRAM.format(
        suffix=orders.suffix,
        notes=note_lines(orders),
        address="" if origin.endswith(HOSTS) else address,
        orders=literal(orders.tasks, leaf),
        save=SAVE_URL.format(suffix=orders.suffix),
        wanted=sum(body.get("num_images", 1) for body in orders.tasks),
        endpoint=text(orders.url.removeprefix(origin)),
        headers=f", headers={dict(orders.headers)!r}" if orders.headers else "",
    )
