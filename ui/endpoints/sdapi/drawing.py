"""The handlers of `/txt2img` and `/img2img`: a body read, carried out and answered."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.generation.prepared import Asked
from ui.endpoints.door import pictures
from ui.endpoints.door.claims import order_of
from ui.endpoints.door.order import Order, may_have_cost
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.door.refusals import refused
from ui.endpoints.door.route import JSON, Call, Reply
from ui.endpoints.openai.answers import heads
from ui.endpoints.sdapi.answers import Came, answer_json
from ui.endpoints.sdapi.asking.body import Img2Img, Txt2Img, read_body
from ui.endpoints.sdapi.asking.drawing_over import img2img
from ui.endpoints.sdapi.asking.names import by_their_names
from ui.endpoints.sdapi.asking.reading import To, Wanted, txt2img
from ui.endpoints.sdapi.asking.settings import MODEL
from ui.endpoints.sdapi.carrying import Carrying
from ui.endpoints.sdapi.form import A1111Form
from ui.endpoints.sdapi.live import Going
from ui.endpoints.sdapi.own_settings import OwnSettings

MOST_IMAGES = 20
"""That one request may make."""
Kind = TypeVar("Kind", bound=Txt2Img)


@dataclass(frozen=True, slots=True)
class _Read:
    """A body, and what it wants of which backend."""

    body: Txt2Img
    backend: Backend
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Drawing:
    """Answers A1111's two ways to images."""

    ordering: Ordering
    settings: OwnSettings
    carrying: Carrying
    form: A1111Form

    def txt2img(self, call: Call) -> Reply:
        """Answer `/txt2img`: images from words, with ControlNet's units."""
        return self._made(call, Txt2Img, txt2img)

    def img2img(self, call: Call) -> Reply:
        """Answer `/img2img`: a picture drawn over, all of it or what its mask marks."""
        return self._made(call, Img2Img, img2img)

    def _made(self, call: Call, kind: type[Kind], wants: Callable[[Kind, To], Wanted]) -> Reply:
        order, read = order_of(self.ordering.playground, call), self._read(call, kind, wants)
        with self.ordering.losing(order):
            try:
                came = self._carried(order, read)
                answer = answer_json(self.ordering.playground, read.body, came)
            except PlaygroundError as error:
                named = by_their_names(error, read.wanted.mode, read.body.playground)
                told = refused(named, self.ordering.runs(order))
                return self.ordering.answer(order, self.form.refusal(told, call.id), cost=told.billed != "no")
        headers = {**JSON, **(heads(came.runs, call.id) if came.runs else {"x-request-id": call.id})}
        reply = Reply(json.dumps(answer).encode(), headers=headers)
        return self.ordering.answer(order, reply, cost=may_have_cost(came.runs))

    def _read(self, call: Call, kind: type[Kind], wants: Callable[[Kind, To], Wanted]) -> _Read:
        body = read_body(kind, dict(call.body.values))
        settings = self.settings.chosen(call.caller, body.override_settings)
        backend = self.settings.backend(settings.model, f"override_settings.{MODEL}")
        if body.count > MOST_IMAGES:
            raise InvalidRequest([Problem("batch_size", f"times `n_iter` is {body.count}; the most is {MOST_IMAGES}.")])
        keep = partial(pictures.keep, self.ordering.playground, call.caller)
        return _Read(body, backend, wants(body, To(backend.capabilities, keep, settings)))

    def _carried(self, order: Order, read: _Read) -> Came:
        going = Going(order, read.body.count, read.body.force_task_id)
        came = self.carrying.out(going, partial(self._asked, order.caller, read))
        return replace(came, notes=[*read.wanted.notes, *came.notes])

    def _asked(self, caller: Caller, read: _Read) -> Sequence[Asked]:
        each = ({**values, "backend": read.backend.name} for values in read.wanted.each())
        return [self.ordering.scripts.asked(read.wanted.mode, values, caller) for values in each]
