"""A body of `/txt2img`, and what every body has."""

from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.fake import TAKES, FakeBackend
from backend.domain.errors import InvalidRequest
from tests.ui.endpoints.sdapi.sending import wanted
from ui.endpoints.sdapi.asking.body import Txt2Img, read_body


def problem(**sent: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        wanted(**sent)
    (only,) = refused.value.problems
    return only.field, only.message


def test_words_alone_say_nothing_else() -> None:
    found = wanted()
    assert (found.mode, found.runs, found.notes) == ("text_to_image", 1, [])
    assert found.values == {"prompt": "a red circle", "styles": [], "seed": -1, "count": 1}


def test_nulls_and_unknown_fields_are_no_words() -> None:
    body = read_body(Txt2Img, {"prompt": "a cat", "seed": None, "hr_checkpoint_name": None, "url": "x", "auth": "a:b"})
    assert (body.prompt, body.seed) == ("a cat", -1)
    assert "auth" not in body.model_dump()


def test_a_batch_is_the_images_of_one_run_and_the_batch_count_is_runs_with_further_seeds() -> None:
    found = wanted(batch_size=3, n_iter=2, seed=10)
    assert [values["seed"] for values in found.each()] == [10, 13]
    assert {values["count"] for values in found.each()} == {3}


def test_a_drawn_seed_is_drawn_once_for_all_runs() -> None:
    first, second, third = (values["seed"] for values in wanted(batch_size=2, n_iter=3).each())
    assert 0 <= first < 2**32
    assert (second, third) == (first + 2, first + 4)
    assert [values["seed"] for values in wanted(batch_size=2).each()] == [-1]  # drawn where every seed is


def test_a_subseed_is_a_variation_whose_own_seeds_go_on() -> None:
    found = wanted(seed=7, subseed=100, subseed_strength=0.25, n_iter=2)
    told = [(each["seed"], each["variation_seed"], each["variation_strength"]) for each in found.each()]
    assert told == [(7, 100, 0.25), (7, 101, 0.25)]


def test_sides_that_cant_be_drawn_are_rounded_and_said() -> None:
    found = wanted(width=520, height=768)
    assert (found.values["width"], found.values["height"]) == (512, 768)
    assert found.notes == ["Sides are multiples of 16 here: `width` 520 as 512."]


@pytest.mark.parametrize("name", ["restore_faces", "tiling"])
def test_what_isnt_done_here_is_refused_by_its_name(name: str) -> None:
    assert problem(**{name: True})[0] == name
    assert wanted(**{name: False}).notes == []


def test_a_script_and_a_second_model_are_refused_by_their_names() -> None:
    assert problem(script_name="X/Y/Z plot")[0] == "script_name"
    assert problem(refiner_checkpoint="sd_xl_refiner")[0] == "refiner_checkpoint"


def test_what_has_no_meaning_is_named_once_it_is_asked_for() -> None:
    assert wanted(eta=1.0, s_churn=0, seed_resize_from_w=0).notes == []
    assert wanted(eta=0.5).notes == ["`eta` has no effect here."]


def test_a_negative_prompt_is_taken_and_where_it_doesnt_act_it_is_said() -> None:
    plain = wanted(negative_prompt="ugly")
    assert plain.values["negative_prompt"] == "ugly"
    said = '`negative_prompt` acts only with `cfg_scale` above 1, or with `playground` {"nag_scale": 5}.'
    assert plain.notes == [said]
    assert wanted(negative_prompt="ugly", cfg_scale=3).notes == []
    assert wanted(negative_prompt="ugly", playground={"nag_scale": 5}).notes == []
    without = replace(FakeBackend.capabilities, takes=TAKES - {"nag_scale"})
    assert wanted(can=without, negative_prompt="ugly").notes == [
        "`negative_prompt` acts only with `cfg_scale` above 1."
    ]
    deaf = wanted(can=replace(FakeBackend.capabilities, takes=TAKES - {"negative_prompt"}), negative_prompt="ugly")
    assert "negative_prompt" not in deaf.values
    assert deaf.notes == ["`negative_prompt` has no effect with this model."]


def test_settings_of_the_request_choose_the_file_and_the_others_are_named() -> None:
    found = wanted(override_settings={"samples_format": "jpg", "jpeg_quality": 80, "eta_noise_seed_delta": 31337})
    assert (found.values["output_format"], found.values["output_quality"]) == ("jpeg", 80)
    assert found.notes == ["`override_settings.eta_noise_seed_delta` has no effect here."]


def test_steps_and_guidance_to_the_letter_are_a_setting() -> None:
    found = wanted(steps=20, cfg_scale=7, override_settings={"playground_as_sent": True})
    assert (found.values["steps"], found.values["guidance"], found.notes) == (20, 7.0, [])


def test_a_high_resolution_fix_is_taken_by_its_names() -> None:
    found = wanted(enable_hr=True, hr_scale=1.5, hr_second_pass_steps=4, denoising_strength=0.4, hr_upscaler="Lanczos")
    taken = {name: value for name, value in found.values.items() if name.startswith("hires_")}
    assert taken == {"hires_scale": 1.5, "hires_steps": 4, "hires_strength": 0.4, "hires_method": "Lanczos"}
    assert (found.mode, found.notes) == ("text_to_image", [])
    assert not any(name.startswith("hires_") for name in wanted(enable_hr=False, hr_scale=2).values)


def test_a_second_passes_size_goes_before_its_scale() -> None:
    assert wanted(enable_hr=True, width=512, height=512, hr_resize_x=1024, hr_scale=1.5).values["hires_scale"] == 2


def test_a_second_passes_size_of_another_shape_is_said_to_cut_nothing() -> None:
    found = wanted(enable_hr=True, width=512, height=512, hr_resize_x=1024, hr_resize_y=768)
    assert (found.values["hires_scale"], len(found.notes)) == (2, 1)
    assert "`hr_resize_x`" in found.notes[0]
    assert wanted(enable_hr=True, width=512, height=512, hr_resize_x=768, hr_resize_y=768).notes == []


def test_nearest_is_no_lanczos() -> None:
    assert wanted(enable_hr=True, hr_upscaler="Nearest").notes == [
        "`hr_upscaler` 'Nearest' isn't here: Lanczos was taken."
    ]


def test_what_a_second_pass_cannot_have_is_said() -> None:
    sent = {"hr_upscaler": "Latent", "hr_prompt": "a blue circle", "hr_sampler_name": "Use same sampler"}
    found = wanted(enable_hr=True, **sent)
    assert found.values["hires_method"] == "Lanczos"
    assert found.notes == [
        "`hr_upscaler` 'Latent' isn't here: Lanczos was taken.",
        "`hr_prompt` has no effect here: both passes are drawn alike.",
    ]


def test_a_second_pass_is_refused_where_it_is_not_made() -> None:
    can = replace(FakeBackend.capabilities, takes=TAKES - {"hires_scale"}, reasons={"hires_scale": "Not here."})
    with pytest.raises(InvalidRequest, match=r"`enable_hr`: asks for a second pass\. Not here\."):
        wanted(can=can, enable_hr=True)
    assert problem(enable_hr=True, init_images=["x"])[0] == "enable_hr"
