"""A caller's own settings."""

from typing import Any

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest
from backend.playground import Playground
from backend.visitors.identity import guest_id
from ui.endpoints.openai.models import model_id
from ui.endpoints.sdapi.own_settings import OwnSettings

ONE, OTHER = Caller("one"), Caller("other")


@pytest.fixture
def settings(playground: Playground) -> OwnSettings:
    """Return the settings of a playground's callers."""
    return OwnSettings(playground)


def test_all_that_was_read_can_be_sent_back(settings: OwnSettings) -> None:
    assert settings.set(ONE, settings.of(ONE)) == []
    assert settings.of(ONE) == settings.of(OTHER)


def test_what_is_set_is_the_callers_alone_and_counts_for_their_requests(settings: OwnSettings) -> None:
    assert settings.set(ONE, {"samples_format": "webp", "playground_as_sent": True}) == []
    assert settings.of(ONE)["samples_format"] == "webp"
    assert settings.of(OTHER)["samples_format"] == "png"
    held = settings.chosen(ONE, {})
    assert (held.values["output_format"], held.as_sent) == ("webp", True)
    assert settings.chosen(ONE, {"samples_format": "jpg"}).values["output_format"] == "jpeg"
    assert settings.chosen(OTHER, {}).values == {}


def test_what_has_no_effect_is_named_and_not_kept(settings: OwnSettings) -> None:
    assert settings.set(ONE, {"inpainting_mask_weight": 1, "CLIP_stop_at_last_layers": 2}) == [
        "inpainting_mask_weight",
        "CLIP_stop_at_last_layers",
    ]
    assert "inpainting_mask_weight" not in settings.of(ONE)
    assert settings.of(ONE)["CLIP_stop_at_last_layers"] == 1


def test_an_empty_word_changes_nothing(settings: OwnSettings) -> None:
    before = settings.of(ONE)
    assert settings.set(ONE, {"samples_format": "", "sd_model_checkpoint": ""}) == []
    assert settings.of(ONE) == before


def test_a_model_is_picked_by_its_title_or_refused_with_those_that_there_are(
    settings: OwnSettings, playground: Playground
) -> None:
    title = model_id(playground.backends["fake"])
    assert settings.set(ONE, {"sd_model_checkpoint": title}) == []
    with pytest.raises(InvalidRequest) as refused:
        settings.set(ONE, {"sd_model_checkpoint": "v1-5-pruned.safetensors [cc6cb27103]"})
    assert refused.value.problems[0].field == "sd_model_checkpoint"
    assert title in str(refused.value)


def test_a_picked_backend_stays_picked_when_its_owner_loads_another_model(
    settings: OwnSettings, playground: Playground
) -> None:
    fake = playground.backends["fake"]
    settings.set(ONE, {"sd_model_checkpoint": model_id(fake)})
    fake.label = "Another model"  # by which the fake calls what it draws with
    assert settings.of(ONE)["sd_model_checkpoint"] == model_id(fake) == "fake/another-model"
    held = settings.chosen(ONE, {})
    assert settings.backend(held.model, "sd_model_checkpoint") is fake


@pytest.mark.parametrize("wrong", [{"samples_format": "tiff"}, {"samples_format": 3}, {"playground_as_sent": "yes"}])
def test_a_setting_that_acts_and_cant_be_so_is_refused(settings: OwnSettings, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        settings.set(ONE, wrong)  # type: ignore[arg-type]
    assert refused.value.problems[0].field in wrong


@pytest.mark.parametrize("value", ["abc", "9" * 1000, 19, 100, 80.5, True, [80]])
def test_a_quality_that_is_none_isnt_kept_to_spoil_what_comes_after(settings: OwnSettings, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        settings.set(ONE, {"jpeg_quality": value})
    assert refused.value.problems[0].field == "jpeg_quality"
    assert len(refused.value.problems[0].message) < 200
    assert settings.of(ONE)["jpeg_quality"] == 95


def test_a_guest_hears_that_nothing_is_kept_for_them(settings: OwnSettings) -> None:
    guest = Caller(guest_id("0" * 32))
    assert settings.set(guest, {"samples_format": "webp", "jpeg_quality": 95}) == ["samples_format"]
    assert settings.of(guest)["samples_format"] == "png"
