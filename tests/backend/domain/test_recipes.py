import pytest

from backend.domain.errors import InvalidRequest
from backend.domain.recipes import check_recipe
from backend.domain.requests import parse_request
from backend.images.metadata.request_text import recipe


def test_a_requests_recipe_becomes_that_request_again() -> None:
    values = {"mode": "outpaint", "prompt": "a sea", "image": "1" * 64, "left": 64, "seed": 2**62, "steps": 4}
    request = parse_request(values)
    assert check_recipe(recipe(request)) == recipe(request)
    assert parse_request({**recipe(request), "image": "1" * 64}) == request


def test_images_never_stand_in_a_recipe() -> None:
    checked = check_recipe({"mode": "inpaint", "prompt": "a", "image": "1" * 64, "mask": "x"} | {"prompt": "a boat"})
    assert checked == {"mode": "inpaint", "prompt": "a boat"}


def test_a_recipe_may_have_neither_prompt_nor_sides() -> None:
    assert check_recipe({"mode": "outpaint", "steps": 4}) == {"mode": "outpaint", "steps": 4}
    assert check_recipe({"steps": 4}) == {"mode": "text_to_image", "steps": 4}


@pytest.mark.parametrize(
    "wrong", [{"steps": 99}, {"mode": "video"}, {"mode": ["inpaint"]}, {"api_key": "x"}, {"prompt": 5}, {"seed": "x"}]
)
def test_a_wrong_value_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        check_recipe(wrong)
