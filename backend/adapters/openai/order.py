"""One run at a server: an order an image, on disk before its one POST; each picture is kept as soon as it came."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PIL import Image
from pydantic import SecretStr

from backend.adapters.job import Job, Waiter, remember
from backend.adapters.openai.looking import ABSENT, Look
from backend.adapters.openai.mapping import FORM, SPREAD, Route, route_of, to_fields
from backend.adapters.openai.pictures import Parts
from backend.adapters.openai.refusals import to_error
from backend.adapters.openai.replies import Answer, read, refusal
from backend.adapters.openai.seeds import Seeds, Verdict, mark_of
from backend.adapters.openai.service import Service, Way
from backend.adapters.provider.line import Reply
from backend.adapters.provider.ordering import place
from backend.domain.errors import BadImage, BadReply, PlaygroundError, ProviderRefused
from backend.domain.events import Generated, Progress
from backend.domain.providers import Facts
from backend.domain.records import AS_MADE, ASKED_ONCE, READY, SENT_SEED
from backend.domain.requests import Request, seeds
from backend.images.compositing import Finish
from backend.images.incoming import check_whole

_DEFAULTS: Mapping[str, object] = {"steps": 8, "guidance": 1.0, "negative_prompt": ""}
NO_SEED = "{label} takes no seed, so this picture can't be drawn again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run is ordered: the server, its model, and what it has shown of itself."""

    facts: Facts
    service: Service
    look: Look
    seeds: Seeds
    model: str | None
    refused: set[str]
    """The fields that the server said it doesn't have."""

    def of_seeds(self, route: Route) -> str:
        """Return what a proof of seeds holds for."""
        return mark_of(self.service.line.base_url, self.model, route)


@dataclass(slots=True, kw_only=True)
class Order:
    """A run's images, one after the other, so that Stop orders no more; `price` is one image's (USD), or None."""

    place: Place
    key: SecretStr | None
    visitor: str
    request: Request
    job: Job
    size: tuple[int, int]
    price: Decimal | None
    ids: Mapping[str, Any]
    parts: Parts = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    """What the order has passed, this playground too."""
    finish: Finish | None = None

    def make_all(self) -> None:
        """Order and deliver every image; raise at the first that can't be had: the next would fare no better."""
        for index, seed in enumerate(seeds(self.request)):
            reply, fields = self._ordered(index, seed)
            self.take(index, seed, read(reply), asked=self._mark(fields))

    def take(self, index: int, seed: int, answer: Answer, *, asked: str | None) -> None:
        """Book an image, keep where it lies, and deliver it; without `asked` it says nothing of seeds."""
        cost = self.price if answer.cost is None else answer.cost
        self._note(index, answer)
        self.job.charge(cost, index)
        content = answer.content
        if content is None:
            content = self.place.service.fetch(answer.url or "", self.key)
        made = self._made(content)
        verdict = self.place.seeds.see(self._seeds_at, asked, content) if asked else self._verdict
        shown = self._seed(seed, answer, verdict)
        details = self._details(seed, shown, verdict, made)
        self.job.deliver(Generated(self._as_asked(made, content), shown, cost, index, details=details))
        if answer.content is None:
            self._fetched(index)

    @property
    def _seeds_at(self) -> str:
        return self.place.of_seeds(route_of(self.request))

    @property
    def _verdict(self) -> Verdict:
        return self.place.seeds.verdict(self._seeds_at)

    def _ordered(self, index: int, seed: int) -> tuple[Reply, Mapping[str, Any]]:
        """Order one image; once more without a field that the server says it doesn't have: that was no order yet."""
        while True:
            refused = frozenset(self.place.refused)
            fields = to_fields(self.request, size=self.size, seed=seed, model=self.place.model, refused=refused)
            reply = self._sent(index, fields)
            if reply.ok:
                return reply, fields
            if not self._learn(reply, fields):
                raise to_error(reply, self.place.facts, self.key)

    def _sent(self, index: int, fields: Mapping[str, Any]) -> Reply:
        label, count = self.place.facts.label, self.request.count
        order_id = str(uuid.uuid4())
        orders = {**self.ids.get("orders", {}), str(index): order_id}
        self.ids = {**self.ids, ASKED_ONCE: True, "orders": orders}
        which = f"image {index + 1} of {count}" if count > 1 else "it"

        def send(waiter: Waiter) -> Reply:
            self.job.tell(Progress(0, 0, index=index, doing=f"{label} is drawing {which}"))
            route, key = route_of(self.request), self.key
            way = Way(order_id, self.passed)
            return self.place.service.order(route, fields, self.parts, key=key, way=way, waiter=waiter)

        return place(self.job, self.ids, send)

    def _learn(self, reply: Reply, fields: Mapping[str, Any]) -> bool:
        """Note what a refusal teaches of the server; return whether the order may be sent without it.

        What the visitor has set is never left out in silence: then the refusal is told instead.
        """
        route = route_of(self.request)
        if reply.status in ABSENT and "model" not in refusal(reply).said.casefold():
            self.place.look.learn(route)
        if reply.status not in (400, 422) or reply.doubtful:
            return False
        untaken = refusal(reply).untaken(frozenset({FORM, *SPREAD}) & fields.keys())
        self.place.refused.update(untaken)
        return bool(untaken) and all(self._may_go(name) for name in untaken)

    def _may_go(self, name: str) -> bool:
        ours = SPREAD.get(name, "")
        return name in (FORM, "seed") or getattr(self.request, ours) == _DEFAULTS.get(ours)

    def _mark(self, fields: Mapping[str, Any]) -> str | None:
        """Return what stands for the whole request of this visitor; None where no seed went with it."""
        if "seed" not in fields:
            return None
        parts = {name: mark_of(png.hex()) for name, png in self.parts.items()}
        said = {name: value for name, value in fields.items() if name != FORM}
        return mark_of(self.visitor, self._seeds_at, said, parts)

    def _note(self, index: int, answer: Answer) -> None:
        """Keep what the answer says of the bill, and where a picture lies that isn't in it, before it is fetched."""
        told = [*self.ids.get("told", ()), answer.cost_kind]
        self.ids = {**self.ids, "told": told}
        if answer.content is None:
            cost = None if answer.cost is None else str(answer.cost)
            found = {**self.ids.get("found", {}), str(index): {"url": answer.url, "seed": answer.seed, "cost": cost}}
            self.ids = {**self.ids, READY: True, "found": found}
        remember(self.job, self.ids)

    def _fetched(self, index: int) -> None:
        """Forget where a picture lies that is here."""
        found = {place: entry for place, entry in self.ids.get("found", {}).items() if place != str(index)}
        ids = {name: value for name, value in self.ids.items() if found or name != READY}
        self.ids = {**ids, "found": found}
        remember(self.job, self.ids)

    def _made(self, content: bytes) -> Image.Image:
        try:
            check_whole(content)
            with Image.open(io.BytesIO(content)) as picture:
                picture.load()
                return picture
        except (BadImage, OSError, SyntaxError, ValueError) as error:
            raise self._unreadable() from error

    def _unreadable(self) -> PlaygroundError:
        return BadReply(f"{self.place.facts.label} sent a file that is no whole PNG, JPEG or WebP image.")

    def _as_asked(self, made: Image.Image, content: bytes) -> Image.Image | bytes:
        """Return the server's own bytes; pixels where the picture is put together, or asked for in another format."""
        if self.finish is not None:
            return self.finish(made.convert("RGB"))
        return made.convert("RGB") if made.format == "PNG" and self.request.output_format != "png" else content

    def _seed(self, seed: int, answer: Answer, verdict: Verdict) -> int | None:
        """Return the seed that made an image: the one that was said, or the one that was sent where that is proven."""
        if "seed" in self.place.refused or verdict == "refuted":
            return None
        return answer.seed if answer.seed is not None else seed if verdict == "proven" else None

    def _details(self, seed: int, shown: int | None, verdict: Verdict, made: Image.Image) -> dict[str, Any]:
        label, odd = self.place.facts.label, []
        details: dict[str, Any] = {}
        if "seed" in self.place.refused:
            odd.append(NO_SEED.format(label=label))
        elif shown is None:
            details[SENT_SEED] = {"seed": str(seed), "verdict": verdict}
        if made.size != self.size:
            asked, came = (f"{width}×{height}" for width, height in (self.size, made.size))
            odd.append(f"{label} drew {came} where {asked} was asked.")
        return {**details, AS_MADE: " ".join(odd)} if odd else details


def refuse_gone(facts: Facts, indices: list[int]) -> ProviderRefused:
    """Return what is said of orders whose answers never came: such a server can't be asked again."""
    which = "an image was" if len(indices) == 1 else f"{len(indices)} images were"
    return ProviderRefused(
        f"{which.capitalize()} on order at {facts.label} when the playground stopped. It can't be asked what became of "
        "that, and it may have been billed; nothing is ordered again.",
        billed="unknown",
    )
