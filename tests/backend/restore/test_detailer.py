"""Details in an infotext: as they are written here, and as ADetailer writes its own."""

import pytest

from backend.domain.requests import TextToImage
from backend.images.metadata.request_text import infotext
from backend.restore.fit import fit
from backend.restore.found import Restored
from backend.restore.reasons import NO_TARGET
from backend.restore.tools.infotext import read_infotext

HEAD = "a sailor\nSteps: 8, Sampler: Euler, CFG scale: 1, Seed: 4, Size: 512x512, "


def read(text: str) -> Restored:
    found = read_infotext(text)
    assert found
    return fit(found)


def test_what_is_written_here_comes_back() -> None:
    details = [
        {"prompt": "an old: man, smiling", "steps": 60, "mask_padding": 7, "confidence": 0.5},
        {"target": "hand", "guidance": 3.0, "strength": 0.55, "mask_blur": 9, "negative_prompt": "six fingers"},
    ]
    request = TextToImage(prompt="a sailor", seed=3, details=details)
    text = infotext(request, 3)
    assert "ADetailer model: DWPose face" in text
    assert "ADetailer dilate erode: 14" in text  # the kernel's width, half of which is on either side
    assert "ADetailer denoising strength 2nd: 0.55" in text
    restored = read(text)
    assert restored.recipe["details"] == details
    assert restored.dropped == ()


def test_a_file_of_adetailer_brings_its_faces_and_hands_and_says_what_it_cannot_bring() -> None:
    restored = read(
        f'{HEAD}ADetailer model: face_yolov8n.pt, ADetailer prompt: "blue, eyes", ADetailer confidence: 0.3, '
        "ADetailer dilate erode: 4, ADetailer mask blur: 4, ADetailer denoising strength: 0.4, ADetailer inpaint only "
        "masked: True, ADetailer inpaint padding: 32, ADetailer use separate steps: False, ADetailer steps: 28, "
        "ADetailer model 2nd: person_yolov8n-seg.pt, ADetailer confidence 2nd: 0.3, ADetailer model 3rd: "
        "hand_yolov8n.pt, ADetailer denoising strength 3rd: 0.5, ADetailer model 4th: None, ADetailer version: 24.5.1"
    )
    assert restored.recipe["details"] == [
        {"mask_blur": 4, "mask_padding": 2, "strength": 0.4, "prompt": "blue, eyes"},
        {"target": "hand", "strength": 0.5},
    ]
    assert [(each.name, each.value, each.why) for each in restored.dropped] == [
        ("ADetailer model 2nd", "person_yolov8n-seg.pt", NO_TARGET)
    ]


@pytest.mark.parametrize(("dilated", "padding"), [("-8", 0), ("90", 20), ("wide", 0), ("7", 4)])
def test_a_mask_grows_by_half_of_its_kernel_as_far_as_is_taken(dilated: str, padding: int) -> None:
    restored = read(f"{HEAD}ADetailer model: face_yolov8n.pt, ADetailer dilate erode: {dilated}")
    assert TextToImage(prompt="any", details=restored.recipe["details"]).details[0].mask_padding == padding


def test_a_number_that_is_none_leaves_the_details_out_with_the_reason() -> None:
    restored = read(f"{HEAD}ADetailer model: face_yolov8n.pt, ADetailer confidence: high")
    assert "details" not in restored.recipe
    assert restored.recipe["prompt"] == "a sailor"
    assert [each.name for each in restored.dropped] == ["details"]
