"""Controls from fields, and a request from what they hold."""

import base64
import pathlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.capabilities import Capabilities, Limit, Size
from backend.domain.errors import BadImage, InvalidRequest
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, TextToImage
from backend.images.encoding import encode
from backend.playground import Playground
from ui.form.reading import SHARED, Values, fit, parse
from ui.inputs.widgets import control
from ui.serving.uploads import Uploads

CAN = FakeBackend.capabilities
FIELDS = TextToImage.model_fields


@pytest.fixture
def uploads(playground: Playground, caller: Caller) -> Uploads:
    return Uploads(playground, caller)


def text_to_image(uploads: Uploads, can: Capabilities = CAN, **raw: Any) -> Any:
    return parse(Values("text_to_image", "fake", {"prompt": "a fox", **raw}), can, uploads)


def test_a_number_with_a_range_becomes_a_slider_with_it() -> None:
    steps = control("steps", FIELDS["steps"])
    assert isinstance(steps, gr.Slider)
    assert (steps.minimum, steps.maximum, steps.value, steps.label) == (1, 50, 8, "Steps")


def test_choices_become_a_dropdown_and_what_may_be_empty_a_box_of_text() -> None:
    assert isinstance(control("preprocess", ControlNet.model_fields["preprocess"]), gr.Dropdown)
    margin = control("mask_margin", Inpaint.model_fields["mask_margin"])
    assert isinstance(margin, gr.Textbox)
    assert margin.value == ""


def test_the_seed_is_text_so_that_no_digit_is_lost(uploads: Uploads) -> None:
    assert text_to_image(uploads, seed=str(2**63 - 1)).seed == 2**63 - 1
    assert text_to_image(uploads, seed="  ").seed == -1


def test_every_option_of_a_backend_reaches_its_request(uploads: Uploads) -> None:
    request = text_to_image(uploads, fake__seconds=2, fake__fail_after="", other__key="x")
    assert request.options == {"seconds": 2}


def test_a_wrong_value_is_named_by_its_field(uploads: Uploads) -> None:
    with pytest.raises(InvalidRequest) as caught:
        text_to_image(uploads, steps=0, seed="seven")
    assert [problem.field for problem in caught.value.problems] == ["steps", "seed"]


def test_what_a_backend_lacks_stays_out_of_its_request(uploads: Uploads) -> None:
    without = replace(CAN, reasons={"negative_prompt": "This model takes none."})
    assert text_to_image(uploads, without, negative_prompt="rain").negative_prompt == ""
    updates, _ = fit(without, {})
    assert updates["negative_prompt"]["visible"] is False
    assert updates["steps"]["visible"] is True


def test_a_narrower_limit_changes_the_value_and_says_so() -> None:
    narrow = replace(CAN, limits={"steps": Limit(most=20, reason="This provider stops there.")})
    updates, said = fit(narrow, {"steps": 50})
    assert updates["steps"]["maximum"] == 20
    assert updates["steps"]["value"] == 20
    assert said == ["Steps: 50 became 20. This provider stops there."]


def test_a_choice_that_is_not_offered_changes_and_says_so() -> None:
    takes, choices = frozenset({"output_format"}), {"output_format": ("jpeg", "png")}
    narrow = Capabilities(("text_to_image",), Size(512, 512), takes, choices=choices)
    updates, said = fit(narrow, {"output_format": "webp"})
    assert updates["output_format"]["value"] == "jpeg"
    assert said == ["Format: webp isn't offered here; it became jpeg."]


def test_only_what_was_uploaded_is_opened(uploads: Uploads, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "own.png")
    with pytest.raises(BadImage, match="uploaded"):
        uploads.picture({"path": str(tmp_path / "own.png")})
    with pytest.raises(BadImage, match="uploaded"):
        uploads.picture(f"{get_upload_folder()}/../etc/passwd")


def test_an_upload_becomes_a_reference(uploads: Uploads) -> None:
    place = pathlib.Path(get_upload_folder()) / "test-form"
    place.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 64), "red").save(place / "red.png")
    raw = {"prompt": "a fox", "easel": {"image": {"path": str(place / "red.png")}}, "image_to_image__strength": 0.5}
    request = parse(Values("image_to_image", "fake", raw), CAN, uploads)
    assert isinstance(request, ImageToImage)
    assert uploads.playground.files.read(request.image) == (place / "red.png").read_bytes()


def test_a_mask_is_kept_and_an_empty_one_refused(uploads: Uploads) -> None:
    drawn = Image.new("L", (64, 64), 255)
    sha256 = uploads.mask(data_url(drawn))
    assert sha256 is not None
    assert uploads.playground.holders.picture(sha256, "visitor-1") == "yours"
    with pytest.raises(InvalidRequest, match="is empty"):
        uploads.mask(data_url(Image.new("L", (64, 64))))
    for wrong in ("data:image/png;base64,!", "http://127.0.0.1/mask.png", 7):
        with pytest.raises(BadImage):
            uploads.mask(wrong)


def data_url(image: Image.Image) -> str:
    return "data:image/png;base64," + base64.b64encode(encode(image, "png")).decode()


def test_every_shared_field_has_words_of_its_own() -> None:
    assert all(info.title for info in SHARED.values())
