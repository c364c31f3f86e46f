"""Runs in an environment of its own, with `modelrunner-ai` or `fal-client`: carries out an order, prints what came."""

import importlib
import json
import sys
from typing import Any

from PIL import Image

ENDPOINT = "tongyi-mai/z-image/turbo/controlnet"
WANTED = {"prompt": "a fox", "preprocess": "canny", "seed": 7, "image_size": "square"}


def connect(package: str, address: str) -> Any:
    """Return the package, speaking to the simulator; both read these names at each call."""
    inner = importlib.import_module(f"{package}.client")
    inner.QUEUE_URL_FORMAT = inner.RUN_URL_FORMAT = f"{address}/"
    inner.REST_URL = address
    return importlib.import_module(package)


def upload(address: str) -> str:
    """Return the address of an image that ModelRunner's client put there; fal has another storage."""
    image = Image.new("RGB", (256, 128), "white")
    return str(connect("modelrunner_ai", address).upload_image(image, format="png"))


def subscribe(client: Any, address: str) -> dict[str, Any]:
    """Wait for a request with updates, and say which there were."""
    seen: list[str] = []
    arguments = {**WANTED, "image_url": upload(address)}
    watch = {"with_logs": True, "on_queue_update": lambda status: seen.append(type(status).__name__)}
    return {"record": client.subscribe(ENDPOINT, arguments, **watch), "seen": seen}


def by_id(client: Any, address: str) -> dict[str, Any]:
    """Submit, then ask for everything by the id alone, as after a restart; a cancel changes nothing."""
    handle = client.submit(ENDPOINT, {**WANTED, "image_url": upload(address)})
    client.cancel(ENDPOINT, handle.request_id)
    handle.get()
    status = client.status(ENDPOINT, handle.request_id)
    return {"record": client.result(ENDPOINT, handle.request_id), "status": type(status).__name__}


def run(client: Any, address: str) -> dict[str, Any]:
    """Use the other host, which answers with the queue's envelope."""
    image = Image.new("RGB", (256, 128), "white")
    arguments = {**WANTED, "image_url": image}
    return {"record": client.run(ENDPOINT, arguments)}


def tagged(client: Any, address: str) -> dict[str, Any]:
    """Send tags and an expiry along."""
    options = {"metadata": {"mark": "m1"}, "lifecycle": client.StorageSettings(expires_in="1h")}
    return {"record": client.subscribe(ENDPOINT, {**WANTED, "image_url": upload(address)}, **options)}


def wrong(client: Any, address: str) -> dict[str, Any]:
    """Ask for more steps than there are."""
    return {"record": client.subscribe(ENDPOINT, {**WANTED, "image_url": upload(address), "num_inference_steps": 9})}


def main(package: str, address: str, order: str) -> None:
    """Carry out one order and print its outcome, or the error, as JSON."""
    client = connect(package, address)
    orders = {"subscribe": subscribe, "by_id": by_id, "run": run, "tagged": tagged, "wrong": wrong}
    try:
        came = orders[order](client, address)
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it is what the test looks at.
        came = {"error": str(error), "kind": type(error).__name__, "status": getattr(error, "status_code", None)}
    print(json.dumps(came))


main(*sys.argv[1:])
