"""A1111's extras: pictures made larger, one or several in one request; faces aren't restored here."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import Field, JsonValue

from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.domain.requests import LANCZOS
from backend.generation.prepared import Asked
from backend.record.run_json import runs_json
from ui.endpoints.door import pictures
from ui.endpoints.door.claims import order_of
from ui.endpoints.door.order import Order, may_have_cost
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.door.refusals import refused
from ui.endpoints.door.route import JSON, Call, Reply
from ui.endpoints.openai.answers import heads
from ui.endpoints.sdapi.answers import Came, text_of
from ui.endpoints.sdapi.asking.body import Finite, Lenient, read_body
from ui.endpoints.sdapi.asking.names import by_their_names
from ui.endpoints.sdapi.asking.pictures import Values
from ui.endpoints.sdapi.asking.settings import MODEL
from ui.endpoints.sdapi.carrying import Carrying
from ui.endpoints.sdapi.form import A1111Form
from ui.endpoints.sdapi.live import Going
from ui.endpoints.sdapi.own_settings import OwnSettings
from ui.runs.sheets.upscale import enlarger
from ui.serving.uploads import Kept

MOST_PICTURES = 20
"""That one request may bring."""
NO_UPSCALER = "None"
"""A1111's name for no network: the picture is resized all the same, by Lanczos."""
_FACES = ("gfpgan_visibility", "codeformer_visibility")


class Extras(Lenient):
    """What both of A1111's requests have (`ExtrasBaseRequest` of its `modules/api/models.py`)."""

    resize_mode: int = Field(0, ge=0, le=1)
    gfpgan_visibility: Finite = 0.0
    codeformer_visibility: Finite = 0.0
    upscaling_resize: Finite = 2.0
    upscaler_1: str = NO_UPSCALER
    upscaler_2: str = NO_UPSCALER
    extras_upscaler_2_visibility: Finite = 0.0
    image: JsonValue = None
    image_list: tuple[JsonValue, ...] = Field((), alias="imageList")


@dataclass(frozen=True, slots=True)
class Enlarging:
    """Answers `/extra-single-image` and `/extra-batch-images`."""

    ordering: Ordering
    settings: OwnSettings
    carrying: Carrying
    form: A1111Form

    def single(self, call: Call) -> Reply:
        """Answer with the one picture that came, made larger."""
        return self._made(call, _one, lambda texts, info: {"html_info": info, "image": next(iter(texts), "")})

    def batch(self, call: Call) -> Reply:
        """Answer with all pictures that came, made larger, in their order."""
        return self._made(call, _several, lambda texts, info: {"html_info": info, "images": [*texts]})

    def _made(self, call: Call, brought: "Brought", form: "Form") -> Reply:
        playground, order = self.ordering.playground, order_of(self.ordering.playground, call)
        body = read_body(Extras, dict(call.body.values))
        _refuse(body)
        settings = self.settings.chosen(call.caller, {})
        backend = enlarger(playground, self.settings.backend(settings.model, MODEL).name)
        keep = partial(pictures.keep, playground, call.caller)
        values = {**settings.values, **_values(body), "backend": backend.name}
        kept = [keep(pictures.decoded(text, field), field) for field, text in brought(body)]
        with self.ordering.losing(order):
            try:
                came = self.carrying.out(Going(order, len(kept)), partial(self._asked, order, values, kept))
                texts = [pictures.encoded(playground, image) for _, image in came.images]
            except PlaygroundError as error:
                told = refused(by_their_names(error, "upscale"), self.ordering.runs(order))
                return self.ordering.answer(order, self.form.refusal(told, call.id), cost=told.billed != "no")
        info = "\n".join((*(text_of(run, image) for run, image in came.images), *_said(came)))
        headers = {**JSON, **(heads(came.runs, call.id) if came.runs else {"x-request-id": call.id})}
        reply = Reply(json.dumps(form(texts, info)).encode(), headers=headers)
        return self.ordering.answer(order, reply, cost=may_have_cost(came.runs))

    def _asked(self, order: Order, values: Mapping[str, Any], kept: Sequence[Kept]) -> Sequence[Asked]:
        wanted: list[dict[str, Any]] = [{**values, "image": each} for each in kept]
        return [self.ordering.scripts.asked("upscale", each, order.caller) for each in wanted]


Brought = Callable[[Extras], Sequence[tuple[str, JsonValue]]]
"""Says which pictures a body brings, each with the name of its field."""
Form = Callable[[Sequence[str], str], dict[str, JsonValue]]
"""Makes the answer of the pictures in base64 and what is told of them."""


def _one(body: Extras) -> Sequence[tuple[str, JsonValue]]:
    return [("image", body.image)]


def _several(body: Extras) -> Sequence[tuple[str, JsonValue]]:
    if not 0 < len(body.image_list) <= MOST_PICTURES:
        raise InvalidRequest([Problem("imageList", f"has {len(body.image_list)} pictures; send 1 to {MOST_PICTURES}.")])
    found = enumerate(body.image_list)
    return [(f"imageList.{at}.data", each.get("data") if isinstance(each, dict) else each) for at, each in found]


def _said(came: Came) -> Sequence[str]:
    """Return what is to be said beside the pictures: why there are fewer than were sent, if there are."""
    why = runs_json(came.runs, came.refusal)["error"] if came.runs else None
    return (*came.notes, *([f"The further pictures aren't made larger: {why}"] if why else ()))


def _values(body: Extras) -> Values:
    upscaler = LANCZOS if body.upscaler_1 == NO_UPSCALER else body.upscaler_1
    return {"factor": body.upscaling_resize, "upscaler": upscaler}


def _refuse(body: Extras) -> None:
    """Raise `InvalidRequest` for what can't be done here; what isn't asked for is left."""
    wrong = [Problem(name, "restores faces, which isn't to be had here: leave it out.") for name in _FACES]
    problems = [each for each in wrong if getattr(body, each.field) > 0]
    if body.resize_mode:
        problems.append(Problem("resize_mode", "is 1 (to a size); here is 0, `upscaling_resize` times as large."))
    if body.extras_upscaler_2_visibility > 0 and body.upscaler_2 != NO_UPSCALER:
        problems.append(Problem("upscaler_2", "would be laid over the first; one upscaler is taken: leave it out."))
    if problems:
        raise InvalidRequest(problems)
