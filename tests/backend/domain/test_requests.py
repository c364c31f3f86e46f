import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from backend.domain.errors import InvalidRequest, from_validation
from backend.domain.requests import (
    MODES,
    REQUEST_TYPES,
    SHARPENED,
    TABBED,
    Request,
    of_image,
    parse_request,
    references,
    seeds,
    undrawn,
    variation_seeds,
)

IMAGE = "0" * 64
MASK = "1" * 64
SMALLEST: dict[str, dict[str, Any]] = {
    "text_to_image": {},
    "image_to_image": {"image": IMAGE},
    "inpaint": {"image": IMAGE, "mask": MASK},
    "outpaint": {"image": IMAGE, "left": 16},
    "controlnet": {"image": IMAGE},
    "upscale": {"image": IMAGE},
}


def request(mode: str = "text_to_image", **values: Any) -> Request:
    return parse_request({"mode": mode, "prompt": "a boat", **SMALLEST[mode], **values})


def problems(mode: str = "text_to_image", **values: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        request(mode, **values)
    refused: InvalidRequest = from_validation(caught.value)
    return {problem.field: problem.message for problem in refused.problems}


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_needs_only_its_prompt_and_its_images(mode: str) -> None:
    made = request(mode)
    assert made.mode == mode
    assert (made.steps, made.guidance, made.shift, made.seed, made.count) == (8, 1, 3, -1, 1)
    assert type(made) is REQUEST_TYPES[made.mode]


@pytest.mark.parametrize("mode", TABBED)
def test_a_request_survives_json_and_pickle(mode: str) -> None:
    made = request(mode, seed=2**63 - 1, loras=[{"model": "a.safetensors", "weight": -4}], options={"ttl": 60})
    assert parse_request(made.model_dump(mode="json")) == made
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"prompt": "a"}, "prompt", "has 1 character; it needs at least 2"),
        ({"prompt": "   a   "}, "prompt", "has 1 character"),
        ({"prompt": "a" * 3001}, "prompt", "has 3001 characters; the most is 3000"),
        ({"negative_prompt": "a"}, "negative_prompt", "at least 2 characters"),
        ({"width": 100, "height": 128}, "width", "is 100; the least is 128"),
        ({"width": 112, "height": 128}, "width", "the least is 128"),
        ({"width": 2064, "height": 128}, "width", "the most is 2048"),
        ({"steps": 0}, "steps", "is 0; the least is 1"),
        ({"steps": 51}, "steps", "the most is 50"),
        ({"steps": 1.5}, "steps", "must be a whole number"),
        ({"seed": -5}, "seed", "is -5; the least is -1"),
        ({"seed": 2**63}, "seed", "the most is 9223372036854775807"),
        ({"seed": "abc"}, "seed", "must be a whole number"),
        ({"count": 21}, "count", "is 21; the most is 20"),
        ({"guidance": 20.5}, "guidance", "the most is 20"),
        ({"guidance": float("nan")}, "guidance", "must be a number"),
        ({"scheduler": "Eular"}, "scheduler", "choose one of"),
        ({"output_quality": 100}, "output_quality", "the most is 99"),
        ({"loras": [{"model": "a", "weight": 4.5}]}, "loras.0.weight", "the most is 4"),
        ({"colour": "red"}, "colour", "is not a field of this request"),
    ],
)
def test_a_wrong_value_names_its_field_and_the_way_out(values: dict[str, Any], field: str, words: str) -> None:
    assert words in problems(**values)[field]


@pytest.mark.parametrize(
    ("mode", "values", "words"),
    [
        ("text_to_image", {"width": 256}, "`width` and `height` together"),
        ("outpaint", {"left": 0}, "at least one of"),
        ("controlnet", {"control_start": 0.9}, "must be below `control_end`"),
        ("controlnet", {"low_threshold": 200}, "`low_threshold` is 200 and must be below `high_threshold`, 200"),
        ("text_to_image", {"controls": [{"image": IMAGE, "high_threshold": 99}]}, "must be below `high_threshold`, 99"),
        ("text_to_image", {"seed": 2**63 - 1, "count": 2}, "is above"),
        ("text_to_image", {"accelerator": {"cache_end_step": 9}}, "this run has 8 steps"),
        ("text_to_image", {"accelerator": {"fb_cache": True, "db_cache": True}}, "choose one of"),
        ("text_to_image", {"accelerator": {"cache_start_step": 1, "cache_start_step_percentage": 9}}, "not both"),
        ("text_to_image", {"accelerator": {"cache_start_step": 4, "cache_end_step": 4}}, "must be below"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(mode: str, values: dict[str, Any], words: str) -> None:
    assert words in " ".join(problems(mode, **values).values())


def test_all_wrong_fields_are_named_at_once() -> None:
    assert set(problems(steps=0, count=21, seed=-5)) == {"steps", "count", "seed"}


def test_an_image_is_a_reference_never_a_path() -> None:
    assert "sha256" in problems("image_to_image", image="/etc/passwd")["image"]


def test_a_seed_may_come_as_text_since_browsers_lose_large_integers() -> None:
    assert request(seed="9223372036854775807").seed == 2**63 - 1


def test_image_i_has_the_seed_plus_i() -> None:
    assert seeds(request(seed=7, count=3)) == (7, 8, 9)


def test_a_request_names_all_the_images_that_it_needs() -> None:
    made = request("inpaint", controls=[{"image": "2" * 64}])
    assert references(made) == (IMAGE, MASK, "2" * 64)


def test_a_request_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        request().steps = 4  # type: ignore[misc]


@pytest.mark.parametrize("wrong", ["²", "9" * 5000, "1.5", "seven", "--1", ""])
def test_a_seed_that_is_no_number_is_refused_in_words_fit_for_a_visitor(wrong: str) -> None:
    with pytest.raises(ValidationError, match="must be a whole number from -1"):
        parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": wrong})


def test_variations_share_the_seed_and_count_the_variation_seeds() -> None:
    varied = request(seed=7, variation_seed=20, variation_strength=0.2, count=3)
    assert seeds(varied) == (7, 7, 7)
    assert variation_seeds(varied) == (20, 21, 22)
    assert of_image(varied, 2) == varied.model_copy(update={"variation_seed": 22, "count": 1})
    plain = varied.model_copy(update={"variation_strength": 0.0})
    assert (seeds(plain), variation_seeds(plain), of_image(plain, 2)) == ((7, 8, 9), (None, None, None), plain)


def test_the_last_variation_seed_is_a_seed_too() -> None:
    highest = 2**63 - 1
    assert any(
        "`variation_seed` plus 1" in text
        for text in problems(seed=highest, variation_seed=highest, variation_strength=0.2, count=2).values()
    )


def test_an_enlargement_needs_no_prompt_and_keeps_one() -> None:
    assert parse_request({"mode": "upscale", "image": IMAGE}).prompt == ""
    made = request("upscale", seed=7, factor=4, upscaler="4x-small")
    assert (made.prompt, made.seed) == ("a boat", 7)
    assert pickle.loads(pickle.dumps(parse_request(made.model_dump(mode="json")))) == made


@pytest.mark.parametrize(("factor", "words"), [(1.4, "the least is 1.5"), (4.1, "the most is 4")])
def test_the_factor_of_an_enlargement_is_from_one_and_a_half_to_four(factor: float, words: str) -> None:
    assert words in problems("upscale", factor=factor)["factor"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 4),
        ("guidance", 3.0),
        ("count", 2),
        ("loras", [{"model": "a"}]),
        ("safety", True),
        ("scheduler", "DDIM"),
    ],
)
def test_a_setting_of_drawing_is_refused_where_nothing_is_drawn(name: str, value: object) -> None:
    assert name not in SHARPENED
    assert f"`{name}` would have no effect" in problems("upscale", **{name: value})[""]


def test_an_enlargement_that_is_drawn_anew_takes_what_a_drawing_takes() -> None:
    made = request("upscale", method="redraw", steps=4, loras=[{"model": "a"}], count=2)
    assert (made.strength, made.control_scale, undrawn(made)) == (0.25, 0.85, False)
    assert undrawn(request("upscale"))
    assert not undrawn(request())


@pytest.mark.parametrize(("name", "value"), [("strength", 0.4), ("control_scale", 0.5)])
def test_what_holds_tiles_is_refused_where_none_are_drawn(name: str, value: float) -> None:
    assert f"`{name}` would have no effect" in problems("upscale", **{name: value})[""]
    assert "the least is 0.05" in problems("upscale", method="redraw", strength=0)["strength"]


def test_a_high_resolution_fix_is_off_until_its_scale_says_otherwise() -> None:
    assert not request().has_second_pass
    assert request(hires_scale=1.5).has_second_pass
    assert "the most is 4" in problems(hires_scale=5)["hires_scale"]
