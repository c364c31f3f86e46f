"""From a finished request to the run's images: fetched, priced, and delivered one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PIL import Image
from pydantic import SecretStr

from backend.adapters.job import Job
from backend.adapters.modelrunner.replies import Record, read_record
from backend.adapters.modelrunner.service import Service
from backend.adapters.modelrunner.ticket import Ticket
from backend.adapters.provider.files import finished
from backend.adapters.provider.prices import split
from backend.domain.errors import BadReply, PlaygroundError
from backend.domain.events import Generated
from backend.domain.providers import MODELRUNNER

PRICE_WAITS = (0.0, 0.5, 1.0, 2.0)
"""Seconds before each look at the record for the price, which may be settled a moment after the result is there."""

Made = Image.Image | bytes

SUBSTITUTED = "ModelRunner ran this on {ran} instead of {asked}: seed and look may differ."


@dataclass(slots=True)
class Delivery:
    """Hands a run's images out; `have` are the indices of those that are there already."""

    service: Service
    key: SecretStr
    job: Job
    sleep: Callable[[float], None]
    have: set[int] = field(default_factory=set)

    def deliver(self, ticket: Ticket, record: Record) -> Iterator[PlaygroundError]:
        """Deliver what a ticket's record holds; yield what went wrong with single images: one keeps no other back."""
        addresses = dict(zip(ticket.indices, record.addresses, strict=False))
        contents, errors = self._fetched(addresses)
        record = self._priced(ticket, record)
        prices = split(record.price, ticket.count)
        self._tell_bills(ticket, prices)
        for index, content in contents.items():
            try:
                image = self._generated(ticket, record, content, index - ticket.index, prices[index - ticket.index])
                self.job.deliver(image)
                self.have.add(index)
            except PlaygroundError as error:  # A full disk: the next image may still find its place.
                errors.append(error)
        if len(addresses) < ticket.count:
            few = ticket.count - len(addresses)
            errors.append(BadReply(f"ModelRunner finished, but names {few} image(s) too few; recover the run later."))
        for wrong in errors:
            wrong.billed = record.paid  # Fetching and keeping cost nothing, but the images do.
        yield from errors

    def lost(self, ticket: Ticket, record: Record) -> Record:
        """Say what was billed for a request whose images aren't to be had, and return its record with the price."""
        record = self._priced(ticket, record)
        if record.paid == "yes":
            self.job.charge(record.price, ticket.index)
        return record

    def _fetched(self, addresses: Mapping[int, str]) -> tuple[dict[int, Made], list[PlaygroundError]]:
        contents: dict[int, Made] = {}
        errors: list[PlaygroundError] = []
        for index, address in addresses.items():
            try:
                if index not in self.have:
                    contents[index] = self._image(address)
            except PlaygroundError as error:
                errors.append(error)
        return contents, errors

    def _tell_bills(self, ticket: Ticket, prices: Sequence[Decimal | None]) -> None:
        """Say what each image costs, whatever comes of its file; of one that is here, where its price is known now."""
        for index, price in zip(ticket.indices, prices, strict=True):
            if price is not None or index not in self.have:
                self.job.charge(price, index)

    def _image(self, address: str) -> Made:
        return finished(MODELRUNNER.label, self.service.fetch(address))

    def _priced(self, ticket: Ticket, record: Record) -> Record:
        """Return the record with its price, which the result may lack; a price never holds an image back for long."""
        assert ticket.names is not None
        for pause in PRICE_WAITS:
            if record.price is not None and record.billing != "pending":
                return record
            if pause:
                self.sleep(pause)
            try:
                reply = self.service.record(ticket.names.request_id, self.key)
                found = read_record(reply.json()) if reply.ok else Record()
            except PlaygroundError:
                continue
            # What the result says stays; the record adds the bill.
            billing = {"price": found.price, "billing": found.billing or record.billing}
            record = record.model_copy(update=billing)
            if found.price is None and found.billing != "pending":
                break
        return record if record.billing != "pending" else record.model_copy(update={"price": None})

    def _generated(
        self, ticket: Ticket, record: Record, content: Made, position: int, price: Decimal | None
    ) -> Generated:
        seed = seed_of(ticket, record, position)
        flagged = record.flagged(position)
        return Generated(content, seed, price, ticket.index + position, flagged, details(ticket, record))


def seed_of(ticket: Ticket, record: Record, position: int) -> int | None:
    """Return an image's seed: what the reply says, else what was sent; None where neither is sure.

    Only the first image of a request has the request's seed for sure, and another model may not have used it at all.
    """
    if position > 0:
        return None
    if record.told_seed is not None:
        return record.told_seed
    return None if record.substituted else ticket.seed


def details(ticket: Ticket, record: Record) -> dict[str, Any]:
    """Return what else is worth remembering of an image: ids, times in ms, who said the seed, what was drawn."""
    found = {
        "request_id": ticket.names.request_id if ticket.names else None,
        "endpoint": record.endpoint,
        "billing": record.billing,
        "inference_ms": record.inference_ms,
        "delay_ms": record.delay_ms,
        "expanded_prompt": record.expanded_prompt,
        "seed_told": record.told_seed is not None,
        "note": SUBSTITUTED.format(ran=record.endpoint, asked=record.asked_endpoint) if record.substituted else None,
    }
    return {name: value for name, value in found.items() if value is not None}
