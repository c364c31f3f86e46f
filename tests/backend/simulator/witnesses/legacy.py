"""Runs in an environment of its own, with the older `runware`: orders images over WebSocket and prints what came."""

import asyncio
import json
import sys

from runware import IImageInference, Runware

BASE = {
    "model": "runware:z-image@turbo",
    "positivePrompt": "a fox",
    "width": 256,
    "height": 256,
    "steps": 8,
    "CFGScale": 1.0,
    "seed": 7,
    "includeCost": True,
}
ORDERS = {"text": {}, "several": {"numberResults": 3}, "wrong": {"width": 250}}


async def main(_transport: str, address: str, order: str) -> None:
    """Order once and print seeds and costs, or the error, as JSON."""
    client = Runware(api_key="rehearsal", url=f"{address.replace('http', 'ws', 1)}/v1")
    await client.connect()
    try:
        results = await client.imageInference(requestImage=IImageInference(**{**BASE, **ORDERS[order]}))
        print(json.dumps([{"seed": one.seed, "cost": one.cost, "url": one.imageURL} for one in results]))
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it is what the test looks at.
        print(json.dumps({"error": str(error)}))
    await client.disconnect()


asyncio.run(main(*sys.argv[1:]))
