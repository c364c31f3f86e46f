"""Two endpoints in shapes that many scripts speak: that of the official Space, and that of another popular one."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import Mode
from backend.playground import Playground
from ui.look.words import sentence
from ui.serving.caller import caller_of

Answer = tuple[list[dict[str, Any]], dict[str, Any]]
"""The files so far, and what is said of the run."""
Run = Callable[[Mode, Caller, dict[str, JsonValue]], Iterator[Answer]]
"""What runs a mode's values for a caller, and yields the files so far and what is said of them."""
_GALLERY = tuple[list[FileData], str, int]
_IMAGE = tuple[FileData, int]


class Spaces:
    """Answers the endpoints through the API's own run, so that checks, record and caps are the same."""

    def __init__(self, playground: Playground, run: Run) -> None:
        self.playground = playground
        self.run = run

    def add_to_page(self) -> None:
        """Register the endpoints; call it inside the page's Blocks."""
        api(_answering(self.generate, _GALLERY), api_name="generate")
        api(_answering(self.generate_image, _IMAGE), api_name="generate_image")

    def generate(
        self,
        request: gr.Request,
        prompt: str,
        resolution: str = "1024x1024 ( 1:1 )",
        seed: int = 42,
        steps: int = 8,
        shift: float = 3.0,
        random_seed: bool = True,
        gallery_images: list | None = None,  # type: ignore[type-arg]  # Gradio reads the bare type
    ) -> Iterator[_GALLERY]:
        """Make an image as the official Space does. Returns the gallery with it in front, and the seed twice."""
        width, height = _sides(resolution)
        values: dict[str, JsonValue] = {"prompt": prompt, "width": width, "height": height, "steps": steps}
        values["shift"] = shift
        for files, used in self._one(request, {**values, "seed": -1 if random_seed else seed}):
            gallery: Any = [*files, *(gallery_images or [])]
            yield gallery, str(used), used

    def generate_image(
        self,
        request: gr.Request,
        prompt: str,
        height: int = 1024,
        width: int = 1024,
        num_inference_steps: int = 9,
        seed: int = 42,
        randomize_seed: bool = True,
    ) -> Iterator[_IMAGE]:
        """Make an image from words. Returns it and its seed."""
        values: dict[str, JsonValue] = {"prompt": prompt, "width": width, "height": height}
        values["steps"] = num_inference_steps
        for files, used in self._one(request, {**values, "seed": -1 if randomize_seed else seed}):
            image: Any = files[0] if files else None
            yield image, used

    def _one(self, request: gr.Request, values: dict[str, JsonValue]) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """Yield the files and the seed so far (0 until it is known): Gradio can cancel between two of them."""
        caller = caller_of(self.playground, request)
        for files, run in self.run("text_to_image", caller, {**values, "backend": "auto"}):
            (seed, *_) = run.get("seeds") or (0,)
            yield files, int(seed or 0)


def _answering(call: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """Return a generator as an endpoint whose answer is of this type: Gradio reads it as each of its words."""

    @functools.wraps(call)
    def said(*given: object, **named: object) -> Iterator[Any]:
        yield from call(*given, **named)

    shaped: Any = said
    shaped.__signature__ = inspect.signature(call).replace(return_annotation=answer)
    shaped.__annotations__ = {**call.__annotations__, "return": answer}
    return said


def _sides(resolution: str) -> tuple[int, int]:
    """Read `1024x1024 ( 1:1 )`; the part in brackets is for people."""
    width, _, height = resolution.partition("(")[0].strip().partition("x")
    if not (width.strip().isdigit() and height.strip().isdigit()):
        error = InvalidRequest([Problem("resolution", f"is {resolution[:40]!r}; write it as `1024x1024`.")])
        raise gr.Error(sentence(error), print_exception=False)
    return int(width), int(height)
