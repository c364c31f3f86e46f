"""ADetailer's arguments, as its API has them."""

from typing import Any

import pytest

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import TextToImage
from tests.ui.endpoints.sdapi.sending import Shelf, colour, mask, wanted
from ui.endpoints.sdapi.asking.names import by_their_names

FACE = {"ad_model": "face_yolov8n.pt"}
PLACE = "alwayson_scripts.ADetailer.args"


def adetailer(*arguments: Any) -> dict[str, Any]:
    return {"alwayson_scripts": {"ADetailer": {"args": [*arguments]}}}


def problem(**sent: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        wanted(**sent)
    return refused.value.problems[0].field, refused.value.problems[0].message


def test_what_is_sent_of_a_face_is_a_detail_and_the_rest_is_adetailers_own() -> None:
    assert wanted(**adetailer(FACE)).values["details"] == [
        {
            "target": "face",
            "confidence": 0.3,
            "mask_padding": 2,
            "mask_blur": 4,
            "strength": 0.4,
            "prompt": "",
            "negative_prompt": "",
        }
    ]
    sent = {"ad_model": "hand_yolov8s.pt", "ad_confidence": 0.5, "ad_dilate_erode": 12, "ad_mask_blur": 9}
    sent |= {"ad_denoising_strength": 0.6, "ad_negative_prompt": "six fingers", "ad_steps": 9, "ad_use_steps": True}
    found = wanted(**adetailer(True, False, FACE, sent | {"ad_cfg_scale": 3.5, "ad_use_cfg_scale": True}))
    _, hand = found.values["details"]
    assert hand == {
        "target": "hand",
        "confidence": 0.5,
        "mask_padding": 6,
        "mask_blur": 9,
        "strength": 0.6,
        "prompt": "",
        "negative_prompt": "six fingers",
        "steps": 9,
        "guidance": 3.5,
    }
    assert found.notes == []
    assert TextToImage(prompt="any", details=found.values["details"]).details[1].target == "hand"


@pytest.mark.parametrize(
    "off",
    [[False, FACE], [False], [FACE | {"ad_tab_enable": False}], [{"ad_model": "None"}, {}], [True, False, {}], [True]],
)
def test_what_is_off_or_without_a_finder_is_no_detail(off: list[Any]) -> None:
    assert "details" not in wanted(**adetailer(*off)).values


def test_numbers_of_its_own_count_only_where_they_are_switched_on() -> None:
    (detail,) = wanted(**adetailer(FACE | {"ad_steps": 28, "ad_cfg_scale": 7.0})).values["details"]
    assert not {"steps", "guidance"} & set(detail)


@pytest.mark.parametrize(
    ("own", "prompt"),
    [("[PROMPT]", ""), ("[PROMPT], smiling", "a red circle, smiling"), ("old [SEP] young", "old"), ("[SKIP]", "")],
)
def test_a_prompt_of_its_own_may_name_the_pictures(own: str, prompt: str) -> None:
    found = wanted(**adetailer(FACE | {"ad_prompt": own}))
    assert found.values["details"][0]["prompt"] == prompt
    assert bool(found.notes) == ("[S" in own)


def test_what_has_no_meaning_here_is_said_once_it_is_asked_for() -> None:
    unasked = {"ad_mask_k_largest": 0.0, "ad_mask_max_ratio": 1.0, "ad_use_sampler": False, "ad_sampler": "DDIM"}
    assert wanted(**adetailer(FACE | unasked | {"ad_checkpoint": None, "ad_version": 3})).notes == []
    said = wanted(**adetailer(FACE | {"ad_mask_k_largest": 1, "ad_dilate_erode": 90})).notes
    assert said == [
        f"`{PLACE}.0.ad_dilate_erode` 90 was taken as 20 pixels on every side, the nearest there is.",
        f"`{PLACE}.0.ad_mask_k_largest` has no effect here.",
    ]


def test_what_cannot_be_found_and_a_wrong_value_are_refused_by_their_place() -> None:
    field, message = problem(**adetailer(True, FACE, {"ad_model": "person_yolov8n-seg.pt"}))
    assert (field, "face or hand" in message) == (f"{PLACE}.2.ad_model", True)
    assert problem(**adetailer(FACE | {"ad_confidence": 3}))[0] == f"{PLACE}.0.ad_confidence"
    assert problem(**adetailer("face"))[0] == f"{PLACE}.0"
    assert problem(**adetailer(*[FACE] * 11))[0] == PLACE
    assert problem(**adetailer(FACE), playground={"details": [{}]})[0] == "playground.details"


def test_why_a_backend_draws_none_is_told_by_adetailers_name() -> None:
    error = by_their_names(InvalidRequest([Problem("details", "need DWPose.")]), "text_to_image")
    assert isinstance(error, InvalidRequest)
    assert [*error.problems] == [Problem(PLACE, "need DWPose.")]


def test_a_picture_that_is_skipped_stays_as_it_is_but_for_its_details() -> None:
    sent = {"init_images": [colour()], "denoising_strength": 0.5}
    assert wanted(**sent, **adetailer(True, False, FACE)).values["strength"] == 0.5
    assert wanted(**sent, **adetailer(True, True, FACE)).values["strength"] == 0
    shelf = Shelf()
    marked = wanted(shelf, **sent, mask=mask(), inpainting_fill=2, **adetailer(True, True, FACE))
    assert (marked.mode, marked.values["strength"]) == ("inpaint", 0)
    assert shelf.is_as_sent(marked.values["image"], sent["init_images"][0])  # type: ignore[index]
