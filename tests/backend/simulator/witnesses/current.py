"""Runs in an environment of its own, with `runware-sdk`: orders images over one transport and prints what came."""

import asyncio
import json
import sys

from runware import Runware

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)
BASE = {
    "taskType": "imageInference",
    "model": "runware:z-image@turbo",
    "positivePrompt": "a fox",
    "width": 256,
    "height": 256,
    "steps": 8,
    "CFGScale": 1,
    "seed": 7,
    "includeCost": True,
}
ORDERS = {
    "text": {},
    "several": {"numberResults": 3},
    "sync": {"numberResults": 2, "deliveryMethod": "sync"},
    "image": {"inputs": {"seedImage": PIXEL}, "strength": 0.5},
    "wrong": {"width": 250},
}


async def main(transport: str, address: str, order: str) -> None:
    """Order once and print seeds and costs, or the error, as JSON."""
    socket = address.replace("http", "ws", 1)
    async with Runware(
        api_key="rehearsal", transport=transport, http_base_url=f"{address}/v1", ws_base_url=f"{socket}/v1"
    ) as client:
        try:
            results = await client.run({**BASE, **ORDERS[order]})
        except Exception as error:  # noqa: BLE001 - whatever the client makes of it is what the test looks at.
            print(json.dumps({"error": str(error)}))
            return
    print(json.dumps([{"seed": one["seed"], "cost": one["cost"], "url": one["imageURL"]} for one in results]))


asyncio.run(main(*sys.argv[1:]))
