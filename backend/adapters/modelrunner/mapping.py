"""From a request to the model's inputs; pure."""

from collections.abc import Iterator
from typing import Literal

from backend.adapters.modelrunner.options import ModelRunnerOptions
from backend.adapters.modelrunner.wire import PRESETS, Input, Preset, Sides
from backend.domain.requests import ControlNet, seeds

TAKES = frozenset(
    {
        "prompt",
        "image",
        "preprocess",
        "control_scale",
        "control_start",
        "control_end",
        "width",
        "height",
        "steps",
        "count",
        "seed",
        "prompt_expansion",
        "acceleration",
        "output_format",
        "safety",
        "options.one_request",
        "options.expires_after",
    }
)
"""The fields that go into the inputs below, and into the headers that go with them."""
Share = tuple[int, int]
"""The index of a ModelRunner request's first image within the run, and how many images it makes."""


def shares(request: ControlNet, options: ModelRunnerOptions) -> Iterator[Share]:
    """Split a run into ModelRunner's requests: one an image, so that each has its seed, or one for all of them."""
    if options.one_request:
        yield 0, request.count
        return
    for index in range(request.count):
        yield index, 1


def to_input(request: ControlNet, image_url: str, share: Share) -> Input:
    """Return the inputs of one of a run's shares; `image_url` is where the control image was put."""
    index, count = share
    return Input(
        prompt=request.prompt,
        image_url=image_url,
        preprocess=request.preprocess,
        control_scale=request.control_scale,
        control_start=request.control_start,
        control_end=request.control_end,
        image_size=image_size(request),
        num_inference_steps=request.steps,
        num_images=count,
        seed=seeds(request)[index],
        enable_prompt_expansion=request.prompt_expansion,
        acceleration=request.acceleration,
        output_format=request.output_format,
        enable_safety_checker=request.safety,
    )


def image_size(request: ControlNet) -> Literal["auto"] | Preset | Sides:
    """Return the size in ModelRunner's words: a preset's name where one fits, `auto` for the control image's own."""
    if request.width is None or request.height is None:
        return "auto"
    for name, size in PRESETS.items():
        if (size.width, size.height) == (request.width, request.height):
            return name
    return Sides(width=request.width, height=request.height)
