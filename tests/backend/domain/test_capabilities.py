from typing import Any

import pytest
from pydantic import Field

from backend.domain.capabilities import Capabilities, Limit, Options, Size
from backend.domain.errors import InvalidRequest, Unsupported
from backend.domain.requests import Request, parse_request


class OwnOptions(Options):
    ttl: int = Field(60, ge=60)


NARROW = Capabilities(
    modes=("text_to_image", "controlnet"),
    default_size=Size(256, 256),
    takes=frozenset({"prompt", "steps", "scheduler", "image", "preprocess", "controls.image", "options.ttl"}),
    limits={"steps": Limit(most=8, reason="The model is distilled for 8.")},
    choices={"scheduler": ("Default", "Euler")},
    reasons={"shift": "The provider has no such setting.", "preprocess=depth": "There is no depth model here."},
    options=OwnOptions,
    most_controls=1,
)


def request(mode: str = "text_to_image", **values: Any) -> Request:
    image = {"image": "0" * 64} if mode != "text_to_image" else {}
    return parse_request({"mode": mode, "prompt": "a boat", **image, **values})


def problems(made: Request) -> dict[str, str]:
    with pytest.raises(Unsupported) as caught:
        NARROW.check(made)
    return {problem.field: problem.message for problem in caught.value.problems}


def test_what_it_can_do_passes() -> None:
    NARROW.check(request(steps=8, scheduler="Euler", options={"ttl": 90}))
    NARROW.check(request("controlnet"))


def test_each_thing_that_it_lacks_is_named_with_the_reason() -> None:
    found = problems(request(steps=9, scheduler="LCM", shift=4))
    assert "the most is 8. The model is distilled for 8." in found["steps"]
    assert "this backend offers Default, Euler" in found["scheduler"]
    assert found["shift"] == "The provider has no such setting."


def test_a_single_choice_of_a_field_can_be_lacking() -> None:
    assert problems(request("controlnet", preprocess="depth")) == {"preprocess": "There is no depth model here."}


def test_a_field_left_at_its_default_is_never_in_the_way() -> None:
    NARROW.check(request(shift=3))


def test_another_mode_says_which_ones_are_offered() -> None:
    assert "which does Text to image, ControlNet" in problems(request("inpaint", mask="1" * 64))["mode"]


def test_controls_beyond_its_number_are_refused() -> None:
    assert "takes 1 in all" in problems(request("controlnet", controls=[{"image": "0" * 64}]))["controls"]


def test_its_own_options_are_read_with_their_types() -> None:
    with pytest.raises(InvalidRequest) as caught:
        NARROW.check(request(options={"ttl": 5, "webhook": "x"}))
    assert {problem.field for problem in caught.value.problems} == {"options.ttl", "options.webhook"}
