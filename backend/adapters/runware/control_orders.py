"""Control pictures: made on this machine where it has the detector, else by Runware for a price."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PIL import Image
from pydantic import SecretStr

from backend.adapters.detection import Detectors
from backend.adapters.job import Job, remember
from backend.adapters.provider.ordering import place, search
from backend.adapters.runware.inlay import Inlay
from backend.adapters.runware.pictures import data_uri
from backend.adapters.runware.replies import Item
from backend.adapters.runware.service import Exchange, Service, new_uuid
from backend.adapters.runware.wire import Preprocess as PreprocessTask
from backend.domain.errors import BadImage, BadReply, PlaygroundError, ProviderTimeout
from backend.domain.events import Generated
from backend.domain.parts import Control, Preprocess
from backend.domain.records import READY
from backend.domain.requests import Request, controls_of
from backend.images.incoming import check_header, open_upright
from backend.images.sizing import drawable, resized
from backend.images.storage.files import ImageFiles

THERE: dict[Preprocess, str] = {
    "depth": "runware:controlnet-preprocess@depth",
    "pose": "runware:controlnet-preprocess@openpose",
}
TAKES = frozenset(
    {
        "preprocess",
        "low_threshold",
        "high_threshold",
        "controls.image",
        "controls.preprocess",
        "controls.low_threshold",
        "controls.high_threshold",
    }
)
"""The fields that decide over a control picture."""
_SETTINGS: dict[Preprocess, dict[str, int | bool]] = {"pose": {"includeHandsAndFaceOpenPose": True}}
LOST = "Runware's archive doesn't show the control picture that was asked for (yet): recover the run later."


def is_bought(control: Control, detectors: Detectors) -> bool:
    """Whether Runware has to make this control picture, for a price."""
    return control.preprocess in THERE and not detectors.ready(control.preprocess)


@dataclass(slots=True)
class MapShop:
    """Buys a run's control pictures one by one; `ids` is what the disk knows of the run before each order."""

    service: Service
    key: SecretStr
    job: Job
    sleep: Callable[[float], None]
    ids: Mapping[str, Any] = field(default_factory=dict)

    def buy(self, control: Control, image: str) -> str:
        """Order the control picture of an image (as tasks name one) beside a run, and return its name for tasks."""
        task_uuid = new_uuid()
        item = self._order(control, image, task_uuid)
        self._charge(task_uuid, item)
        return item.guide_uuid or item.guide_url or ""

    def buy_alone(self, control: Control, image: Image.Image) -> None:
        """Order the control picture of an image alone and deliver it (RGB, the image's size)."""
        task_uuid = new_uuid()
        item = self._order(control, data_uri(resized(image, drawable(image.size), "stretch")), task_uuid)
        self._deliver(task_uuid, item, image.size)

    def collect(self, size: tuple[int, int]) -> None:
        """Deliver the control picture that was ordered alone, at `size` (width, height, pixels); nothing is ordered."""
        (entry,) = self.ids["maps"]
        known = Item.model_validate({**entry, "taskUUID": entry["task"]})
        item = known if known.guide_url else self.collected(entry["task"])
        self._deliver(entry["task"], item, size)

    def _order(self, control: Control, image: str, task_uuid: str) -> Item:
        """Order a control picture, with its id on disk first, and return Runware's answer, be it from the archive."""
        task = PreprocessTask(
            task_uuid=task_uuid,
            model=THERE[control.preprocess],
            inputs={"image": image},
            settings=_SETTINGS.get(control.preprocess),
        )
        self.ids = {**self.ids, "maps": [*self.ids.get("maps", ()), {"task": task_uuid}]}
        try:
            exchange = place(self.job, self.ids, lambda waiter: self.service.submit([task], self.key, waiter=waiter))
        except PlaygroundError as lost:
            if lost.billed == "no":
                raise
            return self._archived(task_uuid, lost)
        return self._answered(task_uuid, exchange)

    def account(self) -> None:
        """Charge what was ordered before a crash; raise `ProviderTimeout` where the archive doesn't know it."""
        for entry in self.ids.get("maps", ()):
            if "cost" in entry:
                self.job.charge(None if entry["cost"] is None else Decimal(entry["cost"]))
            else:
                self._charge(entry["task"], self.collected(entry["task"]))

    def collected(self, task_uuid: str) -> Item:
        """Return the answer to an earlier order from the archive; raise `ProviderTimeout` where it isn't there."""
        return self._archived(task_uuid, ProviderTimeout(LOST))

    def _deliver(self, task_uuid: str, item: Item, size: tuple[int, int]) -> None:
        """Hand over the control picture that an answer names; its bill and its address are kept before it is fetched.

        It is paid for whatever comes of its file, and can be fetched again.
        """
        self.job.charge(item.cost, index=0)
        cost = None if item.cost is None else str(item.cost)
        known = {"task": task_uuid, "guideImageURL": item.guide_url, "cost": cost}
        self.ids = {**self.ids, READY: True, "maps": [known]}
        remember(self.job, self.ids)
        try:
            self.job.deliver(Generated(self._fetched(item, size), None, item.cost))
        except PlaygroundError as error:
            error.billed = item.billed
            raise

    def _fetched(self, item: Item, size: tuple[int, int]) -> Image.Image:
        content = self.service.fetch(item.guide_url or "")
        try:
            check_header(content)
            with Image.open(io.BytesIO(content)) as picture:
                return resized(picture.convert("RGB"), size, "stretch")
        except (BadImage, OSError, SyntaxError, ValueError) as error:
            raise BadReply("Runware sent a control picture that can't be read; recover the run later.") from error

    def _answered(self, task_uuid: str, exchange: Exchange) -> Item:
        item = _guide_in(exchange)
        if item:
            return item
        for refusal in exchange.answer.refusals:
            error = exchange.error(refusal, self.key)
            if refusal.conflict:
                return self._archived(task_uuid, error)
            raise error
        raise BadReply("Runware made no control picture; try again.")

    def _archived(self, task_uuid: str, lost: PlaygroundError) -> Item:
        found = search(lambda: _guide_in(self.service.results([task_uuid], self.key, archived=True)), self.sleep)
        if found is None:
            lost.billed = "unknown"
            raise lost
        return found

    def _charge(self, task_uuid: str, item: Item) -> None:
        self.job.charge(item.cost)
        cost = None if item.cost is None else str(item.cost)
        entries = self.ids["maps"]
        paid = [{**entry, "cost": cost} if entry["task"] == task_uuid else entry for entry in entries]
        self.ids = {**self.ids, "maps": paid}
        remember(self.job, self.ids)


def all_of(
    request: Request, files: ImageFiles, size: tuple[int, int], *, inlay: Inlay, detectors: Detectors, shop: MapShop
) -> tuple[str, ...]:
    """Return every control picture of a request as tasks name it, cut to `size` (width, height, pixels).

    Those that cost nothing are made first: what fails for free fails before anything is bought.
    """
    controls = controls_of(request)
    own = request.mode == "controlnet" and not request.width  # Then `size` is the picture's, but for a few pixels.
    images = [
        resized(open_upright(files.path(control.image)), size, "stretch" if own and not place else "crop")
        for place, control in enumerate(controls)
    ]
    bought = [is_bought(control, detectors) for control in controls]
    drawn = [
        image if buy else detectors.detect(control, image, tell=shop.job.tell)
        for control, image, buy in zip(controls, images, bought, strict=True)
    ]
    names = [inlay.name(picture) for picture in drawn]
    ordered = zip(controls, names, bought, strict=True)
    return tuple(shop.buy(control, name) if buy else name for control, name, buy in ordered)


def _guide_in(exchange: Exchange) -> Item | None:
    return next((item for item in exchange.answer.items if item.guide_uuid or item.guide_url), None)
