"""The example of the model's own page: every field of its request comes out at the same value."""

import json
from collections.abc import Callable
from pathlib import Path

from backend.adapters.modelrunner.mapping import to_input
from backend.domain.events import Event
from backend.domain.requests import ControlNet
from backend.simulator.world import World

EXAMPLE = Path(__file__).parents[3] / "wire" / "modelrunner" / "futuristic-city-skyline.request.json"

DEFAULTS = {
    "control_start": 0.0,
    "control_end": 0.8,
    "num_inference_steps": 8,
    "num_images": 1,
    "enable_prompt_expansion": False,
    "acceleration": "none",
    "output_format": "png",
    "enable_safety_checker": False,
}
ADDED = {**DEFAULTS, "seed": 42}
"""All that our request has beyond the example's: every default said aloud, and the seed."""
BESIDE = {"metadata"}
"""What is sent beside the model's inputs: the tag by which a request is found whose answer was lost."""


def example() -> dict[str, object]:
    found: dict[str, object] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return found


def wanted(image: str) -> ControlNet:
    return ControlNet(
        prompt=str(example()["prompt"]),
        image=image,
        preprocess="canny",
        control_scale=0.75,
        width=1024,
        height=576,
        seed=42,
    )


def test_the_example_comes_out_of_the_mapping() -> None:
    message = to_input(wanted("0" * 64), str(example()["image_url"]), (0, 1))
    assert message.body() == example() | ADDED


def test_the_example_is_what_is_sent_with_the_address_of_the_uploaded_image(
    ask: Callable[..., list[Event]], world: World, control_image: str, address: str
) -> None:
    ask(**wanted(control_image).model_dump(exclude={"mode"}, exclude_defaults=True))
    (sent,) = (arrival.body for arrival in world.arrivals if arrival.operation == "modelrunner.submit")
    uploaded = next(a.body["name"] for a in world.arrivals if a.operation == "modelrunner.put")
    assert sent.keys() - example().keys() - ADDED.keys() == BESIDE
    assert {k: v for k, v in sent.items() if k not in BESIDE} == example() | ADDED | {
        "image_url": f"{address}/media/{uploaded}"
    }
