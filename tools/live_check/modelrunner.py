"""The open questions about ModelRunner: two small images and, where they are cheap enough, a third."""

import base64
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image, ImageDraw
from pydantic import SecretStr

from backend.adapters.modelrunner.replies import Record, read_envelope, read_history, read_record, said
from backend.adapters.modelrunner.service import Names, Service
from backend.adapters.modelrunner.ticket import APP
from backend.adapters.modelrunner.wire import ENDPOINT
from backend.adapters.provider.backend import line_to
from backend.adapters.provider.line import Line, Reply
from backend.domain.errors import GenerationFailed, PlaygroundError
from backend.domain.providers import MODELRUNNER
from backend.images.encoding import encode
from backend.settings import Settings
from tools.live_check.exchange import Exchange, Finding, Provider

SIDE = 512
SEED = 96688
EXACT = Decimal("0.0065") * SIDE * SIDE / 10**6
ROUNDED_UP = Decimal("0.0065")
LIMIT = Decimal("0.01")
"""What may be spent in all."""
PATIENCE_SECONDS = 180.0
SAME = 2.0
"""Mean difference (of 255) below which two images count as the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request: its answers, in the order they came."""

    submitted: Reply
    early: Reply
    status: Reply
    result: Reply
    record: Record

    @property
    def names(self) -> Names:
        """Return what ModelRunner calls the request."""
        return _names(self.submitted)


def open_line(settings: Settings) -> Line:
    """Return the line to where the settings say that ModelRunner's queue is."""
    return line_to(MODELRUNNER, settings)


def schema(exchange: Exchange) -> Iterator[Finding]:
    """Look at the model's own description, for the defaults that its page leaves out; free."""
    reply = exchange.look("schema", f"{exchange.settings.modelrunner_storage_url}/models/{ENDPOINT}")
    defaults = dict(sorted(_defaults(_json(reply)))) if reply.ok else f"status {reply.status}"
    yield Finding("Which defaults does the model's description name?", str(defaults), None)


def upload(exchange: Exchange) -> Iterator[Finding]:
    """Put an image there, and fetch it without a key; free."""
    address = _uploaded(exchange)
    host = urlsplit(address).hostname
    yield Finding("Which host has an uploaded image?", str(host), None)
    fetched = exchange.line.fetch(address, most_bytes=2**24)
    yield Finding("Is it open to all, and unchanged?", f"{len(fetched)} bytes", fetched == _png())


def control(exchange: Exchange) -> Iterator[Finding]:
    """Order the same image without and with its control, and look at every answer of the first."""
    address = _uploaded(exchange)
    mark = {"app": APP, "mark": f"live-check-{time.time_ns()}"}
    without = _ordered(exchange, "scale-0", {**_inputs(address), "control_scale": 0.0, "metadata": mark})
    yield from _about(exchange, without)
    yield from _history(exchange, mark, without.names.request_id)
    if exchange.spent * 2 > LIMIT:
        yield Finding("Does the control have an effect?", f"not asked: an image costs {exchange.spent} USD", None)
        return
    full = _ordered(exchange, "scale-1", {**_inputs(address), "control_scale": 1.0})
    difference = _difference(exchange, without.record, full.record)
    yield Finding("Does the control have an effect?", f"a difference of {difference:.1f} of 255", difference > SAME)


def data_uri(exchange: Exchange) -> Iterator[Finding]:
    """Order an image whose control comes inside the request."""
    question = "Is a data URI taken for the image?"
    if exchange.spent * 3 / 2 > LIMIT:
        yield Finding(question, f"not asked: {exchange.spent} USD were spent before", None)
        return
    inline = f"data:image/png;base64,{base64.b64encode(_png()).decode('ascii')}"
    try:
        _ordered(exchange, "data-uri", _inputs(inline))
    except PlaygroundError as error:
        yield Finding(question, f"no: {error}", None)
    else:
        yield Finding(question, "yes", None)


def _key(settings: Settings) -> SecretStr | None:
    return settings.modelrunner_key


PROVIDER = Provider("MODELRUNNER_KEY", _key, open_line, (schema, upload, control, data_uri))


def _about(exchange: Exchange, outcome: Outcome) -> Iterator[Finding]:
    record, names = outcome.record, outcome.names
    yield Finding("Which status has a submission?", str(outcome.submitted.status), outcome.submitted.status == 201)
    path = urlsplit(names.status_url or "").path.replace(names.request_id, "…")
    yield Finding("Where is the status asked?", path, exchange.line.may_see_key(names.status_url or ""))
    early = (
        f"status {outcome.early.status} ({read_envelope(_json(outcome.early)).status or said(_json(outcome.early))})"
    )
    yield Finding("What does a result say that isn't there yet?", early, outcome.early.status in (200, 400, 409))
    yield Finding("What are the logs?", repr(_field(outcome.status, "logs"))[:60], None)
    yield Finding("Which shape has the output?", _shape(record.output), bool(record.addresses))
    hosts = {urlsplit(address).hostname for address in record.addresses}
    yield Finding("Which host has the files?", str(hosts), None)
    yield Finding("Does the seed come back?", str(record.told_seed), record.told_seed in (None, SEED))
    told = f"price {_field(outcome.result, 'totalPrice')}, billing {_field(outcome.result, 'billingStatus')}"
    yield Finding("What does the result itself say of the bill?", told, None)
    yield Finding(f"What does {SIDE}² cost?", f"{record.price} USD{_kind(record.price)}", record.price is not None)


def _kind(price: Decimal | None) -> str:
    """Say which of the two ways of counting gives a price, to 0.0001 USD."""
    ways = {EXACT: "exact megapixels", ROUNDED_UP: "whole megapixels"}
    fitting = [way for known, way in ways.items() if price is not None and round(price, 4) == round(known, 4)]
    return f" ({fitting[0]})" if fitting else ""


def _history(exchange: Exchange, mark: dict[str, str], request_id: str) -> Iterator[Finding]:
    try:
        found = Service(exchange.line, exchange.settings.modelrunner_storage_url).find(mark, exchange.key)
    except GenerationFailed as error:
        yield Finding("Is a request found by its tag?", str(error), False)
        return
    yield Finding("Is a request found by its tag?", "yes" if found else "no", found is not None)
    listed = list(read_history(_json(exchange.look("history", "/requests?limit=5"))))
    known = any(entry.id == request_id for entry in listed)
    yield Finding("Can the history be read?", f"{len(listed)} entries", known)


def _ordered(exchange: Exchange, name: str, inputs: dict[str, Any]) -> Outcome:
    """Submit, ask too early once, wait, and return all that was said; raise `GenerationFailed` where it failed."""
    submitted = exchange.ask(f"{name}-submit", inputs, url=f"/{ENDPOINT}")
    if not submitted.ok:
        raise GenerationFailed(f"refused with {submitted.status}: {said(_json(submitted))}")
    names = _names(submitted)
    where = f"/requests/{names.request_id}"
    early = exchange.look(f"{name}-early", names.response_url or where)
    status = _waited(exchange, name, names)
    result = exchange.look(f"{name}-result", names.response_url or where)
    if not result.ok:
        raise GenerationFailed(f"the result answers {result.status}: {said(_json(result))}")
    record = read_record(_json(exchange.look(f"{name}-record", where)))
    exchange.spent += record.price or Decimal(0)
    return Outcome(submitted, early, status, result, record)


def _waited(exchange: Exchange, name: str, names: Names) -> Reply:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        reply = exchange.look(f"{name}-status", names.status_url or f"/requests/{names.request_id}/status")
        if read_envelope(_json(reply)).status not in ("IN_QUEUE", "IN_PROGRESS"):
            return reply
        time.sleep(1.0)
    raise GenerationFailed(f"{names.request_id} is not done after {PATIENCE_SECONDS:.0f} s; it may still be billed")


def _names(submitted: Reply) -> Names:
    envelope = read_envelope(_json(submitted))
    return Names(envelope.request_id or "", envelope.status_url, envelope.response_url)


def _uploaded(exchange: Exchange) -> str:
    service = Service(exchange.line, exchange.settings.modelrunner_storage_url)
    return service.upload(_png(), exchange.key, expires_after=3600)


def _inputs(image_url: str) -> dict[str, Any]:
    return {
        "prompt": "a red fox asleep in fresh snow",
        "image_url": image_url,
        "preprocess": "canny",
        "control_start": 0.0,
        "control_end": 1.0,
        "image_size": {"width": SIDE, "height": SIDE},
        "num_inference_steps": 8,
        "num_images": 1,
        "seed": SEED,
        "enable_prompt_expansion": False,
        "acceleration": "none",
        "output_format": "png",
        "enable_safety_checker": False,
    }


def _png() -> bytes:
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    ImageDraw.Draw(picture).ellipse((80, 120, 430, 400), fill="black")
    return encode(picture, "png")


def _difference(exchange: Exchange, one: Record, other: Record) -> float:
    pixels = []
    for record in (one, other):
        content = exchange.line.fetch(record.addresses[0], most_bytes=2**24)
        with Image.open(io.BytesIO(content)) as picture:
            pixels.append(np.asarray(picture.convert("RGB").resize((SIDE, SIDE)), np.int16))
    return float(np.abs(pixels[0] - pixels[1]).mean())


def _defaults(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every property with a default, wherever in a description it stands."""
    if isinstance(value, dict):
        for name, entry in (value.get("properties") or {}).items():
            if isinstance(entry, dict) and "default" in entry:
                yield name, entry["default"]
        for entry in value.values():
            yield from _defaults(entry)


def _shape(output: Any) -> str:
    if isinstance(output, dict):
        return f"an object of {', '.join(output)}"
    return f"a list of {type(output[0]).__name__}" if isinstance(output, list) and output else type(output).__name__


def _field(reply: Reply, name: str) -> Any:
    payload = _json(reply)
    return payload.get(name) if isinstance(payload, dict) else None


def _json(reply: Reply) -> Any:
    try:
        return reply.json()
    except PlaygroundError:
        return None
