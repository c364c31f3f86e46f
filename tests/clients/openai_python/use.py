"""OpenAI's own client of images, in Python: one thing that programs do with it, and what it made of the answer."""

import asyncio
import base64
import json
import sys
from typing import Any

import openai

GIVEN = json.loads(sys.argv[1])
HOW = {"base_url": f"{GIVEN['address']}v1", "api_key": GIVEN.get("key", "none"), **GIVEN.get("how", {})}
CLIENT = openai.OpenAI(**HOW)


def shown(answer: Any) -> dict[str, Any]:
    """Return what a program reads off an answer."""
    return {
        "created": answer.created,
        "bytes": [len(base64.b64decode(each.b64_json)) for each in answer.data if each.b64_json],
        "urls": [each.url for each in answer.data if each.url],
        "seeds": [each.playground["seed"] for each in answer.data],
        "run": answer.playground["run_id"],
        "cost": answer.playground["cost_usd"],
        "tokens": answer.usage.total_tokens,
        "request": answer._request_id,
    }


def generate() -> dict[str, Any]:
    """Make images; fields that the client doesn't know go along as `extra_body`."""
    return shown(CLIENT.images.generate(**GIVEN["values"], extra_body=GIVEN.get("more")))


def generate_beside_each_other() -> list[dict[str, Any]]:
    """Make several at once with the asynchronous client."""

    async def all_of_them() -> list[Any]:
        async with openai.AsyncOpenAI(**HOW) as client:
            return await asyncio.gather(*(client.images.generate(**values) for values in GIVEN["values"]))

    return [shown(answer) for answer in asyncio.run(all_of_them())]


def edit() -> dict[str, Any]:
    """Redraw pictures: one alone, or a list of them, as bare bytes."""
    pictures = [base64.b64decode(each) for each in GIVEN["images"]]
    mask = {"mask": base64.b64decode(GIVEN["mask"])} if "mask" in GIVEN else {}
    image = pictures if GIVEN.get("as_list") else pictures[0]
    return shown(CLIENT.images.edit(image=image, **mask, **GIVEN["values"], extra_body=GIVEN.get("more")))


def vary() -> dict[str, Any]:
    """Make a variation."""
    return shown(CLIENT.images.create_variation(image=base64.b64decode(GIVEN["images"][0]), **GIVEN["values"]))


def stream() -> list[list[Any]]:
    """Read a stream to its end."""
    events = CLIENT.images.generate(**GIVEN["values"], stream=True, extra_body=GIVEN.get("more"))
    return [[each.type, getattr(each, "partial_image_index", None), len(each.b64_json)] for each in events]


def fail() -> dict[str, Any]:
    """Ask for what can't be had, and tell of the error what a program reads off it."""
    try:
        answer = CLIENT.images.generate(**GIVEN["values"], extra_body=GIVEN.get("more"))
        for _ in answer if GIVEN["values"].get("stream") else ():
            pass
    except openai.APIError as error:
        told = {name: getattr(error, name, None) for name in ("code", "param", "type", "status_code", "message")}
        return {"kind": type(error).__name__, **told}
    return {"kind": "none"}


def models() -> list[str]:
    """List the models, and look at the first."""
    ids = [model.id for model in CLIENT.models.list()]
    assert CLIENT.models.retrieve(ids[0]).id == ids[0]
    return ids


print(json.dumps(globals()[GIVEN["what"]]()))
