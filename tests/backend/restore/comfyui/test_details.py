"""Graphs with Impact Pack's detailers: faces and hands become details, what else they find is listed."""

from typing import Any

import pytest

from backend.restore.reasons import AS_THE_PICTURE, DETAILS_LAST, NO_TARGET
from tests.backend.restore.comfyui.graphs import SEED, graph, listed, node, restored
from tests.backend.restore.comfyui.test_passes import SCALED, SECOND

NUMBERS = {"seed": 5, "steps": 9, "cfg": 1.0, "sampler_name": "euler", "scheduler": "simple", "denoise": 0.5}
FOUND = {"bbox_threshold": 0.45, "bbox_dilation": 12, "bbox_crop_factor": 3.0, "feather": 7, "cycle": 1}
WIRED = {"model": ["11", 0], "positive": ["6", 0], "negative": ["33", 0], "wildcard": ""}
FACES = node("UltralyticsDetectorProvider", model_name="bbox/face_yolov8m.pt")
HANDS = node("UltralyticsDetectorProvider", model_name="segm/hand_yolov9c-seg.pt")
PEOPLE = node("UltralyticsDetectorProvider", model_name="segm/person_yolov8m-seg.pt")
DETAIL = {"confidence": 0.45, "mask_padding": 6, "mask_blur": 7, "strength": 0.5}


def face(image: str = "8", finder: str = "60", **other: Any) -> dict[str, Any]:
    """Return a FaceDetailer of a picture."""
    given = {**NUMBERS, **FOUND, **WIRED, **other}
    return node("FaceDetailer", image=[image, 0], bbox_detector=[finder, 0], **given)


def saved(at: str) -> dict[str, Any]:
    return {"n9": {"inputs": {"images": [at, 0]}}}


def test_a_detailer_behind_the_picture_is_a_detail_of_it() -> None:
    found = restored({"prompt": graph(**saved("23"), n23=face(), n60=FACES)})
    assert found.recipe["details"] == [DETAIL]
    assert (found.recipe["seed"], found.recipe["steps"]) == (SEED, 9)
    (seed, lora) = found.dropped
    assert (seed.name, seed.value, seed.why, lora.name) == ("Detailer seed", "5", AS_THE_PICTURE, "lora")


def test_its_own_words_and_numbers_are_taken_and_several_stay_in_their_order() -> None:
    own = face("23", "61", steps=5, cfg=2.0, wildcard="a hand, five fingers", sampler_name="dpmpp_2m", cycle=2)
    found = restored({"prompt": graph(**saved("24"), n23=face(), n24=own, n60=FACES, n61=HANDS)})
    first, second = found.recipe["details"]
    assert first == DETAIL
    assert second == DETAIL | {"target": "hand", "steps": 5, "guidance": 2.0, "prompt": "a hand, five fingers"}
    assert listed(found, "Detailer sampler_name") == ["dpmpp_2m"]
    assert listed(found, "Detailer cycle") == ["2"]
    assert listed(found, "Further pass") == []


def test_what_is_wired_through_a_pipe_or_found_before_is_read_too() -> None:
    words = node("CLIPTextEncode", text="an old face", clip=["18", 0])
    pipe = node("ToDetailerPipe", **WIRED | {"positive": ["62", 0]}, bbox_detector=["60", 0])
    piped = node("FaceDetailerPipe", image=["8", 0], detailer_pipe=["61", 0], **NUMBERS, **FOUND)
    found = restored({"prompt": graph(**saved("23"), n23=piped, n60=FACES, n61=pipe, n62=words)})
    assert found.recipe["details"] == [DETAIL | {"prompt": "an old face"}]
    segs = node("BboxDetectorSEGS", bbox_detector=["60", 0], image=["8", 0], threshold=0.6, dilation=4)
    each = node("DetailerForEach", image=["8", 0], segs=["61", 0], feather=6, **NUMBERS, **WIRED)
    found = restored({"prompt": graph(**saved("23"), n23=each, n60=FACES, n61=segs)})
    assert found.recipe["details"] == [DETAIL | {"confidence": 0.6, "mask_padding": 2, "mask_blur": 6}]


@pytest.mark.parametrize("wildcard", ["[LAB]\n[0] old", "__faces__", "{old|young}"])
def test_words_for_each_place_are_listed(wildcard: str) -> None:
    found = restored({"prompt": graph(**saved("23"), n23=face(wildcard=wildcard), n60=FACES)})
    assert found.recipe["details"] == [DETAIL]
    assert listed(found, "Detailer wildcard") == [wildcard]


def test_what_is_neither_face_nor_hand_is_listed_with_its_pass() -> None:
    found = restored({"prompt": graph(**saved("23"), n23=face(finder="61"), n61=PEOPLE)})
    assert "details" not in found.recipe
    assert ("Detailer model", NO_TARGET) in [(each.name, each.why) for each in found.dropped]
    assert len(listed(found, "Further pass")) == 1


def test_a_second_pass_beside_it_is_taken_as_well_and_the_order_is_said() -> None:
    second = node("KSampler", **SECOND | {"denoise": 0.4})
    before = graph(**saved("30"), **SCALED["ImageScaleBy"], n23=second, n30=node("VAEDecode", samples=["23", 0]))
    before["25"]["inputs"]["image"] = ["31", 0]
    before |= {"31": face(), "60": FACES}
    found = restored({"prompt": before})
    assert (found.recipe["hires_scale"], found.recipe["details"]) == (1.5, [DETAIL])
    assert [each.why for each in found.dropped if each.name == "Detailer"] == [DETAILS_LAST]
    after = graph(**saved("31"), **SCALED["ImageScaleBy"], n23=second, n30=node("VAEDecode", samples=["23", 0]))
    found = restored({"prompt": after | {"31": face("30"), "60": FACES}})
    assert (found.recipe["hires_scale"], found.recipe["details"]) == (1.5, [DETAIL])
    assert listed(found, "Detailer") == []
