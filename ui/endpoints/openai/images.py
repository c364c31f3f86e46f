"""The handlers of `/v1/images/…`: an order read, carried out and answered, whole or as a stream."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from backend.domain.errors import InvalidRequest, PlaygroundError, Problem, ProviderRefused
from backend.generation.prepared import Asked
from ui.endpoints.door.claims import order_of
from ui.endpoints.door.order import Order, may_have_cost
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.door.refusals import NAMED, Refused, refused
from ui.endpoints.door.route import JSON, Call, Reply
from ui.endpoints.openai.answers import Answers, heads
from ui.endpoints.openai.asking import Asking
from ui.endpoints.openai.files import Files
from ui.endpoints.openai.form import OpenAIForm
from ui.endpoints.openai.streaming import Streaming
from ui.endpoints.openai.wishes import read_wish
from ui.serving.own_address import own_address

E = TypeVar("E", bound=PlaygroundError)
_STREAM = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}


@dataclass(frozen=True, slots=True)
class Images:
    """Answers OpenAI's three ways to images."""

    ordering: Ordering
    files: Files
    form: OpenAIForm

    def generations(self, call: Call) -> Reply:
        """Answer `images/generations`: images from words."""
        asking = Asking(self.ordering.scripts, call)
        return self._made(call, asking, asking.generation, "image_generation")

    def edits(self, call: Call) -> Reply:
        """Answer `images/edits`: image to image, or with a mask inpaint."""
        asking = Asking(self.ordering.scripts, call)
        return self._made(call, asking, asking.edits, "image_edit")

    def variations(self, call: Call) -> Reply:
        """Answer `images/variations`: image to image after the picture's own prompt."""
        asking = Asking(self.ordering.scripts, call)
        return self._made(call, asking, asking.variations, "image_generation")

    def _made(self, call: Call, asking: Asking, ask: Callable[[], list[Asked]], kind: str) -> Reply:
        order = order_of(self.ordering.playground, call)
        with self.ordering.losing(order):
            try:
                return self._reply(call, order, asking, ask, kind)
            except PlaygroundError as error:
                told = self._refused(order, asking, error)
                return self.ordering.answer(order, self.form.refusal(told, call.id), cost=told.billed != "no")

    def _reply(self, call: Call, order: Order, asking: Asking, ask: Callable[[], list[Asked]], kind: str) -> Reply:
        answers = self._answers(call)
        steps = self.ordering.steps(order, ask)
        if not answers.wish.stream:
            *_, last = steps
            content = json.dumps(answers.whole(last)).encode()
            reply = Reply(content, headers={**JSON, **heads(last.runs, call.id)})
            return self.ordering.answer(order, reply, cost=may_have_cost(last.runs))
        first, refuse = next(steps), partial(self._refused, order, asking)
        streaming = Streaming(kind=kind, answers=answers, refuse=refuse, opened=order.opened)
        reply = Reply(streaming.pieces(steps, first), headers={**_STREAM, "x-request-id": call.id})
        return self.ordering.answer(order, reply, cost=True)

    def _answers(self, call: Call) -> Answers:
        wish, base = read_wish(call.body.values), own_address(call.request)
        return Answers(playground=self.ordering.playground, files=self.files, wish=wish, base=base)

    def _refused(self, order: Order, asking: Asking, error: PlaygroundError) -> Refused:
        told = refused(_by_their_names(error, asking.names), self.ordering.runs(order))
        if isinstance(error, ProviderRefused) and told.field:
            return replace(told, field=asking.names.get(told.field, told.field))
        return told


def _by_their_names(error: PlaygroundError, names: dict[str, str]) -> PlaygroundError:
    """Return the error with each field, and every name within a sentence, as the request calls it."""
    if not isinstance(error, InvalidRequest):
        return error
    return type(error)([_renamed(problem, names) for problem in error.problems])


def _renamed(problem: Problem, names: dict[str, str]) -> Problem:
    outer, dot, inner = problem.field.partition(".")
    message = NAMED.sub(lambda found: f"`{names.get(found[1], found[1])}`", problem.message)
    return Problem(f"{names.get(outer, outer)}{dot}{inner}", message)
