import re
from typing import Any

import pytest

from backend.adapters.fake import FakeBackend
from backend.adapters.step_cache_rules import CACHES
from backend.domain.parts import Accelerator
from backend.domain.requests import TABBED
from backend.playground import Playground
from ui.form.reading import every_field
from ui.inputs.cache_options import EVERY, read_accelerator, show_accelerator
from ui.page import build


def test_all_twelve_options_have_a_control() -> None:
    told = {*CACHES, *EVERY, *(name for own in CACHES.values() for name in own)}
    assert told == set(Accelerator.model_fields)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"fb_cache": True, "fb_cache_threshold": 0.4, "cache_start_step": 2},
    {"tea_cache": True, "tea_cache_distance": 0.1, "cache_end_step_percentage": 80},
    {"db_cache": True, "db_cache_skip_interval": 3, "cache_max_consecutive_steps": 2},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_what_is_shown_is_read_back(options: dict[str, Any]) -> None:
    assert Accelerator(**read_accelerator(show_accelerator(options))) == Accelerator(**options)


def test_numbers_of_a_cache_that_is_off_stay_out() -> None:
    held = show_accelerator({"tea_cache": True}) | {"accelerator__fb_cache_threshold": 0.9}
    assert "fb_cache_threshold" not in read_accelerator(held)
    assert read_accelerator({"accelerator__cache_start_step": "3"}) == {}


def test_every_field_of_every_request_and_every_option_has_a_control(playground: Playground) -> None:
    apart = {"accelerator", "controls", "prompt"}
    components = [component["props"] for component in build(playground).config["components"]]
    (sheet,) = (props for props in components if props.get("elem_id") == "sheet")
    ids = {props.get("elem_id") for props in components} | set(re.findall(r' id="([\w-]+)"', sheet["html_template"]))
    wanted = {key.replace("__", "-") for key, (name, _) in every_field().items() if name not in (*apart, "options")}
    own = {f"fake-{name}" for name in FakeBackend.capabilities.options.model_fields}
    assert wanted | own | {"easel", "mask", "further-controls", "accelerator", "prompt"} <= ids
    assert set(TABBED) == {"text_to_image", "image_to_image", "inpaint", "outpaint", "controlnet"}
