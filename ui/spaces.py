"""Two endpoints in shapes that many scripts speak: that of the official Space, and that of another popular one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.events import api

from backend.errors import InvalidRequest, Problem
from ui import words
from ui.caller import caller_of

if TYPE_CHECKING:
    from ui.api import Api

_GALLERY = tuple[list[FileData], str, int]
_IMAGE = tuple[FileData, int]


class Spaces:
    """Answers the endpoints through the API's own run, so that checks, record and caps are the same."""

    def __init__(self, own: "Api") -> None:
        self.own = own

    def add_to_page(self) -> None:
        """Register the endpoints; call it inside the page's Blocks."""
        api(self.generate, api_name="generate")
        api(self.generate_image, api_name="generate_image")

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
    ) -> _GALLERY:
        """Make an image as the official Space does. Returns the gallery with it in front, and the seed twice."""
        width, height = _sides(resolution)
        values = {"prompt": prompt, "width": width, "height": height, "steps": steps, "shift": shift}
        files, used = self._one(request, {**values, "seed": -1 if random_seed else seed})
        gallery: Any = [*files, *(gallery_images or [])]
        return gallery, str(used), used

    def generate_image(
        self,
        request: gr.Request,
        prompt: str,
        height: int = 1024,
        width: int = 1024,
        num_inference_steps: int = 9,
        seed: int = 42,
        randomize_seed: bool = True,
    ) -> _IMAGE:
        """Make an image from words. Returns it and its seed."""
        values = {"prompt": prompt, "width": width, "height": height, "steps": num_inference_steps}
        files, used = self._one(request, {**values, "seed": -1 if randomize_seed else seed})
        image: Any = files[0]
        return image, used

    def _one(self, request: gr.Request, values: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        caller = caller_of(self.own.playground, request)
        files, run = _last(self.own.run("text_to_image", caller, {**values, "backend": "auto"}))
        return files, int(run["seeds"][0] or 0)


def _last(
    answers: Iterator[tuple[list[dict[str, Any]], dict[str, Any]]],
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *_, last = answers
    return last


def _sides(resolution: str) -> tuple[int, int]:
    """Read `1024x1024 ( 1:1 )`; the part in brackets is for people."""
    width, _, height = resolution.partition("(")[0].strip().partition("x")
    if not (width.strip().isdigit() and height.strip().isdigit()):
        error = InvalidRequest([Problem("resolution", f"is {resolution[:40]!r}; write it as `1024x1024`.")])
        raise gr.Error(words.sentence(error), print_exception=False)
    return int(width), int(height)
