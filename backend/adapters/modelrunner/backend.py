"""ModelRunner as a backend."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image
from pydantic import JsonValue, SecretStr

from backend.adapters.job import Job
from backend.adapters.modelrunner.abilities import CAPABILITIES
from backend.adapters.modelrunner.delivery import Delivery
from backend.adapters.modelrunner.mapping import shares, to_input
from backend.adapters.modelrunner.options import ModelRunnerOptions
from backend.adapters.modelrunner.order import PATIENCE, Order
from backend.adapters.modelrunner.pictures import control_picture, control_png, size_of
from backend.adapters.modelrunner.prices import Prices
from backend.adapters.modelrunner.service import Service
from backend.adapters.modelrunner.ticket import Ticket, restored
from backend.adapters.modelrunner.wire import ENDPOINT
from backend.adapters.provider.backend import ProviderBackend
from backend.adapters.provider.prices import read_prices
from backend.domain.caller import Caller
from backend.domain.capabilities import NO_OPTIONS, Estimate
from backend.domain.events import Queued, Tell, unheard
from backend.domain.parts import Control
from backend.domain.providers import MODELRUNNER
from backend.domain.records import Run
from backend.domain.requests import ControlNet, ImageToImage, Request, seeds
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


class ModelRunnerBackend(ProviderBackend):
    """Z-Image-Turbo ControlNet at ModelRunner: each image of a run is a request of its own, so that its seed is known.

    ModelRunner has no cancel that works, so a run that was submitted is waited for to its end.
    """

    facts = MODELRUNNER
    name = MODELRUNNER.name
    label = MODELRUNNER.label
    model_name = ENDPOINT
    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: Settings,
        files: ImageFiles,
        service: Service,
        *,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(settings)
        self.files = files
        self.service, self.line = service, service.line
        self.prices = read_prices(MODELRUNNER, Prices)
        self._sleep = sleep
        self._patience = patience

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return the price by megapixels, with a range up to whole ones; none for a mode that isn't offered."""
        if not isinstance(request, ControlNet):
            return Estimate(likely=None, note="ModelRunner offers ControlNet alone.")
        request, options = _controlnet(request)
        return self.prices.estimate(request, options, size_of(request, self.files))

    def kept_size(self, request: ImageToImage | ControlNet) -> tuple[int, int] | None:
        """Return the size in which the control picture is sent, which the result takes."""
        return size_of(request, self.files) if isinstance(request, ControlNet) else None

    def control_picture(
        self, control: Control, caller: Caller, options: Mapping[str, JsonValue] = NO_OPTIONS, tell: Tell = unheard
    ) -> Image.Image:
        """Return edges (RGB, the image's size), or the image as it is; at no cost."""
        return control_picture(control, self.files)

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        """Upload the control image, send each request once, and deliver the images as they come."""
        request, options = _controlnet(request)
        key = self.require_key(caller)
        job.tell(Queued())
        png = control_png(request, self.files)
        image_url = self.service.upload(png, key, expires_after=options.expires_after)
        tickets = [Ticket(index, count, seeds(request)[index]) for index, count in shares(request, options)]
        order = self._order(caller, key, tickets, job)
        for ticket in tickets:
            message = to_input(request, image_url, (ticket.index, ticket.count))
            if not order.submit(ticket, message, expires_after=options.expires_after):
                break
        order.wait(patience=self._patience)
        order.settle()

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        """Fetch what ModelRunner made for a run that was submitted before; nothing is submitted.

        Raises `NotReady` where it was on a key of the visitor's own that is gone.
        """
        ids: Mapping[str, Any] = run.provider_ids
        self.check_payer(ids, caller)
        tickets = [restored(values) for values in ids["tickets"]]
        order = self._order(caller, self.require_key(caller), tickets, job)
        order.delivery.have = {image.index for image in run.images}
        order.resume()
        order.wait(patience=self._patience)
        order.settle()

    def _order(self, caller: Caller, key: SecretStr, tickets: Sequence[Ticket], job: Job) -> Order:
        delivery = Delivery(self.service, key, job, self._sleep)
        own_key = {"own_key": self.has_own_key(caller)}
        return Order(self.service, key, job, self._sleep, delivery, list(tickets), own_key)


def _controlnet(request: Request) -> tuple[ControlNet, ModelRunnerOptions]:
    """Return a checked request in its own types."""
    assert isinstance(request, ControlNet)
    options = CAPABILITIES.own_options(request)
    assert isinstance(options, ModelRunnerOptions)
    return request, options
