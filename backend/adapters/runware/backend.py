"""Runware as a backend."""

import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from PIL import Image
from pydantic import JsonValue, SecretStr

from backend.adapters.base import State
from backend.adapters.job import Job
from backend.adapters.provider.backend import ProviderBackend
from backend.adapters.provider.line import Line
from backend.adapters.provider.ordering import place
from backend.adapters.runware import control_orders
from backend.adapters.runware.abilities import OTHER_MODELS, capabilities, own_options
from backend.adapters.runware.dry_run import MOST_KEYS, DryRuns
from backend.adapters.runware.inlay import Inlay
from backend.adapters.runware.mapping import Inlaid, faces, to_tasks
from backend.adapters.runware.options import RunwareOptions
from backend.adapters.runware.order import STRANGER_PATIENCE, Order, numbered
from backend.adapters.runware.pictures import prepare, size_of
from backend.adapters.runware.prices import Prices
from backend.adapters.runware.service import Service, key_mark, new_uuid
from backend.adapters.runware.wire import MODEL, ImageInference, Ultralytics
from backend.domain.caller import Caller
from backend.domain.capabilities import FREE, NO_OPTIONS, Capabilities, Estimate, read_options
from backend.domain.errors import GenerationFailed, Problem, Unsupported
from backend.domain.events import Queued, Tell, unheard
from backend.domain.parts import Control
from backend.domain.providers import RUNWARE
from backend.domain.records import CONTROL_PICTURE, Run
from backend.domain.requests import ControlNet, ImageToImage, Request, controls_of, seeds
from backend.images.compositing import Brought
from backend.images.incoming import open_upright
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from backend.threads.recent import Recent

NEVER_SENT = "The playground stopped before Runware was asked for the images: run it again."
KNOWN_PATIENCE = 120.0
"""Seconds of asking for tasks that Runware has accepted, or may have."""
BALANCE = "balance"


class RunwareBackend(ProviderBackend):
    """Z-Image-Turbo at Runware: each image of a run is a task of its own, so that each has the seed that was asked."""

    facts = RUNWARE
    name = RUNWARE.name
    label = RUNWARE.label
    model_name = MODEL
    exact_prices = True

    def __init__(
        self, settings: Settings, files: ImageFiles, line: Line, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(settings)
        self.files = files
        self.line = line
        self.service = Service(line)
        self.prices = Prices()
        self.dry_runs = DryRuns(self.service)
        self._public = settings.public
        self._capabilities = capabilities(settings)
        self._sleep = sleep
        self._balances: Recent[str, Decimal] = Recent(MOST_KEYS)

    @property
    def capabilities(self) -> Capabilities:
        """Return what the model's page and its schema say."""
        return self._capabilities

    def state(self, caller: Caller) -> State:
        """Say whether a key is there, and what is left in its account once that was asked for."""
        missing = self.missing(caller)
        balance = self._balances.get(key_mark(self.key_for(caller)))
        left = "" if balance is None else f"; ${balance:.2f} left in the account"
        return State(ready=missing is None, message=missing or f"Ready{left}")

    def actions(self) -> Mapping[str, str]:
        """Offer the account's balance."""
        return {BALANCE: "Show the balance"}

    def offered(self, caller: Caller) -> Mapping[str, str]:
        """Offer nothing without a key, or where the key is the server's and strangers look on."""
        return self.actions() if self._shows_balance(caller) else {}

    def act(self, action: str, caller: Caller) -> None:
        """Ask for the balance; `state` says it afterwards.

        Raises `Unsupported` on a public page without a key of one's own: the balance is nobody else's business.
        """
        if action != BALANCE:
            super().act(action, caller)
        if self._public and not self.has_own_key(caller):
            raise Unsupported([Problem("", "Only the balance of a key of your own is shown here: paste yours.")])
        key = self.require_key(caller)
        self._balances.put(key_mark(key), self.service.balance(key))

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return the price by the published prices, with a range as wide as the bills are known to be."""
        bought = sum(control_orders.is_bought(control, self.detectors) for control in controls_of(request))
        return self.prices.estimate(request, size_of(request, self.files), bought=bought, faces=_refined(request))

    def remarks(self, request: Request) -> tuple[str, ...]:
        """Say what Runware's own page leaves open."""
        return (OTHER_MODELS,) if _refined(request) else ()

    def kept_size(self, request: ImageToImage | ControlNet) -> tuple[int, int] | None:
        """Return the nearest size that Runware draws."""
        return size_of(request, self.files)

    def control_estimate(self, control: Control, caller: Caller) -> Estimate:
        """Return what Runware takes for a control picture that can't be made on this machine."""
        return self.prices.control_picture() if control_orders.is_bought(control, self.detectors) else FREE

    def control_picture(
        self, control: Control, caller: Caller, options: Mapping[str, JsonValue] = NO_OPTIONS, tell: Tell = unheard
    ) -> Image.Image:
        """Return the map where this machine can make it; raise `Unsupported` where Runware has to be paid for it."""
        if control_orders.is_bought(control, self.detectors):
            message = f"is {control.preprocess}, which {self.label} makes for a price here: say that you buy it."
            raise Unsupported([Problem("preprocess", message)])
        return self.detectors.detect(control, open_upright(self.files.path(control.image)), tell=tell)

    def draw_control(self, request: ControlNet, caller: Caller, job: Job) -> None:
        """Buy the control picture of a request alone."""
        key = self.require_key(caller)
        job.tell(Queued())
        shop = self._shop(key, job, {CONTROL_PICTURE: True, "own_key": self.has_own_key(caller)})
        shop.buy_alone(controls_of(request)[0], open_upright(self.files.path(request.image)))

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        """Send every image of the request as one task, all in one call, and deliver what comes."""
        key = self.require_key(caller)
        options = own_options(request, self._capabilities)
        job.tell(Queued())
        pictures = prepare(request, self.files)
        shop = self._shop(key, job, {"delivery": options.delivery, "own_key": self.has_own_key(caller)})
        inlaid = self._inlaid(request, pictures, shop)
        ids = {"tasks": [new_uuid() for _ in seeds(request)], **shop.ids}
        order = self._order(request, pictures, key, ids, job)
        self._carry_out(order, to_tasks(request, options, inlaid, ids["tasks"]))

    def exact_price(self, request: Request, caller: Caller, job: Job) -> Decimal:
        """Ask by a dry run, once a run with this key has shown that asking buys nothing; in USD.

        Raises `Unsupported` where it isn't to be had, or not yet.
        """
        key = self.require_key(caller)
        if any(control_orders.is_bought(control, self.detectors) for control in controls_of(request)):
            raise Unsupported([Problem("", "The exact price needs the control picture first: make the map.")])
        self.dry_runs.prove(key, job)
        pictures = prepare(request, self.files)
        inlaid = self._inlaid(request, pictures, self._shop(key, job, {}))
        options = own_options(request, self._capabilities)
        uuids = [new_uuid() for _ in seeds(request)]
        ids = {"tasks": uuids, "delivery": "sync", "own_key": self.has_own_key(caller)}
        job.note(ids)
        order = self._order(request, pictures, key, ids, job)
        return self.dry_runs.price(to_tasks(request, options, inlaid, uuids), key, drawn=order.note)

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        """Fetch what Runware made for a run that was submitted before; nothing is submitted.

        Raises `NotReady` where it was on a key of the visitor's own that is gone, `GenerationFailed` where it was never
        sent, and what went wrong with it.
        """
        ids = run.provider_ids
        self.check_payer(ids, caller)
        shop = self._shop(self.require_key(caller), job, ids)
        if ids.get(CONTROL_PICTURE):
            (control,) = controls_of(run.request)
            shop.collect(open_upright(self.files.path(control.image)).size)
            return
        shop.account()
        if "tasks" not in ids:
            raise GenerationFailed(NEVER_SENT)
        order = self._order(run.request, prepare(run.request, self.files), self.require_key(caller), ids, job)
        order.pending = numbered(ids["tasks"], {image.index for image in run.images})
        order.take_found(ids.get("found", {}))
        order.wait()
        order.settle()

    def _inlaid(self, request: Request, pictures: Brought, shop: control_orders.MapShop) -> Inlaid:
        inlay = Inlay(self.service, shop.key, copies=request.count)
        images = {"seed_image": inlay.maybe(pictures.start), "mask_image": inlay.maybe(pictures.mask)}
        names = control_orders.all_of(
            request, self.files, pictures.size, inlay=inlay, detectors=self.detectors, shop=shop
        )
        return Inlaid(size=pictures.size, sides=pictures.sides, guides=names, **images)

    def _shop(self, key: SecretStr, job: Job, ids: Mapping[str, Any]) -> control_orders.MapShop:
        return control_orders.MapShop(self.service, key, job, self._sleep, ids)

    def _order(self, request: Request, pictures: Brought, key: SecretStr, ids: Mapping[str, Any], job: Job) -> Order:
        return Order(
            self.service,
            key,
            request,
            ids,
            job,
            pictures.finish,
            self._sleep,
            numbered(ids["tasks"], set()),
        )

    def _carry_out(self, order: Order, tasks: Sequence[ImageInference]) -> None:
        try:
            exchange = place(order.job, order.ids, lambda waiter: self.service.submit(tasks, order.key, waiter=waiter))
        except GenerationFailed as lost:
            if lost.billed == "no":
                raise
            self._look_for(order, lost)
        else:
            known = order.take(exchange)
            if order.pending:
                order.wait(strange_patience=KNOWN_PATIENCE if known else STRANGER_PATIENCE)
        order.settle()
        self.dry_runs.carried_out(tasks[0], order.key)

    def _look_for(self, order: Order, lost: GenerationFailed) -> None:
        """Ask the archive for a run whose answer was lost on the way; without one, what was lost stays the error."""
        try:
            order.wait(patience=KNOWN_PATIENCE)
        except GenerationFailed:
            raise lost from None

    def _shows_balance(self, caller: Caller) -> bool:
        return self.has_own_key(caller) or (self._server_key is not None and not self._public)


def _refined(request: Request) -> Ultralytics | None:
    """Return the face refinement; a run's other options, which may not be taken any more, aren't looked at."""
    own = {"ultralytics": request.options.get("ultralytics")}
    return faces(request, read_options(RunwareOptions, own))
