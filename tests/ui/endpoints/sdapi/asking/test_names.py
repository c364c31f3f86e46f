"""What is wrong, by the names that the body has."""

import pytest

from backend.domain.errors import InvalidRequest, NotFound, Problem
from backend.domain.requests import Mode
from ui.endpoints.sdapi.asking.names import by_their_names


def named(field: str, message: str = "is wrong.", mode: Mode = "text_to_image") -> tuple[str, str]:
    error = by_their_names(InvalidRequest([Problem(field, message)]), mode)
    assert isinstance(error, InvalidRequest)
    return error.problems[0].field, error.problems[0].message


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("guidance", "cfg_scale"),
        ("strength", "denoising_strength"),
        ("count", "batch_size"),
        ("variation_strength", "subseed_strength"),
        ("image", "init_images"),
        ("hires_scale", "hr_scale"),
        ("hires_steps", "hr_second_pass_steps"),
        ("hires_strength", "denoising_strength"),
        ("hires_method", "hr_upscaler"),
        ("output_quality", "override_settings.jpeg_quality"),
        ("prompt", "prompt"),
        ("", ""),
    ],
)
def test_fields_are_called_as_there(ours: str, theirs: str) -> None:
    assert named(ours, mode="image_to_image")[0] == theirs


def test_names_within_a_sentence_are_theirs_too() -> None:
    assert named("", "`seed` plus 3; see `guidance`")[1] == "`seed` plus 3; see `cfg_scale`"


def test_the_mode_of_a_unit_is_the_first_one_and_further_controls_follow() -> None:
    units = "alwayson_scripts.ControlNet.args"
    assert named("control_scale", mode="controlnet")[0] == f"{units}.0.weight"
    assert named("image", mode="controlnet")[0] == f"{units}.0.image"
    assert named("controls.0.scale", mode="controlnet")[0] == f"{units}.1.weight"
    assert named("controls.0.preprocess", mode="inpaint")[0] == f"{units}.0.module"
    assert named("controls", mode="inpaint")[0] == units
    said = named("", "`control_start` is 0.9 and must be below `control_end`, 0.1", "controlnet")[1]
    assert said == "`guidance_start` is 0.9 and must be below `guidance_end`, 0.1"
    said = named("controls.1", "`start` is 0.9 and `end` is 0.1", "inpaint")[1]
    assert said == "`guidance_start` is 0.9 and `guidance_end` is 0.1"


def test_other_errors_stay_as_they_are() -> None:
    error = NotFound("It is gone.")
    assert by_their_names(error, "inpaint") is error
