"""A fourth provider, as small as one can be: its facts, its backend, its program, and the other end of its line."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import httpx
from PIL import Image

from backend.adapters.job import Job
from backend.adapters.provider.backend import ProviderBackend, line_to
from backend.adapters.provider.files import decoded
from backend.adapters.provider.line import Call
from backend.domain.caller import Caller
from backend.domain.capabilities import Capabilities, Estimate, Size
from backend.domain.events import Generated, Queued
from backend.domain.exchanges import Exchange
from backend.domain.providers import Facts
from backend.domain.records import Run
from backend.domain.requests import Request, seeds
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

FOURTH = Facts(
    name="fourth", label="Fourth", keys=("FOURTH_KEY",), key_page="a.test", addresses={"FOURTH_URL": "https://a.test"}
)
ASKED: list[httpx.Request] = []


def build(settings: Settings, _files: ImageFiles) -> "FourthBackend":
    backend = FourthBackend(settings)
    backend.line = line_to(FOURTH, settings, httpx.MockTransport(answer))
    return backend


class FourthBackend(ProviderBackend):
    facts, name, label = FOURTH, FOURTH.name, FOURTH.label
    takes = frozenset({"prompt", "seed", "count", "width", "height"})
    capabilities = Capabilities(
        modes=("text_to_image",), default_size=Size(256, 256), takes=takes, maker="Fourth's model"
    )

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        return Estimate(likely=Decimal("0.01") * request.count)

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        call = Call(url="/images", key=self.require_key(caller))
        job.tell(Queued())
        for index, seed in enumerate(seeds(request)):
            ids, body = {"own_key": self.has_own_key(caller)}, {"prompt": request.prompt, "seed": seed}
            said = self.order(replace(call, json=body), job, ids).json()
            job.charge(Decimal(said["usd"]), index)
            job.deliver(Generated(decoded(self.label, said["png"]), seed, Decimal(said["usd"]), index))


def write_programs(run: Run, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    for exchange in exchanges:
        yield (
            "curl",
            f"curl {exchange.url} -H \"Authorization: Bearer $FOURTH_KEY\" --json '{json.dumps(exchange.sent)}'\n",
        )


def answer(request: httpx.Request) -> httpx.Response:
    ASKED.append(request)
    png = encode(Image.new("RGB", (256, 256), (json.loads(request.content)["seed"] % 256, 0, 0)), "png")
    return httpx.Response(200, json={"png": base64.b64encode(png).decode(), "usd": "0.012"})
