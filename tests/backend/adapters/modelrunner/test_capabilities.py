"""What ModelRunner's page allows, said before anything is sent; and what a run may cost."""

from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from backend.adapters.modelrunner import build
from backend.adapters.modelrunner.abilities import CAPABILITIES
from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.adapters.modelrunner.mapping import image_size, to_input
from backend.adapters.modelrunner.wire import PRESETS, Sides
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import InvalidRequest, Unsupported
from backend.domain.parts import Accelerator, Control, Lora
from backend.domain.requests import ControlNet, TextToImage
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

SHA = "0" * 64


def wanted(**values: Any) -> ControlNet:
    return ControlNet(**{"prompt": "a lighthouse", "image": SHA, "seed": 7, **values})


@pytest.fixture
def offline(settings: Settings) -> ModelRunnerBackend:
    return build(settings, ImageFiles(settings.data / "images"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("steps", 9),
        ("count", 5),
        ("control_scale", 1.5),
        ("control_scale", -0.5),
        ("negative_prompt", "rain"),
        ("guidance", 4.0),
        ("shift", 5.0),
        ("scheduler", "DDIMScheduler"),
        ("loras", (Lora(model="a"),)),
        ("accelerator", Accelerator(tea_cache=True)),
        ("output_quality", 80),
        ("controls", (Control(image=SHA),)),
        ("seed", 2**53),
    ],
)
def test_what_the_model_does_not_take_is_refused_with_its_field(field: str, value: Any) -> None:
    with pytest.raises(Unsupported) as caught:
        CAPABILITIES.check(wanted(**{field: value}))
    assert [problem.field for problem in caught.value.problems] == [field]
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("options", [{"one_request": "maybe"}, {"expires_after": 59}, {"webhook": "https://x.test"}])
def test_options_that_are_none_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=r"`options\."):
        CAPABILITIES.check(wanted(options=options))


def test_the_widest_request_that_the_page_allows_can_be_sent() -> None:
    request = wanted(
        steps=1,
        count=4,
        seed=2**53 - 4,
        control_scale=1,
        control_start=0.1,
        control_end=1,
        width=2048,
        height=128,
        preprocess="pose",
        acceleration="high",
        prompt_expansion=True,
        safety=True,
        output_format="webp",
        options={"one_request": True, "expires_after": 60},
    )
    CAPABILITIES.check(request)
    body = to_input(request, "https://media.modelrunner.ai/x.png", (0, 4)).body()
    assert body["image_size"] == {"width": 2048, "height": 128}
    assert (body["num_images"], body["seed"], body["acceleration"]) == (4, 2**53 - 4, "high")
    assert (body["enable_prompt_expansion"], body["enable_safety_checker"]) == (True, True)


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_size_is_sent_by_its_name(name: str) -> None:
    size = PRESETS[name]  # type: ignore[index]
    assert image_size(wanted(width=size.width, height=size.height)) == name


def test_another_size_is_sent_in_pixels_and_none_is_the_control_images_own() -> None:
    assert image_size(wanted(width=640, height=480)) == Sides(width=640, height=480)
    assert image_size(wanted()) == "auto"


@pytest.mark.parametrize(
    ("values", "likely", "high"),
    [
        ({"width": 1024, "height": 576}, "0.003833856", "0.0065"),
        ({"width": 1024, "height": 1024}, "0.006815744", "0.0130"),
        ({"width": 1024, "height": 576, "count": 4}, "0.015335424", "0.0260"),
        ({"width": 1024, "height": 576, "count": 2, "prompt_expansion": True}, "0.012667712", "0.0180"),
        (
            {"width": 1024, "height": 576, "count": 2, "prompt_expansion": True, "options": {"one_request": True}},
            "0.010167712",
            "0.0155",
        ),
    ],
)
def test_the_estimate_is_by_the_megapixel_and_the_surcharge_by_the_request(
    offline: ModelRunnerBackend, values: dict[str, Any], likely: str, high: str
) -> None:
    estimate = offline.estimate(wanted(**values), Caller(visitor="v"))
    assert (estimate.likely, estimate.most) == (Decimal(likely), Decimal(high))
    assert "no price" in estimate.note


def test_without_a_size_the_control_images_own_is_what_costs(offline: ModelRunnerBackend) -> None:
    image = offline.files.put(encode(Image.new("RGB", (1000, 500)), "png"), "png")
    estimate = offline.estimate(wanted(image=image), Caller(visitor="v"))
    assert isinstance(estimate, Estimate)
    assert estimate.likely == Decimal("0.0065") * 992 * 496 / 10**6


def test_a_mode_that_is_not_offered_has_no_price(offline: ModelRunnerBackend) -> None:
    assert offline.estimate(TextToImage(prompt="a cat"), Caller(visitor="v")).likely is None


def test_edges_are_shown_before_they_are_paid_for_and_depth_says_why_not(offline: ModelRunnerBackend) -> None:
    halves = Image.new("RGB", (64, 64), "white")
    halves.paste("black", (0, 0, 32, 64))
    image = offline.files.put(encode(halves, "png"), "png")
    edges = offline.control_picture(Control(image=image, preprocess="canny"), Caller(visitor="v"))
    assert edges.size == (64, 64)
    assert edges.getpixel((4, 4)) == (0, 0, 0)
    assert (255, 255, 255) in {color for _, color in edges.getcolors() or []}
    same = offline.control_picture(Control(image=image, preprocess="none"), Caller(visitor="v"))
    assert same.tobytes() == halves.tobytes()
    with pytest.raises(Unsupported, match="within the paid run"):
        offline.control_picture(Control(image=image, preprocess="depth"), Caller(visitor="v"))


def test_the_visitor_is_told_where_the_image_goes_and_that_stop_does_not_stop_the_bill() -> None:
    note = CAPABILITIES.notes["controlnet"]
    assert "public, unguessable address" in note
    assert "can't be cancelled" in note
