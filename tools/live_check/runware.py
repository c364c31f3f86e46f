"""The open questions about Runware, each as one or two calls; about half a cent in all."""

import base64
import json
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw
from pydantic import SecretStr

from backend.adapters.provider.backend import line_to
from backend.adapters.provider.line import Line, Reply
from backend.adapters.runware import replies
from backend.adapters.runware.dry_run import DryRuns
from backend.adapters.runware.service import Exchange as ServiceExchange
from backend.adapters.runware.service import Service
from backend.adapters.runware.wire import CONTROLNET_MODEL, MODEL, ImageInference, Message
from backend.domain.errors import PlaygroundError
from backend.domain.events import unheard
from backend.domain.providers import RUNWARE
from backend.images.encoding import encode
from backend.settings import Settings
from tools.live_check.exchange import Exchange, Finding, Provider

SIDE = 256


def open_line(settings: Settings) -> Line:
    """Return the line to where the settings say that Runware is."""
    return line_to(RUNWARE, settings)


def balance(exchange: Exchange) -> Iterator[Finding]:
    """Ask for the account's balance; free."""
    question = {"taskType": "accountManagement", "taskUUID": _uuid(), "operation": "getDetails"}
    found = replies.balance(_answer(exchange.ask("balance", [question])))
    yield Finding("Does the account tell its balance?", "yes" if found is not None else "no", found is not None)


def words(exchange: Exchange) -> Iterator[Finding]:
    """Order one image; then order it again under the same UUID, and look into the archive."""
    task = _task(width=512, height=512, seed=96688)
    item = _item(exchange, exchange.ask("text-to-image", [task]))
    yield Finding("Is the seed the one that was asked for?", str(item.seed), item.seed == 96688)
    yield Finding("What does 512² at 8 steps cost?", f"{item.cost} USD", item.cost == Decimal("0.0013"))
    host = urlsplit(item.image_url or "").hostname or "none"
    yield Finding("Which host has the file?", host, exchange.line.may_see_key(item.image_url or "") or _is_media(host))
    again = _answer(exchange.ask("same-uuid", [task]))
    codes = [refusal.code for refusal in again.refusals]
    yield Finding(
        "Is a UUID taken once?", ", ".join(codes) or "taken twice", any(one.conflict for one in again.refusals)
    )
    archived = replies.details(_answer(exchange.ask("archive", [_question("getTaskDetails", task)])))
    kept = any(one.image_url for one in archived.items)
    yield Finding("Does the archive have a synchronous task's file?", "yes" if kept else "no", kept)
    yield dry_run(exchange, ImageInference.model_validate(task))


def dry_run(exchange: Exchange, carried_out: ImageInference) -> Finding:
    """Ask for a price without an image, the way the page does: first with the id of a task that was carried out."""
    asking = DryRuns(KeptService(exchange))
    asking.carried_out(carried_out, exchange.key)
    question = "Does a dry run name a cost and make no image?"
    try:
        asking.prove(exchange.key, unheard)
        price = asking.price([carried_out.model_copy(update={"task_uuid": _uuid()})], exchange.key)
    except PlaygroundError as error:
        return Finding(question, str(error), False)
    return Finding(question, f"{price} USD", True)


def base64_in_the_archive(exchange: Exchange) -> Iterator[Finding]:
    """Order an image inside the answer, and look whether the archive keeps it."""
    task = _task(outputType="base64Data")
    _item(exchange, exchange.ask("base64", [task]))
    archived = replies.details(_answer(exchange.ask("base64-archive", [_question("getTaskDetails", task)])))
    kept = any(one.done for one in archived.items)
    yield Finding("Does the archive keep base64 images?", "yes" if kept else "no", None)


def mixed(exchange: Exchange) -> Iterator[Finding]:
    """Order one image that can be made and one that can't, in one call."""
    reply = exchange.ask("mixed", [_task(), _task(width=1)])
    answer = _answer(reply)
    _count(exchange, answer)
    both = bool(answer.items and answer.refusals)
    shown = f"status {reply.status}, {len(answer.items)} images, {len(answer.refusals)} errors"
    yield Finding("Does one reply hold images and errors?", shown, both)


def redrawn(exchange: Exchange) -> Iterator[Finding]:
    """Upload an image and redraw it at half strength, then fully, to see whether strength shows on the bill."""
    upload = {"taskType": "mediaStorage", "taskUUID": _uuid(), "operation": "upload", "media": _picture()}
    stored = _answer(exchange.ask("upload", [upload])).items
    named = next((item.media_uuid for item in stored if item.media_uuid), None)
    yield Finding("Does an upload give a UUID?", "yes" if named else "no", named is not None)
    costs = []
    for strength in (0.5, 1.0):
        task = _task(inputs={"seedImage": named or _picture()}, strength=strength, steps=20)
        costs.append(_item(exchange, exchange.ask(f"strength-{strength:g}", [task])).cost)
    yield Finding("What do 20 steps cost at strength 0.5 and 1?", f"{costs[0]} and {costs[1]} USD", None)


def unverified_modes(exchange: Exchange) -> Iterator[Finding]:
    """Try whether inpaint, outpaint and ControlNet are accepted."""
    picture = _picture()
    control = {"model": CONTROLNET_MODEL, "guideImage": picture, "weight": 0.75, "endStepPercentage": 80}
    orders = {
        "inpaint": _task(inputs={"seedImage": picture, "maskImage": _mask()}, strength=1, maskMargin=32),
        "outpaint": _task(inputs={"seedImage": picture}, outpaint={"left": 64}, width=SIDE + 64),
        "controlnet": _task(controlNet=[control]),
    }
    for name, task in orders.items():
        answer = _answer(exchange.ask(name, [task]))
        _count(exchange, answer)
        said = "; ".join(f"{one.code}: {one.message}" for one in answer.refusals) or "accepted"
        yield Finding(f"Does the model take {name}?", said, any(item.done for item in answer.items))


class KeptService(Service):
    """Runware's service, whose dry runs are kept: the trial with a taken id, then the question itself."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.line)
        self._exchange = exchange
        self._names = iter(("dry-run-trial", "dry-run"))

    def dry_run(self, tasks: Sequence[Message], key: SecretStr) -> ServiceExchange:
        """Send the tasks and keep what came."""
        found = super().dry_run(tasks, key)
        self._exchange.keep(next(self._names), [task.body() for task in tasks], found.reply)
        return found


PROVIDER = Provider(
    "RUNWARE_API_KEY",
    lambda settings: settings.runware_api_key,
    open_line,
    (balance, words, base64_in_the_archive, mixed, redrawn, unverified_modes),
)


def _task(**values: Any) -> dict[str, Any]:
    return {
        "taskType": "imageInference",
        "taskUUID": _uuid(),
        "model": MODEL,
        "positivePrompt": "a red fox asleep in fresh snow",
        "width": SIDE,
        "height": SIDE,
        "steps": 8,
        "CFGScale": 1,
        "seed": 7,
        "includeCost": True,
        **values,
    }


def _question(kind: str, task: dict[str, Any]) -> dict[str, Any]:
    return {"taskType": kind, "taskUUID": task["taskUUID"]}


def _uuid() -> str:
    return str(uuid.uuid4())


def _answer(reply: Reply) -> replies.Answer:
    try:
        return replies.read(json.loads(reply.content))
    except ValueError:
        return replies.Answer()


def _item(exchange: Exchange, reply: Reply) -> replies.Item:
    answer = _answer(reply)
    _count(exchange, answer)
    return next((item for item in answer.items if item.done), replies.Item())


def _count(exchange: Exchange, answer: replies.Answer) -> None:
    exchange.spent += sum((item.cost for item in answer.items if item.cost is not None), Decimal(0))


def _is_media(host: str) -> bool:
    return host.endswith(".runware.ai")


def _picture() -> str:
    image = Image.new("RGB", (SIDE, SIDE), "#88aacc")
    ImageDraw.Draw(image).ellipse((64, 64, 192, 192), fill="#cc5522")
    return _uri(image)


def _mask() -> str:
    mask = Image.new("RGB", (SIDE, SIDE))
    ImageDraw.Draw(mask).rectangle((64, 64, 192, 192), fill="white")
    return _uri(mask)


def _uri(image: Image.Image) -> str:
    return f"data:image/png;base64,{base64.b64encode(encode(image, 'png')).decode('ascii')}"
