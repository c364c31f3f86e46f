from typing import Annotated, Any

import pytest
from pydantic import Field

from backend.domain.common_fields import Common
from backend.domain.field_notes import Infotext, Place, Weighs, noted, of_drawings, standing_in, step_factor, step_sorts
from backend.domain.requests import ImageToImage, TextToImage, parse_request
from backend.images.metadata.request_text import infotext
from backend.restore.tools.infotext import read_infotext
from tests.backend.adapters.takes.samples import SAMPLES

IMAGE = "0" * 64


class Sharper(TextToImage):
    """A request with new fields: two that say what they are, and one that says nothing."""

    sharpness: Annotated[float, Place("fine"), Weighs("step", times=lambda value: 1 + value)] = 0.0
    tiles: Annotated[int, Place("fine", 35), Weighs("step", sort=lambda value: value > 1)] = 1
    enlarged: float = Field(1.0, ge=1)


def test_a_control_stands_in_its_fold_by_rank_and_without_one_last() -> None:
    fine = standing_in(Sharper.model_fields, "fine")
    assert fine[-1] == "sharpness"
    assert fine.index("tiles") == fine.index("guidance") + 1
    assert standing_in(Sharper.model_fields, "file") == ["output_format", "output_quality"]


def test_a_field_that_says_nothing_of_its_weight_is_never_priced_by_the_times_of_another_value() -> None:
    one, other = Sharper(prompt="a fox", enlarged=1), Sharper(prompt="a boat", enlarged=2, seed=5, steps=4)
    assert of_drawings(one) != of_drawings(other)
    assert of_drawings(one) == of_drawings(other.model_copy(update={"enlarged": 1}))


def test_the_weights_of_all_fields_are_multiplied_and_their_sorts_told_apart() -> None:
    plain = Sharper(prompt="a fox")
    assert step_factor(plain) == 1
    assert step_factor(Sharper(prompt="a fox", guidance=3, sharpness=0.5)) == 3
    for heavier in ({"guidance": 3}, {"sharpness": 0.5}, {"tiles": 2}, {"loras": [{"model": "style"}]}):
        assert step_sorts(Sharper(prompt="a fox", **heavier)) != step_sorts(plain), heavier
    for as_heavy in ({"guidance": 0.5}, {"shift": 5.0}, {"negative_prompt": "fog"}):
        assert step_sorts(Sharper(prompt="a fox", **as_heavy)) == step_sorts(plain), as_heavy


def test_a_rehearsal_is_told_apart_by_what_a_mode_adds() -> None:
    added = ImageToImage.model_fields.keys() - Common.model_fields.keys()
    assert of_drawings(ImageToImage(prompt="a fox", image=IMAGE)).keys() == {"controls", "details", *added}


@pytest.mark.parametrize("field", noted(Common.model_fields, Infotext))
def test_what_is_named_in_an_infotext_is_read_from_it(field: str) -> None:
    assert_read_back(field, {"mode": "text_to_image", **SAMPLES[field][1]})


@pytest.mark.parametrize("pictures", [{"mode": "image_to_image"}, {"mode": "inpaint", "mask": IMAGE}])
def test_so_is_a_modes_own(pictures: dict[str, str]) -> None:
    assert_read_back("strength", {**pictures, "image": IMAGE, "strength": 0.4})


def assert_read_back(field: str, values: dict[str, Any]) -> None:
    request = parse_request({"prompt": "a fox", **values})
    found = read_infotext(infotext(request, request.seed))
    assert found
    assert float(found.values[field]) == getattr(request, field)
