"""A server of OpenAI's images API as a backend."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.adapters.base import State
from backend.adapters.job import Job
from backend.adapters.openai.abilities import capabilities
from backend.adapters.openai.looking import FIRST_PATIENCE, Look
from backend.adapters.openai.mapping import route_of
from backend.adapters.openai.order import Order, Place, refuse_gone
from backend.adapters.openai.pictures import DEFAULT_SIZE, parts_of, prepare, size_of
from backend.adapters.openai.prices import UNKNOWN, read_prices
from backend.adapters.openai.replies import Answer
from backend.adapters.openai.seeds import Seeds
from backend.adapters.openai.service import Service
from backend.adapters.provider.backend import ProviderBackend
from backend.adapters.provider.line import Line
from backend.domain.caller import Caller
from backend.domain.capabilities import Capabilities, Estimate
from backend.domain.events import Queued
from backend.domain.providers import Facts
from backend.domain.records import CostKind, Run
from backend.domain.requests import ControlNet, ImageToImage, Request, TextToImage, seeds
from backend.images.storage.files import ImageFiles
from backend.money.caps import usd
from backend.settings import Settings
from backend.visitors.addresses import playground_id
from backend.visitors.passing import MOST_PASSED

PROVE = "prove"
PROVING = TextToImage(
    prompt="a red circle on a white background", width=DEFAULT_SIZE.width, height=DEFAULT_SIZE.height, seed=424242
)
"""What is ordered twice to prove that a seed holds."""
_SAID: Mapping[str, str] = {
    "unproven": "Ready; seeds are sent, not proven",
    "proven": "Ready; seeds are proven",
    "refuted": "Ready; it drew two pictures from one seed",
}


class OpenAIBackend(ProviderBackend):
    """Any server of that form; each image of a run is an order of its own, so that each has the seed that was asked.

    What it takes is the owner's own word, an estimate, unless the server tells its bill as another playground does. It
    can't be asked later what became of an order.
    """

    cost_kind: CostKind = "estimated"
    asked_again = False

    def __init__(
        self, facts: Facts, settings: Settings, files: ImageFiles, line: Line, *, patience: float = FIRST_PATIENCE
    ) -> None:
        self.facts, self.name, self.label = facts, facts.name, facts.label
        super().__init__(settings)
        self.files, self.line = files, line
        self.service = Service(line)
        self.model, path = settings.own_of(facts)
        self._prices_by = tuple(facts.own)[1]
        self.prices = read_prices(self._prices_by, path)
        self.look = Look(self.service, self._server_key)
        self.seeds = Seeds(settings.data / "seeds" / f"{self.name}.json", files)
        self._here = f"{playground_id(settings.data)}/{self.name}"
        self._public, self._patience = settings.public, patience
        self._refused: set[str] = set()
        self.look.begin()

    @property
    def takes_money(self) -> bool:
        """Whether somebody is charged: unless the owner's price file says that nothing costs anything."""
        return not (self.prices and self.prices.free)

    @property
    def capabilities(self) -> Capabilities:
        """Return what the server answers, or may be able to before it has."""
        return capabilities(self.label, self.look.known(patience=self._patience), frozenset(self._refused))

    @property
    def model_name(self) -> str:
        """Return the model as it is set, else the only one that the server has, else the server's name."""
        listed = self.look.known(patience=0).models
        return self.model or (listed[0] if len(listed) == 1 else self.label)

    def kind_of_cost(self, provider_ids: Mapping[str, Any]) -> CostKind:
        """Return `billed` where the server itself told each bill, and `estimated` for the owner's prices."""
        told = provider_ids.get("told", ())
        return "billed" if told and set(told) <= {"billed", "free"} else "estimated"

    def missing(self, caller: Caller) -> str | None:
        """Ask for a key where the server wants one and there's none; many want none."""
        return self.facts.no_key if self.look.known(patience=0).wants_key and self.key_for(caller) is None else None

    def state(self, caller: Caller) -> State:
        """Say whether it is there, and what its pictures have shown of its seeds."""
        if missing := self.missing(caller):
            return State(ready=False, message=missing)
        known = self.look.known(patience=0)
        if known.trouble:
            return State(ready=False, message=known.trouble)
        return State(ready=True, message=_SAID[self.seeds.verdict(self._place().of_seeds("generations"))])

    def actions(self) -> Mapping[str, str]:
        """Offer to prove the seed, at its price."""
        twice = self.estimate(PROVING.model_copy(update={"count": 2}), Caller(visitor=""))
        price = "free" if twice.free else "price unknown" if twice.likely is None else f"≈ {usd(twice.likely)}"
        return {PROVE: f"Prove the seed (2 images, {price})"}

    def offered(self, caller: Caller) -> Mapping[str, str]:
        """Offer it to the owner, or to whoever pays with a key of their own, until it is proven."""
        owner = not self._public or self.has_own_key(caller)
        proven = self.seeds.verdict(self._place().of_seeds("generations")) == "proven"
        able = "text_to_image" in self.capabilities.modes and "seed" not in self._refused
        return self.actions() if owner and able and not proven and self.missing(caller) is None else {}

    def ordered_by(self, action: str) -> tuple[Request, ...]:
        """Return the two equal orders of a proof."""
        return (PROVING, PROVING) if action == PROVE else ()

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return the price by the owner's file; nobody knows it without one."""
        if self.prices is None:
            return Estimate(None, note=UNKNOWN.format(label=self.label, variable=self._prices_by))
        size = size_of(request, self.files, self.label)
        return self.prices.estimate(size, request.steps, route_of(request), request.count)

    def comes_back(self, passed: Sequence[str]) -> bool:
        """Whether an order was here before: the server, or one behind it, is this very playground."""
        return self._here in passed or len(passed) >= MOST_PASSED

    def kept_size(self, request: ImageToImage | ControlNet) -> tuple[int, int] | None:
        """Return the nearest size of multiples of 16."""
        return size_of(request, self.files, self.label)

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        """Order the images one after the other, and deliver each as it comes."""
        job.tell(Queued())
        self._order(request, caller, job, {"own_key": self.has_own_key(caller)}, ordering=True).make_all()

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        """Fetch the pictures whose addresses the server had told before; nothing is ordered.

        Raises `NotReady` where it was on a key of the visitor's own that is gone, `ProviderRefused` where answers never
        came: what became of those orders can't be asked.
        """
        ids, have = run.provider_ids, {image.index for image in run.images}
        found = {index: entry for index, entry in ids.get("found", {}).items() if int(index) not in have}
        if found:
            self.check_payer(ids, caller)
        order = self._order(run.request, caller, job, ids, ordering=False)
        for index, entry in found.items():
            order.take(int(index), seeds(run.request)[int(index)], _found(entry), asked=None)
        lost = [int(index) for index in ids.get("orders", {}) if int(index) not in have and index not in found]
        if lost:
            raise refuse_gone(self.facts, lost)

    def close(self) -> None:
        """Close the connections, once nobody looks at the server: one that opens meanwhile would stay open."""
        self.look.end()
        super().close()

    def _order(self, request: Request, caller: Caller, job: Job, ids: Mapping[str, Any], *, ordering: bool) -> Order:
        pictures = prepare(request, self.files, self.label)
        price = None
        if self.prices is not None:
            price = self.prices.of_one(pictures.size, request.steps, route_of(request))
        return Order(
            place=self._place(),
            key=self.key_for(caller),
            visitor=caller.visitor,
            request=request,
            job=job,
            size=pictures.size,
            price=price,
            ids=ids,
            parts=parts_of(pictures) if ordering else {},
            passed=(*caller.passed, self._here),
            finish=pictures.finish,
        )

    def _place(self) -> Place:
        return Place(
            facts=self.facts,
            service=self.service,
            look=self.look,
            seeds=self.seeds,
            model=self.model,
            refused=self._refused,
        )


def _found(entry: Mapping[str, Any]) -> Answer:
    cost = entry.get("cost")
    return Answer(url=entry["url"], seed=entry.get("seed"), cost=None if cost is None else Decimal(cost))
