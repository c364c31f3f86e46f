"""The prompt helper for scripts: `/enhance` and `/describe`, which assistants have as tools too."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, PlaygroundError, Problem
from backend.playground import Playground
from backend.prompt_helper.asking import LANGUAGES, PromptHelper
from backend.prompt_helper.server import Server
from backend.prompt_helper.suggestion import Suggestion, suggestion_json
from ui.form.signatures import parameter, typed
from ui.look import words
from ui.prompt_helper.sent_picture import sent_picture
from ui.serving.caller import caller_of

Task = Literal["enhance", "describe"]
TASKS: tuple[Task, ...] = ("enhance", "describe")
Steps = Iterator[Suggestion | None]
_DOES: dict[Task, str] = {
    "enhance": "Word a prompt better, in its own language; words in quotes and {{names}} stay to the letter.",
    "describe": "Tell what a picture shows, as a prompt that draws something like it.",
}
_SENT: dict[Task, str] = {"enhance": "the prompt", "describe": "the picture (a small JPEG without its metadata)"}
_ANSWER = (
    "Nothing is drawn. Answers with the new `text`, what was `put_back` into it and what was `added`, whether it is in "
    "`other_language` or `cut` short, who wrote it, and its cost; an unknown cost is null. Caps and rates hold."
)


@dataclass(frozen=True, slots=True)
class PromptHelperApi:
    """Answers both, by the rules of the page's own buttons."""

    playground: Playground

    def add_to_page(self) -> None:
        """Register the endpoints; call it inside the page's Blocks."""
        prompt = parameter("prompt", str, inspect.Parameter.empty)
        self._register("enhance", [prompt], self.enhance)
        picture = parameter("image", FileData, inspect.Parameter.empty)
        language = parameter("language", str, LANGUAGES[0])
        self._register("describe", [picture, language], self.describe)

    def enhance(self, caller: Caller, prompt: object) -> Steps:
        """Yield None while the helper words a prompt better, then its suggestion.

        Raises `InvalidRequest` for what is no prompt, and what `PromptHelper.enhance` raises.
        """
        if not isinstance(prompt, str):
            raise InvalidRequest([Problem("prompt", "must be a text.")])
        yield from self._helper.enhance(_script(caller), prompt)

    def describe(self, caller: Caller, image: object, language: object = LANGUAGES[0]) -> Steps:
        """Yield likewise what an uploaded picture shows.

        Raises `InvalidRequest` for a picture or a language that is none, and what `PromptHelper.describe` raises.
        """
        known = next((each for each in LANGUAGES if each == language), None)
        if known is None:
            raise InvalidRequest([Problem("language", f"is {language!r}; choose one of {', '.join(LANGUAGES)}.")])
        caller = _script(caller)
        picture = partial(sent_picture, self.playground, caller, image, "is missing; upload one.")
        yield from self._helper.describe(caller, picture, known)

    @property
    def _helper(self) -> PromptHelper:
        return self.playground.prompt_helper

    def _register(self, task: Task, parameters: list[inspect.Parameter], steps: Callable[..., Steps]) -> None:
        def call(*given: Any) -> Iterator[dict[str, Any] | None]:
            request, *rest = given
            try:
                for found in steps(caller_of(self.playground, request), *rest):
                    yield suggestion_json(found) if found else None
            except PlaygroundError as error:
                raise gr.Error(words.sentence(error), print_exception=False) from error

        summary = told_of(task, self._helper.server)
        api(typed(call, task, summary, parameters, dict), api_name=task)


def told_of(task: Task, server: Server | None) -> str:
    """Return what a task does, what it sends and where to: whoever calls it has to know before."""
    if server is None:
        where = "No prompt helper is set up here, so this is refused until there is one"
        sent = f"{where}; then {_SENT[task]} is sent to it."
    elif server.is_here:
        sent = f"Asks a language model on the playground's own machine ({server.host})."
    else:
        sent = f"Sends {_SENT[task]} away, to a language model at {server.host}."
    return f"{_DOES[task]} {sent} {_ANSWER}"


def _script(caller: Caller) -> Caller:
    """Return whoever calls as a script, whose cancel means what it says; only a page may come back."""
    return replace(caller, page=None)
