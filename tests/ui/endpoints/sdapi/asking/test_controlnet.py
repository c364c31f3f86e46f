"""ControlNet's units, as the extension's API has them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.adapters.fake import OPTIONS, FakeBackend
from backend.domain.errors import InvalidRequest
from tests.ui.endpoints.sdapi.sending import Shelf, colour, png, wanted
from ui.endpoints.sdapi.asking import controlnet

LEADING = replace(
    FakeBackend.capabilities, takes=FakeBackend.capabilities.takes | OPTIONS | {"options.controls.control_mode"}
)


def units(*given: dict[str, Any], name: str = "controlnet") -> dict[str, Any]:
    return {"alwayson_scripts": {name: {"args": [{"image": colour(), "module": "canny", **each} for each in given]}}}


def problem(**sent: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        wanted(**sent)
    return refused.value.problems[0].field, refused.value.problems[0].message


def test_one_unit_is_the_mode_of_its_own() -> None:
    shelf = Shelf()
    sent = colour("blue")
    unit = {"image": sent, "weight": 0.6, "guidance_start": 0.1, "guidance_end": 0.9, "threshold_a": 50}
    found = wanted(shelf, **units({**unit, "threshold_b": 150.0}, name="ControlNet"))
    assert found.mode == "controlnet"
    told = {name: found.values[name] for name in ("preprocess", "control_scale", "control_start", "control_end")}
    assert told == {"preprocess": "canny", "control_scale": 0.6, "control_start": 0.1, "control_end": 0.9}
    assert (found.values["low_threshold"], found.values["high_threshold"]) == (50, 150)
    assert shelf.is_as_sent(found.values["image"], sent)


def test_further_units_are_further_controls_and_one_that_is_off_is_none() -> None:
    found = wanted(**units({}, {"module": "depth_midas"}, {"enabled": False}))
    (further,) = found.values["controls"]
    assert (found.values["preprocess"], further["preprocess"]) == ("canny", "depth")
    assert wanted(**units({"enabled": False})).mode == "text_to_image"


@pytest.mark.parametrize(
    ("module", "kind"),
    [("none", "none"), ("None", "none"), ("dw_openpose_full", "pose"), ("depth_anything_v2", "depth")],
)
def test_preprocessors_are_known_by_their_kind(module: str, kind: str) -> None:
    assert wanted(**units({"module": module})).values["preprocess"] == kind


def test_another_preprocessor_and_another_script_are_refused_by_their_place() -> None:
    field, message = problem(**units({}, {"module": "softedge_hed"}))
    assert field == "alwayson_scripts.controlnet.args.1.module"
    assert "none, canny, depth, openpose" in message
    assert problem(alwayson_scripts={"Refiner": {"args": [True]}})[0] == "alwayson_scripts.Refiner"
    for off in ([], [False], [False, 4, "x"]):
        assert wanted(alwayson_scripts={"Refiner": {"args": off}}).mode == "text_to_image"


def test_thresholds_that_programs_send_unasked_are_cannys_own() -> None:
    found = wanted(**units({"threshold_a": 64, "threshold_b": 64.0}))
    assert not {"low_threshold", "high_threshold"} & set(found.values)
    found = wanted(**units({"threshold_a": 64, "threshold_b": 128}))
    assert (found.values["low_threshold"], found.values["high_threshold"]) == (64, 128)


@pytest.mark.parametrize("none", [None, ""])
def test_a_unit_without_a_picture_is_refused_where_none_is_drawn_over(none: Any) -> None:
    assert problem(**units({"image": none}))[0] == "alwayson_scripts.controlnet.args.0.image"


@pytest.mark.parametrize("given", [[3], "text", {"a": 1}, [{"module": "canny", "image": 3}], [{}] * 11])
def test_units_of_another_shape_are_refused(given: Any) -> None:
    assert problem(alwayson_scripts={"ControlNet": {"args": given}})[0].startswith("alwayson_scripts.ControlNet.args")


@pytest.mark.parametrize(("mode", "row"), [("Just Resize", 128), (0, 128), ("Resize and Fill", 192), (2, 192)])
def test_a_control_picture_is_brought_to_the_size_as_its_unit_says(mode: Any, row: int) -> None:
    picture = Image.new("RGB", (256, 256), "white")
    picture.paste("black", (0, 64, 256, 256))
    shelf = Shelf()
    sent = {"image": png(picture), "resize_mode": mode}
    found = wanted(shelf, **units(sent), width=256, height=512)
    shown = np.asarray(shelf.picture(found.values["image"]).convert("L"))
    assert shown.shape == (512, 256)
    assert np.flatnonzero(shown[:, 100] < 128)[0] == row


def test_crop_and_resize_is_what_our_own_controls_do() -> None:
    shelf, sent = Shelf(), colour(size=(300, 200))
    for mode in ("Crop and Resize", 1, "Inner Fit (Scale to Fit)"):
        found = wanted(shelf, **units({"image": sent, "resize_mode": mode}), width=256, height=256)
        assert shelf.is_as_sent(found.values["image"], sent)
    assert problem(**units({"resize_mode": "sideways"}))[0].endswith(".resize_mode")


def test_who_leads_is_told_to_a_backend_that_takes_it_and_named_else() -> None:
    unit = {"control_mode": "ControlNet is more important"}
    assert wanted(can=LEADING, **units(unit)).values["options"] == {"controls": [{"control_mode": "controlnet"}]}
    deaf = wanted(**units(unit))
    assert "options" not in deaf.values
    assert any(".control_mode`" in note for note in deaf.notes)
    assert wanted(can=LEADING, **units({"control_mode": 0})).values.get("options") is None
    assert problem(**units({"control_mode": 7}))[0].endswith(".control_mode")


def test_what_of_a_unit_has_no_meaning_is_named() -> None:
    usual = {"model": "None", "processor_res": 512, "pixel_perfect": True, "hr_option": "Both", "mask": None}
    assert wanted(**units(usual)).notes == []
    found = wanted(**units({"model": "control_v11p_sd15_canny [d14c016b]", "processor_res": 768, "mask": colour()}))
    assert len(found.notes) == 3


def test_the_menus_have_what_a_backend_has() -> None:
    can = replace(FakeBackend.capabilities, reasons={"preprocess=depth": "Its weights aren't here."})
    assert controlnet.modules(can) == ["none", "canny", "openpose"]
    assert controlnet.models(can) == [controlnet.MODEL]
    types = controlnet.control_types(can)
    assert [*types] == ["All", "Canny", "OpenPose"]
    assert types["OpenPose"] == {
        "module_list": ["none", "openpose"],
        "model_list": ["None", controlnet.MODEL],
        "default_option": "openpose",
        "default_model": controlnet.MODEL,
    }
    none = replace(can, most_controls=0)
    assert controlnet.control_types(none) == {}
    assert (controlnet.modules(none), controlnet.models(none)) == (["none"], [])
